import fc from "fast-check";
import type Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AnyInvoice, toInvoice, toUpcomingInvoice } from "../../src/views/invoice.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";
import { everyKey, thawedIn } from "./stripe-shape.js";

/** What is so of an invoice, however an API version writes it down. */
interface Facts {
  readonly status: Stripe.Invoice.Status;
  readonly currency: string;
  readonly subscriptionId: string | undefined;
  readonly taxes: readonly number[];
  readonly discounts: readonly number[];
  readonly lines: readonly LineFacts[];
  readonly paidAt: number | null;
  readonly dueAt: number | null;
  readonly number: string | null;
  readonly expandedCustomer: boolean;
}

interface LineFacts {
  /** Of a subscription's item, of an invoice item within a subscription, or of one alone. */
  readonly of: "item" | "change" | "extra";
  readonly priced: boolean;
  readonly proration: boolean;
  readonly amount: number;
  readonly quantity: number | null;
  readonly start: number;
  readonly end: number;
}

const seconds = fc.integer({ min: 1_500_000_000, max: 2_000_000_000 });
const amount = fc.oneof(fc.integer({ min: -100_000, max: 100_000 }), fc.maxSafeInteger());

const lineFacts: fc.Arbitrary<LineFacts> = fc.record({
  of: fc.constantFrom("item", "change", "extra"),
  priced: fc.boolean(),
  proration: fc.boolean(),
  amount,
  quantity: fc.option(fc.nat()),
  start: seconds,
  end: seconds,
});

const facts: fc.Arbitrary<Facts> = fc.record({
  status: fc.constantFrom("draft", "open", "paid", "uncollectible", "void"),
  currency: fc.constantFrom("usd", "jpy", "kwd"),
  subscriptionId: fc.option(fc.constant("sub_1"), { nil: undefined }),
  taxes: fc.array(fc.nat(1_000_000), { maxLength: 3 }),
  discounts: fc.array(fc.nat(1_000_000), { maxLength: 3 }),
  lines: fc.array(lineFacts, { maxLength: 5 }),
  paidAt: fc.option(seconds),
  dueAt: fc.option(seconds),
  number: fc.option(fc.constant("ACME-0001")),
  expandedCustomer: fc.boolean(),
});

describe("an invoice's view", () => {
  let world: StripeWorld;
  let template: Stripe.Invoice;
  let customer: Stripe.Customer;
  let price: Stripe.Price;

  beforeAll(async () => {
    world = await startStripeWorld();
    const { invoiceId, customerId, priceId } = await world.addTenant("acme");
    template = await world.stripe.invoices.retrieve(invoiceId);
    price = await world.stripe.prices.retrieve(priceId);
    const found = await world.stripe.customers.retrieve(customerId);
    if (found.deleted) throw new Error("The customer was just made.");
    customer = found;
  });

  afterAll(() => world.close());

  it("is the same from the shapes before and after API version 2025-03-31", () => {
    fc.assert(
      fc.property(facts, (fact) => {
        const before = toInvoice(shapeBefore(fact), everyKey);
        expect(toInvoice(shapeSince(fact), everyKey)).toEqual(before);
        expect(before).toMatchObject({
          customerId: customer.id,
          subscriptionId: fact.subscriptionId ?? null,
          tax: sum(fact.taxes),
          discount: sum(fact.discounts),
          status: fact.status,
          currency: fact.currency,
          metadata: { note: "acme" },
        });
        expect(before.lines.map(({ priceId, productId }) => [priceId, productId])).toEqual(
          fact.lines.map(({ priced }) => (priced ? [price.id, price.product] : [null, null])),
        );
        expect(before.lines.map((line) => [line.amount, line.proration])).toEqual(
          fact.lines.map((line) => [line.amount, line.proration]),
        );
      }),
    );
  });

  it("is the same of an upcoming one, which has no id, number or status of its own", () => {
    fc.assert(
      fc.property(facts, (fact) => {
        const view = toUpcomingInvoice(upcoming(shapeSince(fact)));
        expect(toUpcomingInvoice(upcoming(shapeBefore(fact)))).toEqual(view);
        const { id: _id, number: _number, status: _status, ...whole } = toInvoice(shapeSince(fact), everyKey);
        expect(whole).toMatchObject(view);
        expect(view).toMatchObject({ customerId: customer.id, lines: whole.lines });
      }),
    );
  });

  it("stands on what every version has, where an answer leaves out all it may", () => {
    const bare = bareOf(shapeSince({ ...plain, expandedCustomer: false }));
    expect(toInvoice(bare, everyKey)).toMatchObject({
      customerId: "",
      subscriptionId: null,
      hostedInvoiceUrl: null,
      pdfUrl: null,
      tax: 0,
      discount: 0,
      metadata: {},
    });
  });

  it("is frozen to its depths", () => {
    fc.assert(
      fc.property(facts, (fact) => {
        expect(thawedIn(toInvoice(shapeSince(fact), everyKey))).toEqual([]);
        expect(thawedIn(toUpcomingInvoice(shapeSince(fact)))).toEqual([]);
      }),
    );
  });

  it("counts in whole minor units, whatever the currency, and beside it", () => {
    fc.assert(
      fc.property(facts, (fact) => {
        const view = toInvoice(shapeSince(fact), everyKey);
        const { subtotal, discount, tax, total, amountDue, amountPaid, amountRemaining } = view;
        const amounts = [subtotal, discount, tax, total, amountDue, amountPaid, amountRemaining];
        expect(amounts.every(Number.isSafeInteger)).toBe(true);
        for (const line of view.lines) {
          expect(Number.isSafeInteger(line.amount)).toBe(true);
          expect(line.currency).toBe(view.currency);
        }
      }),
    );
  });

  function common(fact: Facts): Stripe.Invoice {
    return {
      ...template,
      status: fact.status,
      currency: fact.currency,
      customer: fact.expandedCustomer ? customer : customer.id,
      number: fact.number,
      metadata: { note: "acme" },
      due_date: fact.dueAt,
      status_transitions: { ...template.status_transitions, paid_at: fact.paidAt },
      total_discount_amounts: fact.discounts.map((off, at) => ({ amount: off, discount: `di_${at}` })),
    };
  }

  function shapeSince(fact: Facts): AnyInvoice {
    const details = { metadata: {}, subscription: fact.subscriptionId };
    const taxes = fact.taxes.map((tax) => ({ amount: tax }));
    const invoice = {
      ...common(fact),
      parent:
        fact.subscriptionId === undefined
          ? null
          : { type: "subscription_details", quote_details: null, subscription_details: details },
      total_taxes: taxes,
      lines: { ...template.lines, data: fact.lines.map((line) => lineSince(line, fact)) },
    };
    return invoice as unknown as AnyInvoice; // taxes have more fields, of which none is looked at
  }

  function shapeBefore(fact: Facts): AnyInvoice {
    const { parent: _, total_taxes: _taxes, ...rest } = common(fact);
    const invoice = {
      ...rest,
      subscription: fact.subscriptionId ?? null,
      subscription_details: { metadata: fact.subscriptionId === undefined ? null : {} },
      // Where nothing is taxed, older versions say null.
      tax: fact.taxes.length === 0 ? null : sum(fact.taxes),
      total_tax_amounts: fact.taxes.map((tax) => ({ amount: tax, inclusive: false })),
      paid: fact.status === "paid",
      payment_intent: "pi_1",
      lines: { ...template.lines, data: fact.lines.map((line) => lineBefore(line, fact)) },
    };
    return invoice as unknown as AnyInvoice; // the SDK's types know today's shape alone
  }

  function lineSince(line: LineFacts, { currency }: Facts): object {
    const details = { proration: line.proration, subscription: "sub_1", proration_details: null };
    const isItem = line.of === "item";
    return {
      ...commonLine(line, currency),
      parent: {
        type: isItem ? "subscription_item_details" : "invoice_item_details",
        subscription_item_details: isItem ? { ...details, subscription_item: "si_1" } : null,
        invoice_item_details: isItem ? null : { ...details, invoice_item: "ii_1" },
      },
      pricing: line.priced
        ? { type: "price_details", price_details: { price: price.id, product: price.product } }
        : null,
    };
  }

  function lineBefore(line: LineFacts, { currency }: Facts): object {
    return {
      ...commonLine(line, currency),
      price: line.priced ? price : null,
      plan: null,
      proration: line.proration,
      type: line.of === "item" ? "subscription" : "invoiceitem",
      subscription: line.of === "extra" ? null : "sub_1",
      ...(line.of === "item" && { subscription_item: "si_1" }),
    };
  }

  function commonLine({ amount: sumOfLine, quantity, start, end }: LineFacts, currency: string): object {
    return {
      id: "il_1",
      object: "line_item",
      amount: sumOfLine,
      currency,
      description: "3 × Pro",
      quantity,
      period: { start, end },
    };
  }
});

const plain: Facts = {
  status: "open",
  currency: "usd",
  subscriptionId: undefined,
  taxes: [],
  discounts: [],
  lines: [],
  paidAt: null,
  dueAt: null,
  number: null,
  expandedCustomer: false,
};

/** What Stripe's types say may be missing or null. */
function bareOf(invoice: AnyInvoice): AnyInvoice {
  const { hosted_invoice_url: _url, invoice_pdf: _pdf, ...rest } = invoice;
  const bare = {
    ...rest,
    customer: null,
    parent: { type: "quote_details" },
    metadata: null,
    total_taxes: null,
    total_discount_amounts: null,
  };
  return bare as unknown as AnyInvoice; // as the comment says
}

function upcoming(invoice: AnyInvoice): AnyInvoice {
  return { ...invoice, id: "upcoming_in_1", number: null, status: "draft" };
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, one) => total + one, 0);
}
