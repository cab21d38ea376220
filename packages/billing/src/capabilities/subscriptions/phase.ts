/**
 * Converts a phase of a schedule from Stripe's answer to parameters.
 *
 * An update of a schedule replaces its phases as a whole: a field that is not sent again is lost, and with it a discount, a
 * trial or a tax rate. So this file decides on every field of a phase, and a field that Stripe adds does not compile until
 * it is decided on.
 */
import type Stripe from "stripe";
import { referencedId } from "../../stripe/reference.js";

type Phase = Stripe.SubscriptionSchedule.Phase;
type PhaseItem = Phase["items"][number];
type PhaseDiscount = Phase["discounts"][number];
export type PhaseParams = Stripe.SubscriptionScheduleUpdateParams.Phase;
export type PhaseItemParams = PhaseParams["items"][number];

/** Copies a phase without losing a field. */
export function copyPhase(phase: Phase): PhaseParams {
  const params = allOf<Phase, PhaseParams>(phase, PHASE);
  return { ...params, items: phase.items.map(copyItem) };
}

export function copyItem(item: PhaseItem): PhaseItemParams {
  return allOf<PhaseItem, PhaseItemParams>(item, ITEM);
}

/** Converts each field to its part of the parameters, which is empty if there is nothing to keep. */
type Keeps<Shown, Params> = { readonly [Name in keyof Required<Shown>]: (value: Shown) => Partial<Params> };

const PHASE: Keeps<Phase, PhaseParams> = {
  add_invoice_items: ({ add_invoice_items: items }) => list("add_invoice_items", items.map(copyInvoiceItem)),
  application_fee_percent: (phase) => scalar("application_fee_percent", phase.application_fee_percent),
  automatic_tax: ({ automatic_tax: tax }) =>
    tax === undefined
      ? {}
      : {
          automatic_tax: { enabled: tax.enabled, ...(tax.liability && { liability: party(tax.liability) }) },
        },
  billing_cycle_anchor: (phase) => scalar("billing_cycle_anchor", phase.billing_cycle_anchor),
  billing_thresholds: ({ billing_thresholds: thresholds }) =>
    thresholds === null
      ? {}
      : {
          billing_thresholds: {
            ...scalar("amount_gte", thresholds.amount_gte),
            ...scalar("reset_billing_cycle_anchor", thresholds.reset_billing_cycle_anchor),
          },
        },
  collection_method: (phase) => scalar("collection_method", phase.collection_method),
  currency: ({ currency }) => ({ currency }),
  default_payment_method: ({ default_payment_method: method }) =>
    method === null ? {} : { default_payment_method: referencedId(method) },
  default_tax_rates: ({ default_tax_rates: rates }) =>
    list(
      "default_tax_rates",
      (rates ?? []).map((one) => referencedId(one)),
    ),
  description: (phase) => scalar("description", phase.description),
  // Shown empty where the phase inherits the customer's discount, as a subscription without discounts of its own does, and
  // where its maker said that it shall not. Left out, it inherits: sent as a blank, it would end the customer's discount.
  discounts: ({ discounts }) => list("discounts", copyDiscounts(discounts)),
  end_date: ({ end_date }) => ({ end_date }),
  invoice_settings: ({ invoice_settings: settings }) =>
    settings === null ? {} : { invoice_settings: copyInvoiceSettings(settings) },
  items: () => ({}), // kept one by one, by `copyItem`
  metadata: ({ metadata }) => (metadata === null ? {} : { metadata }),
  on_behalf_of: ({ on_behalf_of: account }) =>
    account === null ? {} : { on_behalf_of: referencedId(account) },
  proration_behavior: ({ proration_behavior }) => ({ proration_behavior }),
  start_date: ({ start_date }) => ({ start_date }),
  transfer_data: ({ transfer_data: transfer }) =>
    transfer === null
      ? {}
      : {
          transfer_data: {
            destination: referencedId(transfer.destination),
            ...scalar("amount_percent", transfer.amount_percent),
          },
        },
  trial: () => ({}), // says no more than `trial_end`
  trial_end: (phase) => scalar("trial_end", phase.trial_end),
};

const ITEM: Keeps<PhaseItem, PhaseItemParams> = {
  billing_thresholds: ({ billing_thresholds: thresholds }) =>
    typeof thresholds?.usage_gte === "number"
      ? { billing_thresholds: { usage_gte: thresholds.usage_gte } }
      : {},
  discounts: ({ discounts }) => list("discounts", copyDiscounts(discounts)),
  metadata: ({ metadata }) => (metadata === null ? {} : { metadata }),
  plan: () => ({}), // the older name of the price
  price: ({ price }) => ({ price: referencedId(price) }),
  quantity: ({ quantity }) => (quantity === undefined ? {} : { quantity }),
  tax_rates: ({ tax_rates: rates }) =>
    list(
      "tax_rates",
      (rates ?? []).map((one) => referencedId(one)),
    ),
};

function allOf<Shown extends object, Params extends object>(
  shown: Shown,
  keeps: Keeps<Shown, Params>,
): Params {
  const parts = Object.values<(value: Shown) => Partial<Params>>(keeps).map((keep) => keep(shown));
  return Object.assign({}, ...parts) as Params; // what is required of them, a phase always has
}

/** Names a running discount by its own id, so that it continues instead of starting again. */
function copyDiscounts(discounts: readonly PhaseDiscount[] | undefined): { [kind: string]: string }[] {
  return (discounts ?? []).map(({ discount, promotion_code: promotionCode, coupon }) => {
    if (discount !== null) return { discount: referencedId(discount) };
    if (promotionCode !== null) return { promotion_code: referencedId(promotionCode) };
    return coupon === null ? {} : { coupon: referencedId(coupon) };
  });
}

function copyInvoiceItem(
  item: Phase["add_invoice_items"][number],
): NonNullable<PhaseParams["add_invoice_items"]>[number] {
  const { discountable, discounts, metadata, period, price, quantity, tax_rates: rates } = item;
  return {
    price: referencedId(price),
    ...(discountable !== null && { discountable }),
    ...list("discounts", copyDiscounts(discounts)),
    ...(metadata !== null && { metadata }),
    ...(period && { period }),
    ...(quantity !== null && { quantity }),
    ...list(
      "tax_rates",
      (rates ?? []).map((one) => referencedId(one)),
    ),
  };
}

function copyInvoiceSettings(
  settings: NonNullable<Phase["invoice_settings"]>,
): NonNullable<PhaseParams["invoice_settings"]> {
  const {
    account_tax_ids: taxIds,
    custom_fields: fields,
    days_until_due: days,
    description,
    footer,
    issuer,
  } = settings;
  return {
    ...list(
      "account_tax_ids",
      (taxIds ?? []).map((one) => referencedId(one)),
    ),
    ...list("custom_fields", fields ?? []),
    ...(days !== null && { days_until_due: days }),
    ...(description !== null && { description }),
    ...(footer !== null && { footer }),
    ...(issuer && { issuer: party(issuer) }),
  };
}

/** Converts who is liable for a tax, or issues an invoice. */
function party<T>({ type, account }: { type: T; account?: string | { id: string } }): {
  type: T;
  account?: string;
} {
  return account === undefined ? { type } : { type, account: referencedId(account) };
}

function scalar<Name extends string, T>(name: Name, value: T | null | undefined): { [K in Name]?: T } {
  return value === null || value === undefined ? {} : toRecord(name, value);
}

/** Leaves out an empty list, which form encoding cannot express. */
function list<Name extends string, T>(name: Name, values: readonly T[]): { [K in Name]?: T[] } {
  return values.length === 0 ? {} : toRecord(name, [...values]);
}

function toRecord<Name extends string, T>(name: Name, value: T): { [K in Name]: T } {
  return { [name]: value } as { [K in Name]: T }; // a computed key has no type of its own
}
