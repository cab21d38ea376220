import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { idOf, subscribe } from "../support/local.js";

describe("a form of the portal", () => {
  it("is carried out once, however often it is sent", async ({ stripe }) => {
    const { customer } = await subscribe(stripe);
    const browser = await Browser.open(
      (await stripe.billingPortal.sessions.create({ customer: idOf(customer) })).url,
    );
    await browser.follow("Add payment method");
    const { url } = browser;
    const form = { ...browser.hidden(), card: "visa" };
    await browser.post(url, form);
    expect(browser.text).toContain("Your payment method is saved.");
    await browser.post(url, form);
    expect(browser.text).toContain("Your payment method is saved.");
    expect((await stripe.customers.listPaymentMethods(idOf(customer))).data).toHaveLength(1);
  });

  it("is shown again when what it is about has changed in between", async ({ stripe }) => {
    const { id, customer, items } = await subscribe(stripe);
    const browser = await Browser.open(
      (await stripe.billingPortal.sessions.create({ customer: idOf(customer) })).url,
    );
    await browser.follow("Cancel subscription");
    await stripe.subscriptions.update(id, { items: [{ id: items.data[0]?.id ?? "", quantity: 7 }] });
    await browser.submit("Cancel subscription", { comment: "no longer needed" });
    expect(browser.status).toBe(409);
    expect(browser.alert).toContain("This has changed since you opened the page.");
    expect(browser.text).toContain("no longer needed");
    expect(browser.text).toContain("× 7");
    expect((await stripe.subscriptions.retrieve(id)).cancel_at).toBeNull();

    await browser.submit("Cancel subscription");
    expect((await stripe.subscriptions.retrieve(id)).cancel_at).not.toBeNull();
  });

  it("cannot say that its reader has seen what the page did not show", async ({ stripe }) => {
    const { id, customer } = await subscribe(stripe);
    const browser = await Browser.open(
      (await stripe.billingPortal.sessions.create({ customer: idOf(customer) })).url,
    );
    await browser.follow("Cancel subscription");
    await browser.post(browser.url, { ...browser.hidden(), seen: "0".repeat(64) });
    expect(browser.status).toBe(409);
    expect((await stripe.subscriptions.retrieve(id)).cancel_at).toBeNull();
  });
});
