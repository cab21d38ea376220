import { describe, expect } from "vitest";
import { it } from "./support/it.js";
import { cardholder, monthly, startClock } from "./support/local.js";

describe("what lives by a test clock", () => {
  it("is listed only for its clock or its customer, and found by searches", async ({ stripe }) => {
    const clock = await startClock(stripe, new Date("2026-01-15T00:00:00Z"));
    const customer = await cardholder(stripe, "pm_card_visa", clock.id);
    const price = await monthly(stripe);
    const metadata = { of: "clock" };
    const items = [{ price: price.id }];
    const { id } = await stripe.subscriptions.create({ customer: customer.id, items, metadata });
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: id });

    expect((await stripe.customers.list()).data).toEqual([]);
    expect((await stripe.subscriptions.list({ price: price.id })).data).toEqual([]);
    expect((await stripe.invoices.list()).data).toEqual([]);
    expect((await stripe.subscriptionSchedules.list()).data).toEqual([]);

    const byClock = { test_clock: clock.id };
    const byCustomer = { customer: customer.id };
    expect((await stripe.customers.list(byClock)).data).toMatchObject([{ id: customer.id }]);
    expect((await stripe.subscriptions.list(byClock)).data).toMatchObject([{ id }]);
    expect((await stripe.subscriptions.list(byCustomer)).data).toMatchObject([{ id }]);
    expect((await stripe.invoices.list(byCustomer)).data).toHaveLength(1);
    expect((await stripe.invoices.list({ subscription: id })).data).toHaveLength(1);
    expect((await stripe.subscriptionSchedules.list(byCustomer)).data).toMatchObject([{ id: schedule.id }]);
    const found = await stripe.subscriptions.search({ query: 'metadata["of"]:"clock"' });
    expect(found.data).toMatchObject([{ id }]);
  });
});
