import type Stripe from "stripe";
import { expect } from "vitest";
import { idOf } from "../support/local.js";

/** What holds of the money of a whole server, whatever was asked of it and however time passed. */
export async function expectMoneyInOrder(stripe: Stripe): Promise<void> {
  const customers = await stripe.customers.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  const subscriptions = await stripe.subscriptions
    .list({ status: "all", limit: 100 })
    .autoPagingToArray({ limit: 10_000 });
  const invoices = await stripe.invoices.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
  await expectLinesAddUp(stripe, invoices);
  for (const invoice of invoices) expectPaidAsDue(invoice);
  for (const customer of customers) {
    expectBalanceKept(customer, ofCustomer(invoices, customer.id));
    expectOneCurrency(ofCustomer(subscriptions, customer.id));
  }
}

function ofCustomer<T extends { customer: string | { id: string } | null }>(
  all: readonly T[],
  id: string,
): T[] {
  return all.filter(({ customer }) => customer !== null && idOf(customer) === id);
}

/** Every amount is whole, the lines make the total, and no line is billed twice. */
async function expectLinesAddUp(stripe: Stripe, invoices: readonly Stripe.Invoice[]): Promise<void> {
  const billed = new Map<string, string>();
  for (const invoice of invoices) {
    const lines = await stripe.invoices.listLineItems(idOf(invoice), { limit: 100 });
    const sum = lines.data.reduce((total, line) => total + line.amount, 0);
    const off = lines.data.flatMap((line) => line.discount_amounts ?? []);
    expect(invoice.subtotal).toBe(sum);
    expect(invoice.total).toBe(sum - off.reduce((total, { amount }) => total + amount, 0));
    expect(Number.isSafeInteger(sum)).toBe(true);
    if (invoice.status === "void") continue;
    for (const { id } of lines.data) {
      expect(billed.get(id) ?? invoice.id).toBe(invoice.id);
      billed.set(id, idOf(invoice));
    }
  }
}

function expectPaidAsDue({
  amount_due: due,
  amount_paid: paid,
  amount_remaining: left,
  status,
}: Stripe.Invoice): void {
  expect(due).toBeGreaterThanOrEqual(0);
  expect(paid + left).toBe(due);
  expect(paid).toBe(status === "paid" ? due : 0);
}

/** What invoices did not ask for is in the balance, and nothing else is. */
function expectBalanceKept(customer: Stripe.Customer, invoices: readonly Stripe.Invoice[]): void {
  const settled = invoices.filter(
    ({ ending_balance, status }) => ending_balance !== null && status !== "void",
  );
  const moved = settled.reduce((sum, { amount_due, total }) => sum + total - amount_due, 0);
  expect(customer.balance).toBe(moved);
}

function expectOneCurrency(subscriptions: readonly Stripe.Subscription[]): void {
  const running = subscriptions.filter(({ ended_at, status }) => ended_at === null && status !== "canceled");
  expect(new Set(running.map(({ currency }) => currency)).size).toBeLessThanOrEqual(1);
}
