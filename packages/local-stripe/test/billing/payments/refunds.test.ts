import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { it } from "../../support/it.js";
import { idOf, monthly, refusal } from "../../support/local.js";

async function paidInvoice(stripe: Stripe): Promise<Stripe.Invoice> {
  const { id: customer } = await stripe.customers.create({});
  const { id: price } = await monthly(stripe);
  const { latest_invoice: id } = await stripe.subscriptions.create({ customer, items: [{ price }] });
  return stripe.invoices.retrieve(idOf(id), { expand: ["payments.data.payment.payment_intent"] });
}

describe("the payment of an invoice", () => {
  it("is an intent with a charge, which the invoice names", async ({ stripe }) => {
    const invoice = await paidInvoice(stripe);
    const payment = invoice.payments?.data[0];
    expect(payment).toMatchObject({
      invoice: invoice.id,
      amount_paid: invoice.amount_paid,
      status: "paid",
      payment: {
        type: "payment_intent",
        payment_intent: { status: "succeeded", customer: invoice.customer },
      },
    });
    const { data } = await stripe.charges.list({ customer: idOf(invoice.customer) });
    expect(data).toMatchObject([{ amount: invoice.amount_paid, amount_refunded: 0, refunded: false }]);
    expect((await stripe.invoicePayments.list({ invoice: invoice.id ?? "" })).data).toHaveLength(1);
  });

  it("is none where an invoice was paid elsewhere", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id: price } = await monthly(stripe);
    const { latest_invoice: draft } = await stripe.subscriptions.create({
      customer,
      items: [{ price }],
      collection_method: "send_invoice",
      days_until_due: 30,
    });
    await stripe.invoices.pay(idOf(draft), { paid_out_of_band: true });
    expect((await stripe.charges.list({ customer })).data).toEqual([]);
  });
});

describe("a refund", () => {
  it("gives back a part and then the rest, and tells of each", async ({ stripe }) => {
    const invoice = await paidInvoice(stripe);
    const [charge] = (await stripe.charges.list({ customer: idOf(invoice.customer) })).data;
    const id = charge?.id ?? "";
    const part = await stripe.refunds.create({ charge: id, amount: 500, reason: "duplicate" });
    expect(part).toMatchObject({ status: "succeeded", amount: 500, charge: id, reason: "duplicate" });
    expect(await stripe.charges.retrieve(id)).toMatchObject({ amount_refunded: 500, refunded: false });
    const rest = await stripe.refunds.create({ payment_intent: idOf(charge?.payment_intent) });
    expect(rest.amount).toBe((charge?.amount ?? 0) - 500);
    expect(await stripe.charges.retrieve(id)).toMatchObject({ refunded: true });
    expect((await stripe.refunds.list({ charge: id })).data.map((one) => one.id)).toEqual([rest.id, part.id]);
    const types = (await stripe.events.list({ limit: 6 })).data.map(({ type }) => type);
    const each = ["charge.refund.updated", "refund.created", "charge.refunded"];
    expect(types).toEqual([...each, ...each]);
  });

  it("is refused beyond what is left, and once nothing is", async ({ stripe }) => {
    const invoice = await paidInvoice(stripe);
    const [charge] = (await stripe.charges.list({ customer: idOf(invoice.customer) })).data;
    const id = charge?.id ?? "";
    expect(await refusal(stripe.refunds.create({ charge: id, amount: 1_000_000 }))).toMatchObject({
      statusCode: 400,
      param: "amount",
    });
    await stripe.refunds.create({ charge: id });
    expect(await refusal(stripe.refunds.create({ charge: id }))).toMatchObject({
      code: "charge_already_refunded",
    });
    expect(await refusal(stripe.refunds.create({}))).toMatchObject({ statusCode: 400 });
  });
});
