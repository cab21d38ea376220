import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigurationError, ReturnUrlNotAllowedError } from "../../src/errors.js";
import { allowReturnUrl, parseOrigin } from "../../src/return-urls/return-url.js";
import { BAD_ORIGINS, GOOD_URLS, HOSTILE_URLS, POLICY } from "./hostile-urls.js";

const ORIGINS = new Set(POLICY.allowedOrigins);

describe("allowReturnUrl", () => {
  it.each(GOOD_URLS)("accepts %.60s", (given, allowed) => {
    expect(allowReturnUrl(given, POLICY)).toBe(allowed);
    expect(allowReturnUrl(allowed, POLICY)).toBe(allowed);
  });

  it.each(Object.entries(HOSTILE_URLS))("refuses %s", (_trick, inputs) => {
    expect(inputs.filter((input) => !isRefused(input))).toEqual([]);
  });

  it("has met at least 200 distinct hostile forms", () => {
    const forms = Object.values(HOSTILE_URLS).flat();

    expect(new Set(forms).size).toBe(forms.length);
    expect(forms.length).toBeGreaterThanOrEqual(200);
  });

  it("lets nothing through that a browser would open on an origin outside the list", () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyUrl, (input) => {
        const allowed = acceptedForm(input);
        if (allowed === undefined) return;
        accepted += 1;
        expect(ORIGINS).toContain(new URL(allowed).origin);
        expect(ORIGINS).toContain(new URL(new URL(allowed).pathname, "https://app.example.com").origin);
        expect(allowed.length).toBeLessThanOrEqual(2048);
        expect(allowReturnUrl(allowed, POLICY)).toBe(allowed);
      }),
      { numRuns: 5_000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });

  it("refuses a path when there is no base", () => {
    const { allowedOrigins } = POLICY;

    expect(() => allowReturnUrl("/billing", { allowedOrigins })).toThrow("there is no base");
  });

  it("refuses a path when its base is not on the list", () => {
    const policy = { allowedOrigins: ["https://app.example.com"], base: "https://other.example.com" };

    expect(() => allowReturnUrl("/billing", policy)).toThrow(
      "not on an allowed origin: https://other.example.com",
    );
  });

  it("calls a base that is not an origin a mistake of the configuration", () => {
    const policy = { allowedOrigins: ["https://app.example.com"], base: "https://app.example.com/app" };

    expect(() => allowReturnUrl("/billing", policy)).toThrow(ConfigurationError);
  });

  it("refuses plain http to a host that is not this machine, even where a list holds it", () => {
    const policy = { allowedOrigins: ["http://app.example.com"] };

    expect(() => allowReturnUrl("http://app.example.com/", policy)).toThrow("must use https");
  });

  it("treats a list entry as an exact origin, never as a pattern or a prefix", () => {
    const policy = { allowedOrigins: ["https://*.example.com", "https://app.example.com/", "*", "null"] };

    for (const url of ["https://app.example.com/", "https://*.example.com/", "data:,x"]) {
      expect(() => allowReturnUrl(url, policy)).toThrow(ReturnUrlNotAllowedError);
    }
  });

  it("names the argument and the origin in its message, and nothing else of the URL", () => {
    const url = "https://evil.com/secret-path?token=secret-token#secret-fragment";

    expect(() => allowReturnUrl(url, POLICY, "successUrl")).toThrow(
      new ReturnUrlNotAllowedError(
        "successUrl is not on an allowed origin: https://evil.com. To allow it, add this origin to portal.allowedReturnOrigins.",
      ),
    );
    expect(() => allowReturnUrl(undefined, POLICY)).toThrow("returnUrl must be a string");
  });
});

describe("a refusal", () => {
  it.each([
    ["https://app.example.com/\n", "holds a control character or one that must be percent-encoded"],
    [
      "https://user@app.example.com/",
      "must be an absolute https URL with a plainly spelled host and no credentials",
    ],
    ["https://app.example.com//evil.example", "must not have a path that begins with two slashes"],
    [7, "must be a string"],
    [`https://app.example.com/${"x".repeat(2_048)}`, "must have at most 2048 characters"],
  ])("of %j says what is wrong with it", (url, problem) => {
    expect(() => allowReturnUrl(url, POLICY)).toThrow(`returnUrl ${problem}`);
  });

  it.each([
    ["https://*.example.com", "without wildcards"],
    ["http://app.example.com", "An allowed origin must use https: http://app.example.com"],
  ])("of the origin %j says what is wrong with it", (origin, problem) => {
    expect(() => parseOrigin(origin)).toThrow(problem);
  });
});

describe("parseOrigin", () => {
  it.each([
    ["https://app.example.com", "https://app.example.com"],
    ["HTTPS://App.Example.com:443/", "https://app.example.com"],
    ["https://app.example.com:8443", "https://app.example.com:8443"],
    ["https://xn--bcher-kva.example", "https://xn--bcher-kva.example"],
    ["http://localhost:3000", "http://localhost:3000"],
    ["http://127.8.9.1", "http://127.8.9.1"],
    ["http://127.10.200.30:3000", "http://127.10.200.30:3000"],
    ["http://[::1]:3000", "http://[::1]:3000"],
  ])("reads %s as %s", (given, origin) => {
    expect(parseOrigin(given)).toBe(origin);
    expect(parseOrigin(origin)).toBe(origin);
  });

  it.each(BAD_ORIGINS)("refuses %j", (origin) => {
    expect(() => parseOrigin(origin)).toThrow(ConfigurationError);
  });
});

/** Pieces that URLs are attacked with, in any order, and good URLs with a few of these pieces put in anywhere. */
const piece = fc.oneof(
  fc.constantFrom(..."/ \\ @ : ? # . % & = [ ] * - _".split(" "), " ", "\t", "\r", "\n"),
  fc.constantFrom(
    "https:",
    "http:",
    "//",
    "app.example.com",
    "evil.com",
    "localhost",
    ":3000",
    ":443",
    "%2f",
    "%5c",
  ),
  fc.constantFrom(
    "%2e",
    "..",
    "/..//",
    "{CHECKOUT_SESSION_ID}",
    "ü",
    "ａ",
    "。",
    "\u200b",
    "\u202e",
    "127.0.0.1",
  ),
  fc.string({ unit: "binary", maxLength: 3 }),
);
const anyUrl = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
  fc
    .tuple(
      fc.constantFrom(...GOOD_URLS.map(([given]) => given)),
      fc.array(fc.tuple(fc.nat(40), piece), { maxLength: 3 }),
    )
    .map(([url, insertions]) =>
      insertions.reduce((text, [at, what]) => text.slice(0, at) + what + text.slice(at), url),
    ),
);

function acceptedForm(input: unknown): string | undefined {
  try {
    return allowReturnUrl(input, POLICY);
  } catch (error) {
    expect(error).toBeInstanceOf(ReturnUrlNotAllowedError);
    return undefined;
  }
}

function isRefused(input: unknown): boolean {
  return acceptedForm(input) === undefined;
}
