import { expect, it } from "vitest";
import { Deadline } from "../../src/deadline.js";
import { type MarkWrite, OPERATOR_CALLS, type OperatorRead } from "../../src/stripe/operator-calls.js";
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
});
