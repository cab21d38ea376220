import type Stripe from "stripe";
import { expect, it } from "vitest";
import { describeContract, stripeOnMock } from "./describe-contract.js";

describeContract("stripe-mock", () => {
  it("answers the real SDK with an object of Stripe's specification", async () => {
    const customer = await stripeOnMock().customers.retrieve("cus_harness");

    expect(customer).toMatchObject({ id: "cus_harness", object: "customer" });
  });

  it("refuses a parameter that Stripe's specification does not know", async () => {
    const unknownParameter: Stripe.CustomerCreateParams & { tenant: string } = { tenant: "acme" };

    await expect(stripeOnMock().customers.create(unknownParameter)).rejects.toMatchObject({
      type: "StripeInvalidRequestError",
      statusCode: 400,
    });
  });
});
