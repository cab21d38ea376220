import { expect, it } from "vitest";
import { Deadline } from "../../src/deadline.js";
import {
  type MarkWrite,
  OPERATOR_CALLS,
  type OperatorRead,
  SHARED_WRITES,
  type SharedWrite,
  type SharedWrites,
} from "../../src/stripe/operator-calls.js";
import { createTransport } from "../../src/stripe/transport.js";
import { OperatorGate } from "../../src/tenancy/gate/operator-gate.js";
import { describeContract, stripeOnMock } from "./describe-contract.js";

const IDS = {
  coupon: "co_1",
  customer: "cus_1",
  invoice: "in_1",
  price: "price_1",
  product: "prod_1",
  promotion_code: "promo_1",
  subscription: "sub_1",
};

/** The parameters that an operator's methods send with a call. */
const PARAMS: Partial<Record<OperatorRead, object>> = {
  "GET /v1/customers": { limit: 100, starting_after: "cus_1" },
  "GET /v1/customers/search": { query: 'metadata["tenantId"]:"acme"', limit: 100 },
  "GET /v1/invoices": { limit: 100, status: "paid", created: { gte: 1, lt: 2 }, expand: ["data.customer"] },
  "GET /v1/invoices/{invoice}": { expand: ["customer"] },
  "GET /v1/prices": { limit: 100, product: "prod_1", expand: ["data.product"] },
  "GET /v1/prices/{price}": { expand: ["product"] },
  "GET /v1/subscriptions": { limit: 100, status: "all", expand: ["data.customer", "data.schedule"] },
  "GET /v1/subscriptions/{subscription}": { expand: ["customer"] },
};

describeContract("an operator's request", () => {
  const gate = () =>
    new OperatorGate({
      transport: createTransport(stripeOnMock()),
      mode: undefined, // some of the fixtures are of live mode
      deadline: new Deadline(10_000),
      markKeys: ["tenantId", "billingReference"],
    });

  it.each(Object.keys(OPERATOR_CALLS))("%s is accepted by Stripe's own mock", async (call) => {
    const isRead = call.startsWith("GET ");
    const answer = isRead
      ? await gate().read(call as OperatorRead, IDS, PARAMS[call as OperatorRead] ?? {})
      : await gate().mark(call as MarkWrite, IDS, { tenantId: "acme" });
    expect(answer).toHaveProperty("object");
  });

  const WRITES: { readonly [C in SharedWrite]: SharedWrites[C]["params"] } = {
    "DELETE /v1/coupons/{coupon}": {},
    "POST /v1/coupons": {
      amount_off: 500,
      currency: "usd",
      duration: "repeating",
      duration_in_months: 3,
      name: "Five off",
      max_redemptions: 10,
      redeem_by: 2_000_000_000,
      metadata: { team: "a" },
    },
    "POST /v1/coupons/{coupon}": { name: "Five", metadata: { team: "" } },
    "POST /v1/promotion_codes": {
      promotion: { type: "coupon" },
      code: "FIVE",
      expires_at: 2_000_000_000,
      max_redemptions: 1,
      restrictions: { first_time_transaction: true },
      metadata: { team: "a" },
    },
    "POST /v1/promotion_codes/{promotion_code}": { active: false },
  };

  it.each(Object.keys(SHARED_WRITES))("%s is accepted by Stripe's own mock", async (call) => {
    // The mock keeps nothing, so what is shared is what the gate is told that it has seen.
    const write = call as SharedWrite;
    const ids = write.includes("{coupon}") ? { coupon: "co_1" } : {};
    const code = write.includes("{promotion_code}") ? { promotion_code: "promo_1" } : {};
    const seen = { object: "list", data: ["co_1", "promo_1"].map(shared), has_more: false };
    const stripe = stripeOnMock();
    const reading = new OperatorGate({
      transport: createTransport({
        rawRequest: (method, path, ...rest) =>
          path === "/v1/coupons" && method === "GET"
            ? Promise.resolve(seen)
            : stripe.rawRequest(method, path, ...rest),
      }),
      mode: undefined,
      deadline: new Deadline(10_000),
      markKeys: ["tenantId", "billingReference"],
    });
    await reading.read("GET /v1/coupons", {}, {});
    expect(await reading.writeShared(write, { ...ids, ...code } as never, WRITES[write])).toHaveProperty(
      "object",
    );
  });
});

function shared(id: string): object {
  return { object: "coupon", id, livemode: false, metadata: { tenantId: "*" } };
}
