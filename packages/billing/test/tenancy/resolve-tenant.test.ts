import { describe, expect, it } from "vitest";
import { Deadline } from "../../src/deadline.js";
import { metadataTenancy, type StripeClient } from "../../src/index.js";
import { createTransport } from "../../src/stripe/transport.js";
import { resolveTenant } from "../../src/tenancy/resolve-tenant.js";

function resolve(customerId: string, customer: object, sent: string[] = []) {
  const rawRequest: StripeClient["rawRequest"] = async (method, path) => {
    sent.push(`${method} ${path}`);
    if (path.startsWith("/v1/events?")) return { object: "list", data: [], has_more: false };
    return { object: "customer", id: customerId, ...customer };
  };
  return resolveTenant(
    createTransport({ rawRequest }),
    metadataTenancy(),
    { customerId },
    new Deadline(5_000),
  );
}

describe("the tenant of an event that names a customer", () => {
  it("is that of the customer's mark, which is read", async () => {
    const sent: string[] = [];
    const resolution = await resolve("cus_1", { metadata: { tenantId: "acme" } }, sent);

    expect(resolution).toEqual({ status: "tenant", tenantId: "acme" });
    expect(sent).toEqual(["GET /v1/customers/cus_1"]);
  });

  it("is unknown once the customer is deleted, whatever is left of it", async () => {
    const deleted = { deleted: true, metadata: { tenantId: "acme" } };
    expect(await resolve("cus_1", deleted)).toEqual({ status: "unknown" });
  });

  const failing = (error: object) =>
    resolveTenant(
      createTransport({ rawRequest: () => Promise.reject(error) }, { maxRetries: 0 }),
      metadataTenancy(),
      { customerId: "cus_1" },
      new Deadline(5_000),
    );

  it("is unknown where Stripe has no such customer", async () => {
    const missing = { type: "StripeInvalidRequestError", statusCode: 404, rawType: "invalid_request_error" };
    expect(await failing(missing)).toEqual({ status: "unknown" });
  });

  it("is not taken for unknown where Stripe did not say", async () => {
    const down = { type: "StripeAPIError", statusCode: 500 };
    await expect(failing(down)).rejects.toMatchObject({ code: "stripe_unavailable" });
    await expect(failing(new RangeError("a mistake"))).rejects.toThrow();
  });

  it.each(["", "sub_1", "../products", "cus_1/sources", "cus_1?expand[]=sources"])(
    "is not asked for under %j, which is no customer's id",
    async (customerId) => {
      const sent: string[] = [];
      await expect(resolve(customerId, {}, sent)).rejects.toMatchObject({ code: "invalid_argument" });
      expect(sent).toEqual([]);
    },
  );
});

describe("the tenant of an event that leads to its owner", () => {
  const OBJECTS: Readonly<Record<string, object>> = {
    "/v1/payment_intents/pi_1": { object: "payment_intent", customer: "cus_1" },
    "/v1/charges/ch_1": { object: "charge", customer: "cus_1" },
    "/v1/charges/ch_guest": { object: "charge", customer: null },
    "/v1/disputes/dp_1": { object: "dispute", charge: "ch_1", payment_intent: "pi_1" },
    "/v1/disputes/dp_old": { object: "dispute", charge: "ch_1", payment_intent: null },
    "/v1/refunds/re_1": { object: "refund", charge: "ch_1" },
    "/v1/prices/price_1": { object: "price", product: "prod_1", metadata: { tenantId: "globex" } },
    "/v1/products/prod_1": { object: "product", metadata: { tenantId: "acme" } },
    "/v1/customers/cus_1": { object: "customer", metadata: { tenantId: "acme" } },
    "/v2/core/accounts/acct_1": { object: "v2.core.account", metadata: { tenantId: "acme" } },
    "/v1/events/evt_1": {
      object: "event",
      data: {
        object: { object: "payment_method", customer: null },
        previous_attributes: { customer: "cus_1" },
      },
    },
  };

  async function resolveWith(origin: Parameters<typeof resolveTenant>[2]) {
    const sent: string[] = [];
    const rawRequest: StripeClient["rawRequest"] = async (_method, path) => {
      sent.push(path);
      const object = OBJECTS[path];
      if (object === undefined)
        throw { statusCode: 404, code: "not_found", rawType: "invalid_request_error" };
      return { id: path.slice(path.lastIndexOf("/") + 1), ...object };
    };
    const transport = createTransport({ rawRequest });
    const resolution = await resolveTenant(transport, metadataTenancy(), origin, new Deadline(5_000));
    return { resolution, reads: sent.length };
  }

  it.each([
    ["a charge", { reference: { kind: "charge", id: "ch_1" } }, 2],
    ["a dispute", { reference: { kind: "dispute", id: "dp_1" } }, 3],
    ["a dispute without a payment intent", { reference: { kind: "dispute", id: "dp_old" } }, 3],
    ["a refund of an older API version", { reference: { kind: "refund", id: "re_1" } }, 3],
    ["a price, whose own metadata proves nothing", { reference: { kind: "price", id: "price_1" } }, 2],
    ["an account of Accounts v2", { customerAccount: "acct_1" }, 1],
    [
      "a thin event's twin",
      { snapshotEventId: "evt_1", reference: { kind: "payment_method", id: "pm_1" } },
      2,
    ],
  ] as const)("is found by %s", async (_, origin, reads) => {
    expect(await resolveWith(origin)).toEqual({ resolution: { status: "tenant", tenantId: "acme" }, reads });
  });

  it("is unknown where v2, whose errors have a code and no type, does not have the account", async () => {
    const rawRequest = () => Promise.reject({ statusCode: 404, code: "not_found" });
    const transport = createTransport({ rawRequest }, { maxRetries: 0 });
    const deadline = new Deadline(5_000);
    const ask = (origin: Parameters<typeof resolveTenant>[2]) =>
      resolveTenant(transport, metadataTenancy(), origin, deadline);
    expect(await ask({ customerAccount: "acct_1" })).toEqual({ status: "unknown" });
    // In v1 only a gateway answers so.
    await expect(ask({ customerId: "cus_1" })).rejects.toMatchObject({ code: "stripe_unavailable" });
  });

  it("is nobody's where it leads to no customer", async () => {
    const { resolution } = await resolveWith({ reference: { kind: "charge", id: "ch_guest" } });
    expect(resolution).toEqual({ status: "nobody" });
  });

  it.each([
    ["what Stripe does not have", { reference: { kind: "charge", id: "ch_missing" } }],
    ["an account that is not there", { customerAccount: "acct_missing" }],
    ["a kind that is not read", { reference: { kind: "tax_id", id: "txi_1" } }],
    ["what is no id", { reference: { kind: "charge", id: "../customers/cus_1" } }],
  ])("is unknown, never nobody's, where it is led to %s", async (_, origin) => {
    expect((await resolveWith(origin)).resolution).toEqual({ status: "unknown" });
  });
});
