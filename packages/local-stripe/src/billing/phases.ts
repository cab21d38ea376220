import { invalid } from "../http/api-error.js";
import { mergeMetadata } from "../http/metadata.js";
import type { Act } from "../store/act.js";
import type { SubscriptionRecord, SubscriptionScheduleRecord } from "../store/records.js";
import { firstPeriodEnd } from "./cancellation.js";
import type { NewDiscount } from "./discount-params.js";
import { checkRedeemable, isRunning } from "./discounts.js";
import { type Interval, plusIntervals } from "./period.js";
import { type NewDefaults, type NewPhase, refuseTwoEnds } from "./phase-params.js";
import { ownMethod } from "./subscription-fields.js";
import { type Billing, checkItems, soldItem } from "./subscription-items.js";

export type DefaultSettings = SubscriptionScheduleRecord["default_settings"];
export type PhaseRecord = SubscriptionScheduleRecord["phases"][number];

/** What the phases of one schedule have in common. */
export interface PhaseContext {
  readonly customer: string;
  readonly mode: Billing["mode"];
  readonly defaults: DefaultSettings;
  /** Prices that were agreed on before, and may have been archived since. */
  readonly agreed?: ReadonlySet<string>;
}

/** The phases that a request writes. Each begins where the one before ends. */
export function newPhases(
  act: Act,
  phases: readonly NewPhase[],
  start: number,
  context: PhaseContext,
): readonly PhaseRecord[] {
  if (phases.length === 0) throw invalid("Missing required param: phases.", "phases", "parameter_missing");
  const made: PhaseRecord[] = [];
  for (const [at, phase] of phases.entries()) {
    const begins = made.at(-1)?.end_date ?? start;
    made.push(newPhase(act, phase, begins, `phases[${at}]`, context));
  }
  return made;
}

/** The phase that a subscription is in, as it stands: until the end of its period, or of itself. */
export function phaseOf(act: Act, subscription: SubscriptionRecord): PhaseRecord {
  const { cancel_at: cancelAt, trial_end: trialEnd } = subscription;
  const start = Math.max(...subscription.items.map((item) => item.current_period_start));
  const end = cancelAt ?? firstPeriodEnd(subscription);
  return {
    ...BARE,
    ...asItStands(act, subscription),
    currency: subscription.currency,
    end_date: end,
    metadata: subscription.metadata,
    start_date: start,
    trial_end: subscription.status === "trialing" && trialEnd !== null ? Math.min(trialEnd, end) : null,
  };
}

/** What a phase says of a subscription that was changed beside its schedule. Its metadata is not among that. */
export function asItStands(
  act: Act,
  subscription: SubscriptionRecord,
): Pick<
  PhaseRecord,
  "collection_method" | "default_payment_method" | "description" | "discounts" | "invoice_settings" | "items"
> {
  return {
    collection_method: subscription.collection_method,
    default_payment_method: subscription.default_payment_method,
    description: subscription.description,
    discounts: present(act, subscription.discounts),
    invoice_settings: settingsOf(subscription),
    items: subscription.items.map(({ discounts, metadata, price, quantity }) => ({
      ...BARE_ITEM,
      discounts: present(act, discounts),
      metadata,
      plan: price,
      price,
      ...(quantity !== undefined && { quantity }),
    })),
  };
}

export function defaultSettings(
  act: Act,
  given: NewDefaults | undefined,
  customer: string,
  before: DefaultSettings = NO_DEFAULTS,
): DefaultSettings {
  if (given === undefined) return before;
  const { automatic_tax: _untaxed, invoice_settings: settings, ...plain } = given;
  const method = ownMethod(act.world, customer, given.default_payment_method);
  return {
    ...before,
    ...plain,
    ...(given.default_payment_method !== undefined && { default_payment_method: method }),
    invoice_settings: { ...before.invoice_settings, ...settings },
  };
}

/** What a subscription would go on with if its phases said nothing more. */
export function defaultsOf(subscription: SubscriptionRecord): DefaultSettings {
  const { collection_method, default_payment_method, description } = subscription;
  const settings = { ...settingsOf(subscription), issuer: NO_DEFAULTS.invoice_settings.issuer };
  return {
    ...NO_DEFAULTS,
    collection_method,
    default_payment_method,
    description,
    invoice_settings: settings,
  };
}

const NO_SETTINGS = {
  account_tax_ids: null,
  custom_fields: null,
  days_until_due: null,
  description: null,
  footer: null,
};

const UNTAXED: NonNullable<PhaseRecord["automatic_tax"]> = {
  disabled_reason: null,
  enabled: false,
  liability: null,
};

const NO_DEFAULTS: DefaultSettings = {
  application_fee_percent: null,
  automatic_tax: UNTAXED,
  billing_cycle_anchor: "automatic",
  billing_thresholds: null,
  collection_method: "charge_automatically",
  default_payment_method: null,
  description: null,
  invoice_settings: { ...NO_SETTINGS, issuer: { type: "self" } },
  on_behalf_of: null,
  transfer_data: null,
};

const BARE: Omit<PhaseRecord, "currency" | "end_date" | "items" | "metadata" | "start_date" | "trial_end"> = {
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

const BARE_ITEM = { billing_thresholds: null, tax_rates: [] };

type PhaseDiscount = PhaseRecord["discounts"][number];

const NO_DISCOUNT: PhaseDiscount = { coupon: null, discount: null, promotion_code: null };

/** The discounts that run, each named itself, so that it goes on from where it is. */
function present(act: Act, discounts: readonly string[]): PhaseDiscount[] {
  return discounts
    .filter((discount) => isRunning(act.world, discount, act.now))
    .map((discount) => ({ ...NO_DISCOUNT, discount }));
}

function newPhase(
  act: Act,
  phase: NewPhase,
  start: number,
  name: string,
  context: PhaseContext,
): PhaseRecord {
  const { agreed, customer, defaults, mode } = context;
  refuseTwoEnds(phase, name);
  if (phase.start_date !== undefined && momentOf(phase.start_date, act.now) !== start) {
    throw invalid(
      "The start date of a phase must be the end date of the phase before it.",
      `${name}[start_date]`,
    );
  }
  const items = phase.items.map((item, at) => {
    const isAgreed = item.price !== undefined && agreed?.has(item.price) === true;
    return phaseItem(act, isAgreed ? { ...item, agreed: true } : item, `${name}[items][${at}]`, context);
  });
  const price = checkItems(act.world, items, mode);
  if (phase.currency !== undefined && phase.currency.toLowerCase() !== price.currency) {
    throw invalid(
      `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${phase.currency.toLowerCase()}\`.`,
      `${name}[currency]`,
    );
  }
  const end = endOf(phase, start, price.recurring, act.now);
  if (end <= start)
    throw invalid("The end date of a phase must be after its start date.", `${name}[end_date]`);
  const { automatic_tax: tax, description = null, invoice_settings: settings } = phase;
  const daysUntilDue = settings?.days_until_due ?? defaults.invoice_settings.days_until_due;
  const method = phase.collection_method ?? defaults.collection_method;
  if (method === "send_invoice" && daysUntilDue === null) {
    throw invalid(
      "If you're using `collection_method` = `send_invoice`, you must also set `invoice_settings[days_until_due]`.",
      `${name}[invoice_settings][days_until_due]`,
      "parameter_missing",
    );
  }
  return {
    ...BARE,
    ...(tax && { automatic_tax: UNTAXED }),
    billing_cycle_anchor: phase.billing_cycle_anchor ?? null,
    collection_method: phase.collection_method ?? null,
    currency: price.currency,
    default_payment_method: ownMethod(act.world, customer, phase.default_payment_method),
    description,
    discounts: agreedDiscounts(act, phase.discounts, price.currency, `${name}[discounts]`, context),
    end_date: end,
    invoice_settings: settings === undefined ? null : { ...NO_SETTINGS, issuer: null, ...settings },
    items,
    metadata: mergeMetadata({}, phase.metadata),
    proration_behavior: phase.proration_behavior ?? "create_prorations",
    start_date: start,
    trial_end: trialEndOf(phase, start, end, name, act.now),
  };
}

function phaseItem(
  act: Act,
  item: NewPhase["items"][number],
  name: string,
  context: PhaseContext,
): PhaseRecord["items"][number] {
  const { price, quantity } = soldItem(act, item, name);
  return {
    ...BARE_ITEM,
    discounts: agreedDiscounts(act, item.discounts, price.currency, `${name}[discounts]`, context),
    metadata: mergeMetadata({}, item.metadata),
    plan: price.id,
    price: price.id,
    ...(quantity !== undefined && { quantity }),
  };
}

/** What is to be redeemed when the phase begins, or goes on then; it must be possible today. */
function agreedDiscounts(
  act: Act,
  asked: readonly NewDiscount[] | undefined,
  currency: string,
  name: string,
  { customer }: PhaseContext,
): PhaseDiscount[] {
  const holder = { customer, currency, subscription: null, item: null, testClock: null };
  return (asked ?? []).map((one, at) => {
    if (one.discount === undefined) checkRedeemable(act, one, holder, `${name}[${at}]`);
    else act.world.named("discount", one.discount, `${name}[${at}][discount]`);
    return { ...NO_DISCOUNT, ...one };
  });
}

/** A phase of which nothing else is said lasts for one period of its first price. */
function endOf(phase: NewPhase, start: number, period: Interval | null, now: number): number {
  if (phase.end_date !== undefined) return momentOf(phase.end_date, now);
  const { interval, interval_count = 1 } = phase.duration ?? period ?? { interval: "month" };
  return plusIntervals(start, { interval, interval_count }, 1);
}

function trialEndOf(phase: NewPhase, start: number, end: number, name: string, now: number): number | null {
  if (phase.trial === true && phase.trial_end === undefined) return end;
  if (phase.trial_end === undefined) return null;
  const trialEnd = momentOf(phase.trial_end, now);
  if (trialEnd > start && trialEnd <= end) return trialEnd;
  throw invalid("The trial of a phase must end within the phase.", `${name}[trial_end]`);
}

export function momentOf(moment: number | "now", now: number): number {
  return moment === "now" ? now : moment;
}

function settingsOf(subscription: SubscriptionRecord): NonNullable<PhaseRecord["invoice_settings"]> {
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
