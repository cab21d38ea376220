import type { Act } from "../store/act.js";
import type { SubscriptionRecord, SubscriptionScheduleRecord } from "../store/records.js";
import { changed, type SubscriptionChange } from "./change-subscription.js";
import type { PhaseRecord } from "./phases.js";
import type { ItemChange } from "./subscription-items.js";

/**
 * A subscription as a phase of its schedule has it, before anything is billed or kept. What belongs to the beginning of
 * the phase alone is done where it `begins`.
 */
export function asInPhase(
  act: Act,
  subscription: SubscriptionRecord,
  schedule: SubscriptionScheduleRecord,
  phase: PhaseRecord,
  begins: boolean,
): SubscriptionRecord {
  const { default_settings: defaults } = schedule;
  const settings = { ...defaults.invoice_settings, ...withoutNull(phase.invoice_settings ?? {}) };
  const method = phase.collection_method ?? defaults.collection_method;
  const isSent = method === "send_invoice";
  const anchor = phase.billing_cycle_anchor ?? defaults.billing_cycle_anchor;
  const change: SubscriptionChange = {
    collection_method: isSent ? "send_invoice" : "charge_automatically",
    ...(isSent && settings.days_until_due !== null && { days_until_due: settings.days_until_due }),
    default_payment_method: stillAttached(act, subscription, phase, schedule),
    description: phase.description ?? defaults.description,
    items: itemChanges(subscription, phase),
    ...trialChange(subscription, phase, act.now),
    ...(begins && anchor === "phase_start" && { billing_cycle_anchor: "now" as const }),
    ...(begins && { metadata: phase.metadata ?? {} }),
  };
  const { custom_fields, description, footer } = settings;
  const after = changed(act, subscription, change);
  return { ...after, invoice_settings: { ...after.invoice_settings, custom_fields, description, footer } };
}

/** Items are known again by their price; a price that was not there is a new item. */
function itemChanges({ items }: SubscriptionRecord, phase: PhaseRecord): readonly ItemChange[] {
  const wanted = phase.items.map(({ metadata, price, quantity }): ItemChange => {
    const present = items.find((item) => item.price === price);
    return {
      ...(present && { id: present.id }),
      agreed: true,
      metadata: metadata ?? {},
      price,
      ...(quantity !== undefined && { quantity }),
    };
  });
  const gone = items.filter((item) => phase.items.every(({ price }) => price !== item.price));
  return [...wanted, ...gone.map(({ id }) => ({ id, deleted: true }))];
}

/** A phase is on trial until the date that it names, and else not at all. */
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
  act: Act,
  { customer }: SubscriptionRecord,
  phase: PhaseRecord,
  { default_settings: defaults }: SubscriptionScheduleRecord,
): string | null {
  const id = phase.default_payment_method ?? defaults.default_payment_method;
  return id !== null && act.world.of("payment_method").get(id)?.customer === customer ? id : null;
}

function withoutNull<T extends object>(settings: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const set = Object.entries(settings).filter(([, value]) => value !== null);
  return Object.fromEntries(set) as { [K in keyof T]?: NonNullable<T[K]> }; // the same names, fewer of them
}
