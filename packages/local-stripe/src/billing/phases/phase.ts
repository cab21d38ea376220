import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord, SubscriptionScheduleRecord } from "../../store/records/subscriptions.js";
import { firstPeriodEnd } from "../catalog/period-ends.js";
import { isRunning } from "../discounts/redemption.js";

export type PhaseRecord = SubscriptionScheduleRecord["phases"][number];

export type PhaseSettings = NonNullable<PhaseRecord["invoice_settings"]>;

/** Describes a subscription as a phase, which lasts until the end of its period, or of the subscription. */
export function toPhase(tx: Transaction, subscription: SubscriptionRecord): PhaseRecord {
  const { cancel_at: cancelAt, trial_end: trialEnd } = subscription;
  const start = Math.max(...subscription.items.map((item) => item.current_period_start));
  const end = cancelAt ?? firstPeriodEnd(subscription);
  return {
    ...BARE,
    ...asItStands(tx, subscription),
    currency: subscription.currency,
    end_date: end,
    metadata: subscription.metadata,
    start_date: start,
    trial_end: subscription.status === "trialing" && trialEnd !== null ? Math.min(trialEnd, end) : null,
  };
}

/** The fields of a phase that follow from its subscription. Metadata is not among them. */
export function asItStands(
  tx: Transaction,
  subscription: SubscriptionRecord,
): Pick<
  PhaseRecord,
  "collection_method" | "default_payment_method" | "description" | "discounts" | "invoice_settings" | "items"
> {
  return {
    collection_method: subscription.collection_method,
    default_payment_method: subscription.default_payment_method,
    description: subscription.description,
    discounts: present(tx, subscription.discounts),
    invoice_settings: phaseSettings(subscription),
    items: subscription.items.map(({ discounts, metadata, price, quantity }) => ({
      ...BARE_ITEM,
      discounts: present(tx, discounts),
      metadata,
      plan: price,
      price,
      ...(quantity !== undefined && { quantity }),
    })),
  };
}

/** The invoice settings of a subscription. */
export function phaseSettings(subscription: SubscriptionRecord): PhaseSettings {
  const { custom_fields, description, footer } = subscription.invoice_settings;
  const days = subscription.days_until_due;
  return {
    ...NO_SETTINGS,
    custom_fields,
    days_until_due: days,
    description,
    footer,
    issuer: { type: "self" },
  };
}

export const NO_SETTINGS: Omit<PhaseSettings, "issuer"> = {
  account_tax_ids: null,
  custom_fields: null,
  days_until_due: null,
  description: null,
  footer: null,
};

export const UNTAXED: NonNullable<PhaseRecord["automatic_tax"]> = {
  disabled_reason: null,
  enabled: false,
  liability: null,
};

export const BARE: Omit<
  PhaseRecord,
  "currency" | "end_date" | "items" | "metadata" | "start_date" | "trial_end"
> = {
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
  on_behalf_of: null,
  proration_behavior: "create_prorations",
  transfer_data: null,
};

export const BARE_ITEM: Pick<PhaseRecord["items"][number], "billing_thresholds" | "tax_rates"> = {
  billing_thresholds: null,
  tax_rates: [],
};

export type PhaseDiscount = PhaseRecord["discounts"][number];

export const NO_DISCOUNT: PhaseDiscount = { coupon: null, discount: null, promotion_code: null };

/** The current discounts by their own ids, so that they continue instead of beginning anew. */
function present(tx: Transaction, discounts: readonly string[]): PhaseDiscount[] {
  return discounts
    .filter((discount) => isRunning(tx.account, discount, tx.now))
    .map((discount) => ({ ...NO_DISCOUNT, discount }));
}
