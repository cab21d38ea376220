import fc from "fast-check";
import type Stripe from "stripe";
import { expect, it } from "vitest";
import { startClock, startLocal } from "../support/local.js";

const DAY = 24 * 3600;
const PERIODS = [Date.UTC(2027, 0, 1), Date.UTC(2027, 1, 1), Date.UTC(2027, 2, 1), Date.UTC(2027, 3, 1)].map(
  (ms) => ms / 1000,
);
const [START = 0] = PERIODS;

/** A unit price as text, in millionths of a minor unit, so that the model needs no decimals of its own. */
const UNIT = fc.integer({ min: 1, max: 9_000_000_000 }).map((millionths) => ({
  millionths: BigInt(millionths),
  text: `${Math.floor(millionths / 1e6)}.${String(millionths % 1e6).padStart(6, "0")}`,
}));

type Unit = typeof UNIT extends fc.Arbitrary<infer Value> ? Value : never;

const CHANGE = fc.record({
  after: fc.integer({ min: 1, max: 80 * DAY }),
  price: fc.nat({ max: 2 }),
  quantity: fc.integer({ min: 0, max: 5000 }),
  behavior: fc.constantFrom("always_invoice" as const, "create_prorations" as const, "none" as const),
});

type Change = typeof CHANGE extends fc.Arbitrary<infer Value> ? Value : never;

const HISTORY = fc.record({
  currency: fc.constantFrom("usd", "jpy", "kwd", "isk"),
  mode: fc.constantFrom("classic" as const, "flexible" as const),
  units: fc.tuple(UNIT, UNIT, UNIT),
  quantity: fc.integer({ min: 1, max: 5000 }),
  changes: fc.array(CHANGE, { maxLength: 7 }),
});

type History = typeof HISTORY extends fc.Arbitrary<infer Value> ? Value : never;

it("bills to the cent what an exact model does, whatever is changed to what, when and how it is billed", async () => {
  await fc.assert(
    fc.asyncProperty(HISTORY, async (history) => {
      const { stripe } = await startLocal();
      const { customer, invoices } = await live(stripe, history);
      const expected = reckon(history);
      const billed = invoices.reduce((sum, { subtotal }) => sum + subtotal, 0);
      expect(billed).toBe(Number(expected.billed));
      // What was used, not rounded at all, is at most half a minor unit away for each line.
      const apart = BigInt(billed) * expected.precision - expected.used;
      const allowed = (BigInt(expected.lines) * expected.precision) / 2n + 1n;
      expect(apart < 0n ? -apart : apart).toBeLessThanOrEqual(allowed);
      // Nothing is lost between the customer's balance and what it is asked to pay.
      expect(customer.balance).toBe(invoices.reduce((sum, one) => sum + one.total - one.amount_due, 0));
    }),
    { numRuns: 12 },
  );
}, 120_000);

async function live(
  stripe: Stripe,
  { changes, currency, mode, quantity, units }: History,
): Promise<{ customer: Stripe.Customer; invoices: Stripe.Invoice[] }> {
  const clock = await startClock(stripe, new Date(START * 1000));
  const { id: customer } = await stripe.customers.create({ test_clock: clock.id });
  const product = await stripe.products.create({ name: "Seats" });
  const prices = await Promise.all(
    units.map(({ text }) =>
      stripe.prices.create({
        product: product.id,
        currency,
        unit_amount_decimal: text as never, // the SDK's own decimal class is written as this text
        recurring: { interval: "month" },
      }),
    ),
  );
  const subscription = await stripe.subscriptions.create({
    customer,
    items: [{ price: prices[0]?.id ?? "", quantity }],
    billing_mode: { type: mode },
  });
  const item = subscription.items.data[0]?.id ?? "";
  for (const change of inOrder(changes)) {
    await clock.advanceTo(new Date((START + change.after) * 1000));
    await stripe.subscriptions.update(subscription.id, {
      items: [{ id: item, price: prices[change.price]?.id ?? "", quantity: change.quantity }],
      proration_behavior: change.behavior,
    });
  }
  await clock.advanceTo(new Date(((PERIODS.at(-1) ?? 0) + 2 * 3600) * 1000));
  const invoices = await stripe.invoices.list({ subscription: subscription.id, limit: 100 });
  for (const { id, subtotal } of invoices.data) {
    const lines = await stripe.invoices.listLineItems(id ?? "", { limit: 100 });
    expect(lines.data.reduce((sum, line) => sum + line.amount, 0)).toBe(subtotal);
  }
  const read = await stripe.customers.retrieve(customer);
  if (read.deleted) throw new Error("the customer is gone");
  return { customer: read, invoices: invoices.data };
}

interface Reckoning {
  readonly billed: bigint;
  /** What was used and not given away by `none`, times `precision`. */
  readonly used: bigint;
  readonly precision: bigint;
  readonly lines: number;
}

/** The model: whole numbers of millionths, and seconds of a period, divided once. It shares no code with the server. */
function reckon({ changes, quantity, units }: History): Reckoning {
  const millionth = (one: { price: number; quantity: number }) =>
    (units[one.price as 0 | 1 | 2] satisfies Unit).millionths * BigInt(one.quantity);
  // A multiple of the seconds of every period, so that each share is a whole number.
  const precision = 1_000_000n * BigInt(31 * 28 * DAY);
  const exact = (cost: bigint, part: number, whole: number) =>
    (cost * BigInt(part) * BigInt(31 * 28 * DAY)) / BigInt(whole);
  let billed = 0n;
  let used = 0n;
  let lines = 0;
  const bill = (sign: 1n | -1n, cost: bigint, part: number, whole: number): void => {
    billed += sign * roundHalfUp(cost * BigInt(part), 1_000_000n * BigInt(whole));
    used += sign * exact(cost, part, whole);
    lines += 1;
  };
  let sold = { price: 0, quantity };
  PERIODS.forEach((start, at) => {
    bill(1n, millionth(sold), 1, 1);
    const end = PERIODS[at + 1] ?? start;
    const within = inOrder(changes).filter(({ after }) => START + after > start && START + after < end);
    for (const change of within) {
      const left = end - START - change.after;
      if (change.behavior !== "none" && !isSame(sold, change)) {
        bill(-1n, millionth(sold), left, end - start);
        bill(1n, millionth(change), left, end - start);
      }
      sold = change;
    }
  });
  return { billed, used, precision, lines };
}

function isSame(
  one: { price: number; quantity: number },
  other: { price: number; quantity: number },
): boolean {
  return one.price === other.price && one.quantity === other.quantity;
}

function roundHalfUp(part: bigint, whole: bigint): bigint {
  return (2n * part + whole) / (2n * whole);
}

/** One change at a time, the earliest first, and none at the moment at which a period begins. */
function inOrder(changes: readonly Change[]): readonly Change[] {
  const free = new Map(changes.map((change) => [change.after, change]));
  for (const start of PERIODS) free.delete(start - START);
  return [...free.values()].sort((one, other) => one.after - other.after);
}
