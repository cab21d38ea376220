import type { Transaction } from "../../store/account-data.js";
import type {
  SubscriptionItemRecord,
  SubscriptionRecord,
  SubscriptionScheduleRecord,
} from "../../store/records/subscriptions.js";
import type { NewDiscount } from "../discounts/discount-params.js";
import type { PhaseRecord } from "../phases/phase.js";
import { changed, type SubscriptionChange } from "../subscriptions/change-subscription.js";
import type { ItemChange } from "../subscriptions/item-params.js";
import { phaseDiscounts } from "./phase-discounts.js";

/**
 * A subscription as a phase of its schedule has it, before anything is billed or kept. `was` is the same phase before it
 * was written anew; where a phase begins there is none, and what belongs to its beginning alone is done.
 */
export function asInPhase(
  tx: Transaction,
  subscription: SubscriptionRecord,
  schedule: SubscriptionScheduleRecord,
  phase: PhaseRecord,
  was?: PhaseRecord,
): SubscriptionRecord {
  const begins = was === undefined;
  const { default_settings: defaults } = schedule;
  const settings = { ...defaults.invoice_settings, ...withoutNull(phase.invoice_settings ?? {}) };
  const method = phase.collection_method ?? defaults.collection_method;
  const isSent = method === "send_invoice";
  const anchor = phase.billing_cycle_anchor ?? defaults.billing_cycle_anchor;
  const change: SubscriptionChange = {
    collection_method: isSent ? "send_invoice" : "charge_automatically",
    ...(isSent && settings.days_until_due !== null && { days_until_due: settings.days_until_due }),
    default_payment_method: stillAttached(tx, subscription, phase, schedule),
    description: phase.description ?? defaults.description,
    ...discountChange(tx, subscription, phase.discounts, was?.discounts, null),
    items: itemChanges(tx, subscription, phase, was),
    ...trialChange(subscription, phase, tx.now),
    ...(begins && anchor === "phase_start" && { billing_cycle_anchor: "now" as const }),
    ...(begins && { metadata: phase.metadata ?? {} }),
  };
  const { custom_fields, description, footer } = settings;
  const after = changed(tx, subscription, change);
  return { ...after, invoice_settings: { ...after.invoice_settings, custom_fields, description, footer } };
}

/** Items are known again by their price, or by a discount of theirs that is named; any other price is a new item. */
function itemChanges(
  tx: Transaction,
  subscription: SubscriptionRecord,
  phase: PhaseRecord,
  was: PhaseRecord | undefined,
): readonly ItemChange[] {
  const { items } = subscription;
  const gone = items.filter((item) => phase.items.every(({ price }) => price !== item.price));
  const wanted = phase.items.map(({ discounts, metadata, price, quantity }): ItemChange => {
    const present =
      items.find((item) => item.price === price) ??
      gone.find((item) => discounts.some(({ discount }) => item.discounts.includes(discount ?? "")));
    const before = was?.items.find((item) => item.price === price)?.discounts;
    return {
      ...(present && { id: present.id }),
      ...discountChange(tx, subscription, discounts, before, present ?? null),
      agreed: true,
      metadata: metadata ?? {},
      price,
      ...(quantity !== undefined && { quantity }),
    };
  });
  const deleted = gone.filter(({ id }) => wanted.every((item) => item.id !== id));
  return [...wanted, ...deleted.map(({ id }) => ({ id, deleted: true }))];
}

/** Discounts that are written again as they were stay as they have become since: used up, or in the middle. */
function discountChange(
  tx: Transaction,
  subscription: SubscriptionRecord,
  wanted: PhaseRecord["discounts"],
  before: PhaseRecord["discounts"] | undefined,
  item: SubscriptionItemRecord | null,
): { readonly discounts?: readonly NewDiscount[] } {
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(wanted)) return {};
  const { currency, customer, id, test_clock: testClock } = subscription;
  const holder = { currency, customer, subscription: id, item: item?.id ?? null, testClock };
  return { discounts: phaseDiscounts(tx, wanted, (item ?? subscription).discounts, holder) };
}

/** A phase is on trial until the date that it names; without one it has no trial. */
function trialChange(
  subscription: SubscriptionRecord,
  { trial_end: trialEnd }: PhaseRecord,
  now: number,
): Pick<SubscriptionChange, "trial_end"> {
  const isTrial = subscription.status === "trialing" && (subscription.trial_end ?? 0) > now;
  if (trialEnd === null || trialEnd <= now) return isTrial ? { trial_end: "now" } : {};
  return isTrial && trialEnd === subscription.trial_end ? {} : { trial_end: trialEnd };
}

/** A payment method that was detached since is not charged. */
function stillAttached(
  tx: Transaction,
  { customer }: SubscriptionRecord,
  phase: PhaseRecord,
  { default_settings: defaults }: SubscriptionScheduleRecord,
): string | null {
  const id = phase.default_payment_method ?? defaults.default_payment_method;
  return id !== null && tx.account.of("payment_method").get(id)?.customer === customer ? id : null;
}

function withoutNull<T extends object>(settings: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const set = Object.entries(settings).filter(([, value]) => value !== null);
  return Object.fromEntries(set) as { [K in keyof T]?: NonNullable<T[K]> }; // the same names, fewer of them
}
