import type Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { copyPhase, type PhaseParams } from "../../src/capabilities/subscriptions/phase.js";

type Phase = Stripe.SubscriptionSchedule.Phase;
type Item = Phase["items"][number];

/** With every field that a phase can have set to something. */
const FULL: Required<Phase> = {
  add_invoice_items: [
    {
      discountable: false,
      discounts: [{ coupon: "SETUP", discount: null, promotion_code: null }],
      metadata: { for: "setup" },
      period: { start: { type: "phase_start" }, end: { type: "phase_end" } },
      price: "price_setup",
      quantity: 1,
      tax_rates: [{ id: "txr_1" } as Stripe.TaxRate], // of a tax rate its id alone matters
    },
  ],
  application_fee_percent: 2.5,
  automatic_tax: { disabled_reason: null, enabled: true, liability: { type: "account", account: "acct_1" } },
  billing_cycle_anchor: "phase_start",
  billing_thresholds: { amount_gte: 100_000, reset_billing_cycle_anchor: true },
  collection_method: "send_invoice",
  currency: "usd",
  default_payment_method: "pm_1",
  default_tax_rates: [{ id: "txr_2" } as Stripe.TaxRate],
  description: "The team plan",
  discounts: [
    { coupon: "HALF", discount: null, promotion_code: null },
    { coupon: "HALF", discount: "di_1", promotion_code: null },
    { coupon: null, discount: null, promotion_code: "promo_1" },
  ],
  end_date: 2_000_000_000,
  invoice_settings: {
    account_tax_ids: ["txi_1"],
    custom_fields: [{ name: "PO", value: "42" }],
    days_until_due: 14,
    description: "Thank you",
    footer: "Acme Inc",
    issuer: { type: "account", account: "acct_1" },
  },
  items: [
    {
      billing_thresholds: { usage_gte: 10 },
      discounts: [{ coupon: null, discount: "di_2", promotion_code: null }],
      metadata: { seat: "desk" },
      plan: "price_1",
      price: "price_1",
      quantity: 3,
      tax_rates: [{ id: "txr_3" } as Stripe.TaxRate],
    },
  ],
  metadata: { phase: "first" },
  on_behalf_of: "acct_1",
  proration_behavior: "always_invoice",
  start_date: 1_900_000_000,
  transfer_data: { amount_percent: 50, destination: "acct_1" },
  trial: false,
  trial_end: 1_950_000_000,
};

const SAME: PhaseParams = {
  add_invoice_items: [
    {
      discountable: false,
      discounts: [{ coupon: "SETUP" }],
      metadata: { for: "setup" },
      period: { start: { type: "phase_start" }, end: { type: "phase_end" } },
      price: "price_setup",
      quantity: 1,
      tax_rates: ["txr_1"],
    },
  ],
  application_fee_percent: 2.5,
  automatic_tax: { enabled: true, liability: { type: "account", account: "acct_1" } },
  billing_cycle_anchor: "phase_start",
  billing_thresholds: { amount_gte: 100_000, reset_billing_cycle_anchor: true },
  collection_method: "send_invoice",
  currency: "usd",
  default_payment_method: "pm_1",
  default_tax_rates: ["txr_2"],
  description: "The team plan",
  discounts: [{ coupon: "HALF" }, { discount: "di_1" }, { promotion_code: "promo_1" }],
  end_date: 2_000_000_000,
  invoice_settings: {
    account_tax_ids: ["txi_1"],
    custom_fields: [{ name: "PO", value: "42" }],
    days_until_due: 14,
    description: "Thank you",
    footer: "Acme Inc",
    issuer: { type: "account", account: "acct_1" },
  },
  items: [
    {
      billing_thresholds: { usage_gte: 10 },
      discounts: [{ discount: "di_2" }],
      metadata: { seat: "desk" },
      price: "price_1",
      quantity: 3,
      tax_rates: ["txr_3"],
    },
  ],
  metadata: { phase: "first" },
  on_behalf_of: "acct_1",
  proration_behavior: "always_invoice",
  start_date: 1_900_000_000,
  transfer_data: { amount_percent: 50, destination: "acct_1" },
  trial_end: 1_950_000_000,
};

describe("a phase that is written again", () => {
  it("keeps every field that it can have, and names running discounts themselves", () => {
    expect(copyPhase(FULL)).toEqual(SAME);
  });

  it("keeps the same where what it refers to is expanded", () => {
    const expanded = {
      ...FULL,
      default_payment_method: { id: "pm_1" },
      on_behalf_of: { id: "acct_1" },
      items: [{ ...FULL.items[0], price: { id: "price_1" }, plan: { id: "price_1" } }],
      discounts: [
        { coupon: { id: "HALF" }, discount: null, promotion_code: null },
        { coupon: { id: "HALF" }, discount: { id: "di_1" }, promotion_code: null },
        { coupon: null, discount: null, promotion_code: { id: "promo_1" } },
      ],
    };
    // Whole objects are long; of each its id alone matters.
    expect(copyPhase(expanded as unknown as Phase)).toEqual(SAME);
  });

  it("goes on inheriting the customer's discount where the subscription has none of its own", () => {
    expect(copyPhase({ ...FULL, discounts: [] })).not.toHaveProperty("discounts");
  });

  it("keeps what is set of a part, and says nothing of the rest of it", () => {
    const sparse: Partial<Phase> = {
      add_invoice_items: [
        {
          discountable: null,
          discounts: [],
          metadata: null,
          period: { start: { type: "phase_start" }, end: { type: "phase_end" } },
          price: "price_setup",
          quantity: null,
          tax_rates: null,
        },
      ],
      automatic_tax: { disabled_reason: null, enabled: false, liability: null },
      billing_thresholds: { amount_gte: null, reset_billing_cycle_anchor: null },
      default_tax_rates: null,
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: "self" },
      },
      transfer_data: { amount_percent: null, destination: "acct_1" },
    };
    const { default_tax_rates: _, ...same } = SAME;
    expect(copyPhase({ ...FULL, ...sparse })).toEqual({
      ...same,
      add_invoice_items: [
        {
          period: { start: { type: "phase_start" }, end: { type: "phase_end" } },
          price: "price_setup",
        },
      ],
      automatic_tax: { enabled: false },
      billing_thresholds: {},
      invoice_settings: { issuer: { type: "self" } },
      transfer_data: { destination: "acct_1" },
    });
  });

  it("says nothing of what is not set, so that nothing is cleared or begun", () => {
    const bare: Phase = {
      ...FULL,
      add_invoice_items: [],
      application_fee_percent: null,
      billing_cycle_anchor: null,
      billing_thresholds: null,
      collection_method: null,
      default_payment_method: null,
      default_tax_rates: [],
      description: null,
      discounts: [],
      invoice_settings: null,
      items: [
        { billing_thresholds: null, discounts: [], metadata: null, plan: "price_1", price: "price_1" },
        // As some API versions have it, without a list where there is none.
        { billing_thresholds: null, metadata: null, plan: "price_2", price: "price_2" } as unknown as Item,
      ],
      metadata: null,
      on_behalf_of: null,
      transfer_data: null,
      trial_end: null,
    };
    const { automatic_tax: _, ...untaxed } = bare;
    expect(copyPhase(untaxed)).toEqual({
      currency: "usd",
      end_date: 2_000_000_000,
      items: [{ price: "price_1" }, { price: "price_2" }],
      proration_behavior: "always_invoice",
      start_date: 1_900_000_000,
    });
  });
});
