import { describe, expect } from "vitest";
import type { PortalConfigurationSpec } from "../../src/index.js";
import { itWithTenants as it } from "../in-world.js";

const SPEC = { headline: "For you", features: { invoiceHistory: true } } as const;

describe("a portal configuration for one call", () => {
  it("is ensured from a specification, in place of the settings'", async ({ world, acme, billing }) => {
    const service = world.service({
      portal: {
        returnUrl: "https://app.example.com/billing",
        configuration: { features: { paymentMethodUpdate: true } },
      },
    });
    await service.forTenant("acme").createCustomerPortalSession(acme.customerId, { configuration: SPEC });
    const { id } = await billing.forTenant("acme").ensurePortalConfiguration(SPEC);
    const opened = world.local.requests.find(
      ({ path, method }) => method === "POST" && path.endsWith("/sessions"),
    );
    expect(opened?.params).toMatchObject({ configuration: id });
  });

  it("is named by its id, once it was proved to be the tenant's, shared or the default", async ({
    world,
    acme,
    billing,
  }) => {
    const features = { invoice_history: { enabled: true } };
    const { billingPortal } = world.stripe;
    const own = await billingPortal.configurations.create({ features, metadata: { tenantId: "acme" } });
    const shared = await billingPortal.configurations.create({ features, metadata: { tenantId: "*" } });
    const [usual] = (await billingPortal.configurations.list({ is_default: true })).data;
    for (const { id } of [own, shared, usual ?? own]) {
      world.local.clearRequests();
      const bound = world.service().forTenant("acme");
      await bound.createCustomerPortalSession(acme.customerId, { configuration: id });
      expect(world.local.requests.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
        `GET /v1/billing_portal/configurations/${id}`,
        `GET /v1/customers/${acme.customerId}`,
        "POST /v1/billing_portal/sessions",
      ]);
      expect(world.local.requests.at(-1)?.params).toMatchObject({ configuration: id });
    }
    const foreign = await billingPortal.configurations.create({ features, metadata: { tenantId: "globex" } });
    const unmarked = await billingPortal.configurations.create({ features });
    for (const configuration of [foreign.id, unmarked.id, "bpc_1Missing"]) {
      world.local.clearRequests();
      await expect(
        billing.forTenant("acme").createCustomerPortalSession(acme.customerId, { configuration }),
      ).rejects.toMatchObject({ code: "not_found" });
      expect(world.local.requests.filter(({ method }) => method !== "GET")).toEqual([]);
    }
  });

  it("is diagnosed as a session is opened with it, whatever the settings say", async ({ world, acme }) => {
    const portal = { returnUrl: "https://app.example.com/billing", configuration: "bpc_missing" };
    const bound = world.service({ portal }).forTenant("acme");
    const { customerId } = acme;
    const flow = { type: "subscription_cancel", subscriptionId: acme.subscriptionId } as const;
    const diagnose = (configuration: string | PortalConfigurationSpec) =>
      bound.diagnosePortal({ customerId, flow, configuration, createSession: true });

    expect((await bound.diagnosePortal({ customerId })).ok).toBe(false);
    expect((await diagnose({ features: { subscriptionCancel: {} } })).ok).toBe(true);
    expect((await diagnose(SPEC)).checks).toContainEqual(
      expect.objectContaining({ check: "features", status: "failure" }),
    );
    const foreign = await world.stripe.billingPortal.configurations.create({
      features: { subscription_cancel: { enabled: true } },
      metadata: { tenantId: "globex" },
    });
    for (const missing of [foreign.id, "bpc_1Missing"]) {
      expect((await diagnose(missing)).checks).toContainEqual(
        expect.objectContaining({ check: "configuration", fact: expect.stringContaining("does not exist") }),
      );
    }
    expect((await diagnose("cus_1")).checks).toEqual([
      expect.objectContaining({ check: "options", fact: expect.stringContaining("configuration must be") }),
    ]);
  });

  it("is missing where the settings give one: theirs is not used in its place", async ({ world, acme }) => {
    const portal = { returnUrl: "https://app.example.com/billing", configuration: SPEC };
    const bound = world.service({ portal }).forTenant("acme");
    await expect(
      bound.createCustomerPortalSession(acme.customerId, { configuration: "bpc_missing" }),
    ).rejects.toMatchObject({ code: "not_found" });
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
  });

  it("is refused before anything is sent where it is none, as the caller's mistake", async ({
    world,
    acme,
    billing,
  }) => {
    const wrong = ["", "bpc_", "cus_1", 7, null, {}, { features: { invoiceHistory: "yes" } }];
    for (const configuration of wrong) {
      await expect(
        billing
          .forTenant("acme")
          .createCustomerPortalSession(acme.customerId, { configuration: configuration as never }),
      ).rejects.toMatchObject({
        code: "invalid_argument",
        message:
          'configuration must be the id of a portal configuration, such as "bpc_…", or its specification.',
      });
    }
    for (const locale of ["English", "e", "en_GB", "en-", "en-G", "xauto", "autox", 7]) {
      const session = billing.forTenant("acme").createCustomerPortalSession(acme.customerId, {
        locale: locale as never,
      });
      await expect(session).rejects.toThrow('locale must be a language tag such as "en-GB", or "auto".');
    }
    expect(world.takeRequests()).toEqual([]);
  });
});
