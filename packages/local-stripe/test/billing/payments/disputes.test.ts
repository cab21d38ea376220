import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { it } from "../../support/it.js";
import { cardholder, idOf, monthly, refusal } from "../../support/local.js";

/** The dispute of a subscription's first payment, and the customer who made it. */
async function disputedPayment(stripe: Stripe, card = "pm_card_createDispute") {
  const { id: customer } = await cardholder(stripe, card);
  const { id: price } = await monthly(stripe);
  await stripe.subscriptions.create({ customer, items: [{ price }] });
  const [charge] = (await stripe.charges.list({ customer })).data;
  const { data } = await stripe.disputes.list({ charge: charge?.id ?? "" });
  return { customer, charge, disputes: data, dispute: await stripe.disputes.retrieve(data[0]?.id ?? "") };
}

describe("a dispute", () => {
  it.for([
    ["pm_card_createDispute", "fraudulent"],
    ["pm_card_createDisputeProductNotReceived", "product_not_received"],
  ])("follows a payment by %s, and says why: %s", async ([card, reason], { stripe }) => {
    const { customer, charge, disputes, dispute } = await disputedPayment(stripe, card);
    expect(disputes).toEqual([dispute]);
    expect(dispute).toMatchObject({
      charge: charge?.id,
      payment_intent: charge?.payment_intent,
      amount: charge?.amount,
      reason,
      status: "needs_response",
    });
    expect(charge).toMatchObject({ paid: true, disputed: true });
    const { charge: expanded } = await stripe.disputes.retrieve(dispute.id, { expand: ["charge.customer"] });
    expect(expanded).toMatchObject({ customer: { id: customer } });
    const types = (await stripe.events.list({ types: ["charge.dispute.*"] })).data.map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(["charge.dispute.funds_withdrawn", "charge.dispute.created"]);
  });

  it("is found by its payment, and by no other", async ({ stripe }) => {
    const { dispute } = await disputedPayment(stripe);
    const other = await disputedPayment(stripe);
    const byIntent = await stripe.disputes.list({ payment_intent: idOf(dispute.payment_intent) });
    expect(byIntent.data).toEqual([dispute]);
    expect(byIntent.data).not.toContainEqual(other.dispute);
  });

  it("stands in the way of a refund", async ({ stripe }) => {
    const { charge } = await disputedPayment(stripe);
    expect(await refusal(stripe.refunds.create({ charge: charge?.id ?? "" }))).toMatchObject({
      statusCode: 400,
      code: "charge_disputed",
    });
  });

  it("is lost when it is closed, which happens once", async ({ stripe }) => {
    const { dispute } = await disputedPayment(stripe);
    expect(await stripe.disputes.close(dispute.id)).toMatchObject({ status: "lost" });
    const [event] = (await stripe.events.list({ type: "charge.dispute.closed" })).data;
    expect(event?.data).toMatchObject({ object: { id: dispute.id, status: "lost" } });
    expect(await refusal(stripe.disputes.close(dispute.id))).toMatchObject({ statusCode: 400 });
  });
});
