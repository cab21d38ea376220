import { describe, expect } from "vitest";
import { Browser } from "./support/browser.js";
import { it } from "./support/it.js";
import { cardholder, idOf, refusal, startLocal } from "./support/local.js";

const RETURN_URL = "https://app.example.com/cards?tab=1";

describe("a setup intent", () => {
  it("saves a card for its customer", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const begun = await stripe.setupIntents.create({ customer, metadata: { note: "x" } });
    expect(begun).toMatchObject({ status: "requires_payment_method", usage: "off_session", customer });
    expect(begun.client_secret).toMatch(new RegExp(`^${begun.id}_secret_`));
    const done = await stripe.setupIntents.confirm(begun.id, { payment_method: "pm_card_visa" });
    expect(done.status).toBe("succeeded");
    const cards = await stripe.paymentMethods.list({ customer });
    expect(cards.data.map(({ id }) => id)).toEqual([done.payment_method]);
    expect((await stripe.setupIntents.list({ customer })).data.map(({ id }) => id)).toEqual([begun.id]);
    const types = (await stripe.events.list()).data.map(({ type }) => type).reverse();
    expect(types).toEqual([
      "customer.created",
      "setup_intent.created",
      "payment_method.attached",
      "setup_intent.succeeded",
    ]);
    expect(JSON.stringify(done)).not.toContain("csrf");
  });

  it("is made and confirmed at once, with a card that the customer has", async ({ stripe }) => {
    const { id: customer, invoice_settings } = await cardholder(stripe);
    const intent = await stripe.setupIntents.create({
      customer,
      payment_method: idOf(invoice_settings.default_payment_method),
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    });
    expect(intent).toMatchObject({ status: "succeeded", automatic_payment_methods: { enabled: true } });
  });

  it("keeps in mind that a card was declined, and takes another", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const { id } = await stripe.setupIntents.create({ customer });
    const error = await refusal(
      stripe.setupIntents.confirm(id, { payment_method: "pm_card_visa_chargeDeclinedInsufficientFunds" }),
    );
    expect(error).toMatchObject({ statusCode: 402, decline_code: "insufficient_funds" });
    expect(await stripe.setupIntents.retrieve(id)).toMatchObject({
      status: "requires_payment_method",
      payment_method: null,
      last_setup_error: { code: "card_declined", decline_code: "insufficient_funds", type: "card_error" },
    });
    expect((await stripe.events.list({ type: "setup_intent.setup_failed" })).data).toHaveLength(1);
    expect((await stripe.setupIntents.confirm(id, { payment_method: "pm_card_visa" })).status).toBe(
      "succeeded",
    );
  });

  it.each([
    ["Complete authentication", "complete", "succeeded"],
    ["Fail authentication", "fail", "failed"],
  ])("asks the holder of a card that wants it, who presses %s", async (button, result, outcome) => {
    const { stripe } = await startLocal();
    const { id: customer } = await stripe.customers.create({});
    const { id, client_secret: secret } = await stripe.setupIntents.create({ customer });
    const asked = await stripe.setupIntents.confirm(id, {
      payment_method: "pm_card_threeDSecure2Required",
      return_url: RETURN_URL,
    });
    expect(asked).toMatchObject({
      status: "requires_action",
      next_action: { type: "redirect_to_url", redirect_to_url: { return_url: RETURN_URL } },
    });
    expect((await stripe.paymentMethods.list({ customer })).data).toEqual([]);

    const browser = await Browser.open(asked.next_action?.redirect_to_url?.url ?? "");
    await browser.submit(button, { result });
    const back = new URL(browser.url);
    expect(`${back.origin}${back.pathname}`).toBe("https://app.example.com/cards");
    expect(Object.fromEntries(back.searchParams)).toEqual({
      tab: "1",
      setup_intent: id,
      setup_intent_client_secret: secret,
      redirect_status: outcome,
    });
    const settled = await stripe.setupIntents.retrieve(id);
    expect(settled.status).toBe(outcome === "succeeded" ? "succeeded" : "requires_payment_method");
    expect((await stripe.paymentMethods.list({ customer })).data).toHaveLength(
      outcome === "succeeded" ? 1 : 0,
    );
    await browser.visit(asked.next_action?.redirect_to_url?.url ?? "");
    expect(browser.status).toBe(404);
  });

  it("leaves the question to Stripe.js where there is nowhere to come back to", async ({ stripe }) => {
    const asked = await stripe.setupIntents.create({
      payment_method: "pm_card_authenticationRequired",
      confirm: true,
    });
    expect(asked.next_action).toMatchObject({ type: "use_stripe_sdk" });
  });

  it("is canceled once, and confirmed no more", async ({ stripe }) => {
    const { id } = await stripe.setupIntents.create({});
    expect((await refusal(stripe.setupIntents.confirm(id))).code).toBe("setup_intent_unexpected_state");
    const canceled = await stripe.setupIntents.cancel(id, { cancellation_reason: "duplicate" });
    expect(canceled).toMatchObject({ status: "canceled", cancellation_reason: "duplicate" });
    for (const again of [
      stripe.setupIntents.cancel(id),
      stripe.setupIntents.confirm(id, { payment_method: "pm_card_visa" }),
    ]) {
      expect((await refusal(again)).code).toBe("setup_intent_unexpected_state");
    }
  });

  it("takes no card of another customer", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const other = await cardholder(stripe);
    const method = idOf(other.invoice_settings.default_payment_method);
    const error = await refusal(stripe.setupIntents.create({ customer, payment_method: method }));
    expect(error.param).toBe("payment_method");
  });
});
