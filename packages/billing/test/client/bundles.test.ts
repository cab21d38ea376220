import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as client from "../../src/client.js";
import { StripeBillingService } from "../../src/index.js";
import { BUNDLERS } from "./bundles.js";

const SENTENCE =
  "@repo/billing runs on servers only, since it needs a secret key. In a browser, import @repo/billing/client.";
const NAMES = Object.keys(client);
const using = (names: readonly string[], entry: string) =>
  `import { ${names.join(", ")} } from "${entry}"; globalThis.used = [${names.join(", ")}];`;

describe.each(Object.entries(BUNDLERS))("a browser's bundle by %s", (_, bundle) => {
  const costOf = async (names: readonly string[]): Promise<number> => {
    const without = await bundle("globalThis.used = [];");
    return (await bundle(using(names, "@repo/billing/client"))).length - without.length;
  };

  it.each(NAMES)("costs at most 2,000 bytes, minified, for %s", async (name) => {
    expect(await costOf([name])).toBeLessThanOrEqual(2_000);
  });

  it("costs at most 2,000 bytes, minified, for isEntitled and formatAmount together", async () => {
    const cost = await costOf(["isEntitled", "formatAmount"]);
    expect(cost).toBeGreaterThan(1_000);
    expect(cost).toBeLessThanOrEqual(2_000);
  });

  it("costs at most 2,000 bytes on the wire for all of them", async () => {
    const code = await bundle(using(NAMES, "@repo/billing/client"));
    expect(code).toContain("ISO 8601");
    expect(gzipSync(code).length).toBeLessThanOrEqual(2_000);
  });

  it.each([
    ["@repo/billing", "StripeBillingService"],
    ["@repo/billing", "isEntitled"],
    ["@repo/billing/webhooks", "createWebhookReceiver"],
    ["@repo/billing/testing", "checkTenantIsolation"],
  ])("is refused with a sentence where it imports %s for %s", async (entry, name) => {
    await expect(bundle(using([name], entry))).rejects.toThrow(SENTENCE);
  });
});

describe("a service in a browser", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is refused with the same sentence", () => {
    vi.stubGlobal("document", {});
    vi.stubGlobal("process", { env: {} });
    expect(() => new StripeBillingService({ secretKey: "sk_test_0123456789" })).toThrow(SENTENCE);
  });

  it("is made on a server whose tests have a document, and on one that is not Node", () => {
    vi.stubGlobal("document", {});
    expect(new StripeBillingService({ secretKey: "sk_test_0123456789" })).toBeInstanceOf(
      StripeBillingService,
    );
    vi.unstubAllGlobals();
    vi.stubGlobal("process", undefined);
    expect(new StripeBillingService({ secretKey: "sk_test_0123456789" })).toBeInstanceOf(
      StripeBillingService,
    );
  });
});
