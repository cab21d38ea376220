import { describe, expect, it } from "vitest";
import { Deadline } from "../../src/deadline.js";
import { metadataTenancy, type StripeClient } from "../../src/index.js";
import { createTransport } from "../../src/stripe/transport.js";
import { resolveTenant } from "../../src/tenancy/resolve-tenant.js";

function resolve(customerId: string, customer: object, sent: string[] = []) {
  const rawRequest: StripeClient["rawRequest"] = async (method, path) => {
    sent.push(`${method} ${path}`);
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
    const missing = { type: "StripeInvalidRequestError", statusCode: 404, code: "resource_missing" };
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
