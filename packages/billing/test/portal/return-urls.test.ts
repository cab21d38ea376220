import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigurationError, StripeBillingService } from "../../src/index.js";
import { allowReturnUrl } from "../../src/return-urls/return-url.js";
import { type ReturnUrlSettings, resolveReturnUrls } from "../../src/return-urls/tenant-return-urls.js";

const homeOf = async (settings: ReturnUrlSettings, tenantId = "acme") => {
  const { returnUrl, policy } = await resolveReturnUrls(settings, tenantId);
  return allowReturnUrl(returnUrl, policy);
};

describe("a return URL's template", () => {
  it.each([
    ["https://{tenant}.example.com/billing", "https://acme.example.com/billing"],
    ["https://app-{tenant}-eu.example.com:8443/", "https://app-acme-eu.example.com:8443/"],
    ["https://app.example.com/{tenant}/billing?t={tenant}", "https://app.example.com/acme/billing?t=acme"],
    ["https://{tenant}.example.com/{tenant}", "https://acme.example.com/acme"],
    ["https://app.example.com/billing", "https://app.example.com/billing"],
    ["http://localhost:3000/{tenant}", "http://localhost:3000/acme"],
  ])("makes of %s the tenant's %s", async (template, url) => {
    expect(await homeOf({ returnUrl: template })).toBe(url);
  });

  it("takes the tenant's slug and own domain from the application", async () => {
    const settings = {
      returnUrl: "https://{domain}/t/{tenant}",
      slug: async (tenantId: string) => `${tenantId}-inc`,
      domain: (tenantId: string) => `billing.${tenantId}.co.uk`,
    };
    expect(await homeOf(settings)).toBe("https://billing.acme.co.uk/t/acme-inc");
  });

  it("keeps the port beside the tenant's own domain", async () => {
    const settings = { returnUrl: "https://{domain}:8443/", domain: () => "billing.acme.com" };
    expect(await homeOf(settings)).toBe("https://billing.acme.com:8443/");
  });

  it.each(["https://{tenant}.example.com/", "https://{domain}/billing", "https://app.example.com/{tenant}"])(
    "is taken for what it may become when the service is made: %s",
    (returnUrl) => {
      expect(
        () => new StripeBillingService({ secretKey: "sk_test_12345678", portal: { returnUrl } }),
      ).not.toThrow();
    },
  );

  it("is on its own origin unless others are allowed, and allows none where it is left out", async () => {
    expect((await resolveReturnUrls({ returnUrl: "https://app.example.com/x" }, "acme")).policy).toEqual({
      allowedOrigins: ["https://app.example.com"],
      base: "https://app.example.com",
    });
    expect(await resolveReturnUrls({}, "acme")).toEqual({
      returnUrl: undefined,
      policy: { allowedOrigins: [] },
    });
  });

  it("resolves a path on the tenant's own origin, and lets no tenant to another's", async () => {
    const { policy } = await resolveReturnUrls({ returnUrl: "https://{tenant}.example.com/billing" }, "acme");
    expect(allowReturnUrl("/plans", policy)).toBe("https://acme.example.com/plans");
    expect(() => allowReturnUrl("https://globex.example.com/", policy)).toThrow("not on an allowed origin");
  });

  it.each<[string, ReturnUrlSettings]>([
    ["a template", { returnUrl: "https://{tenant}.example.com/" }],
    ["a template with a slug", { returnUrl: "https://{tenant}.example.com/", slug: (tenantId) => tenantId }],
    [
      "a template of domains",
      { returnUrl: "https://{domain}/", domain: (tenantId) => `${tenantId}.example.com` },
    ],
    ["a function", { returnUrl: (tenantId) => `https://${tenantId}.example.com/` }],
    [
      "a template among the origins",
      {
        returnUrl: "https://app.example.com/",
        allowedReturnOrigins: ["https://{tenant}.example.com"],
      },
    ],
    [
      "a function for the origins",
      {
        returnUrl: "https://app.example.com/",
        allowedReturnOrigins: (tenantId) => [`https://${tenantId}.example.com`],
      },
    ],
  ])("is made anew for each tenant of one service by %s", async (_, settings) => {
    for (const tenantId of ["acme", "globex", "acme"]) {
      const { policy } = await resolveReturnUrls(settings, tenantId);
      expect(policy.allowedOrigins).toEqual([`https://${tenantId}.example.com`]);
    }
  });

  it("is the same for every tenant where it names none", async () => {
    const settings = {
      returnUrl: "https://app.example.com/x",
      allowedReturnOrigins: ["https://example.org"],
    };
    const urls = {
      returnUrl: "https://app.example.com/x",
      policy: { allowedOrigins: ["https://example.org"], base: "https://app.example.com" },
    };
    expect(await resolveReturnUrls(settings, "acme")).toEqual(urls);
    expect(await resolveReturnUrls(settings, "globex")).toEqual(urls);
  });

  it("fills in allowed origins as well", async () => {
    const settings = {
      returnUrl: "https://app.example.com/",
      allowedReturnOrigins: ["https://app.example.com", "https://{tenant}.example.com", "https://{domain}"],
      domain: () => "billing.acme.com",
    };
    expect((await resolveReturnUrls(settings, "acme")).policy.allowedOrigins).toEqual([
      "https://app.example.com",
      "https://acme.example.com",
      "https://billing.acme.com",
    ]);
  });

  it.each(["http://app.example.com", "https://app.example.com/path", "https://*.example.com", "", 7])(
    "lets a function of the tenant give %j for no origin",
    async (origin) => {
      const settings = { allowedReturnOrigins: () => [origin as string] };
      await expect(resolveReturnUrls(settings, "acme")).rejects.toThrow(ConfigurationError);
    },
  );

  it.each(["Acme", "acme.evil.com", "acme:1", "acme_1", "acme-", "xn--acme", `a${"b".repeat(63)}`])(
    "refuses to put the tenant id %s into a host",
    async (tenantId) => {
      await expect(homeOf({ returnUrl: "https://{tenant}.example.com/" }, tenantId)).rejects.toThrow(
        ConfigurationError,
      );
    },
  );

  it.each([
    "https://{tenant}/",
    "https://{tenant}.com/",
    "https://{tenant}example.com/",
    "https://my{tenant}.example.com/",
    "https://app.{tenant}.example.com/",
    "https://{tenant}.{domain}/",
    "https://{domain}.example.com/",
    "https://{tenant}@evil.example/",
    "https://{unknown}.example.com/",
    "http://{tenant}.example.com/",
    "ftp://{tenant}.example.com/",
    "{tenant}",
    "ws://{domain}/",
    "x https://{domain}/",
    "https://{domain}.evil.example/",
    "https://evil.{domain}/",
    "https://{domain}:port/",
    "https://app.example.com/?from={domain}",
  ])("refuses %s when the service is made", (returnUrl) => {
    expect(() => new StripeBillingService({ secretKey: "sk_test_12345678", portal: { returnUrl } })).toThrow(
      ConfigurationError,
    );
  });

  it.each([
    ["https://{domain}/", {}, "{domain} needs portal.domain"],
    ["https://{tenant}.example.com/", { slug: () => undefined as never }, "cannot be part of a host"],
    ["https://app.example.com/{tenant}", { slug: () => undefined as never }, "form of a tenant id"],
    ["https://{domain}/", { domain: () => ({ toString: () => "a.example.com" }) as never }, "{domain} needs"],
    ["https://app.example.com/{domain}", { domain: () => "a.example.com" }, "only be the whole host"],
    ["https://{tenant}.com/", {}, "in the first label of a host"],
    [() => 7 as never, {}, "must be a string"],
    [() => "/billing", {}, "an absolute https URL"],
  ])("says of %s what it lacks", async (returnUrl, names, why) => {
    const failing = homeOf({ returnUrl, ...names });
    await expect(failing).rejects.toThrow(ConfigurationError);
    await expect(failing).rejects.toThrow(why);
  });

  it.each(["", "localhost", "Billing.acme.com", "acme.com/", "acme.com:80", "a..com", "acme.com.", 7])(
    "refuses %j as a tenant's own domain",
    async (domain) => {
      const settings = { returnUrl: "https://{domain}/", domain: () => domain as string };
      await expect(homeOf(settings)).rejects.toThrow(ConfigurationError);
    },
  );

  it.each(["", ".", "..", "a/b", "../x", "a b", "?x", "#"])("refuses %j as a slug", async (slug) => {
    const settings = { returnUrl: "https://app.example.com/{tenant}/billing", slug: () => slug };
    await expect(homeOf(settings)).rejects.toThrow(ConfigurationError);
  });

  it("gives no two tenants the same URL, and keeps every one on the template's site", async () => {
    const tenantId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,20}$/);
    const templates = fc.constantFrom(
      "https://{tenant}.example.com/billing",
      "https://app.example.com/{tenant}",
    );
    const filledIn = async (returnUrl: string, id: string) => {
      try {
        return await homeOf({ returnUrl }, id);
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigurationError);
        return undefined;
      }
    };
    await fc.assert(
      fc.asyncProperty(templates, tenantId, tenantId, async (template, one, other) => {
        const [first, second] = [await filledIn(template, one), await filledIn(template, other)];
        if (first === undefined) return;
        expect(new URL(first).hostname).toMatch(/^[a-z0-9-]+\.example\.com$/);
        if (one !== other) expect(first).not.toBe(second);
      }),
      { numRuns: 500 },
    );
  });

  it("asks the application for the tenant's names only where a template wants them", async () => {
    const unasked = () => {
      throw new Error("nobody wanted to know");
    };
    const settings = { returnUrl: () => "https://app.example.com/", slug: unasked, domain: unasked };
    expect(await homeOf(settings)).toBe("https://app.example.com/");
  });

  it("calls what a function gives a mistake of the configuration when it is no URL", async () => {
    for (const url of ["", "/billing", "app.example.com"]) {
      await expect(homeOf({ returnUrl: () => url })).rejects.toThrow(ConfigurationError);
    }
  });
});
