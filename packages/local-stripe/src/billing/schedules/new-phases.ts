import { invalid } from "../../api-error.js";
import { mergeMetadata } from "../../declare/metadata.js";
import type { Transaction } from "../../store/account-data.js";
import { type Interval, plusIntervals } from "../catalog/period.js";
import { refuseOtherCurrency } from "../customers/one-currency.js";
import type { NewDiscount } from "../discounts/discount-params.js";
import { checkRedeemable } from "../discounts/redemption.js";
import {
  BARE,
  BARE_ITEM,
  NO_DISCOUNT,
  NO_SETTINGS,
  type PhaseDiscount,
  type PhaseRecord,
  UNTAXED,
} from "../phases/phase.js";
import { ownMethod } from "../subscriptions/subscription-fields.js";
import { type Billing, checkItems, soldItem } from "../subscriptions/subscription-items.js";
import type { DefaultSettings } from "./default-settings.js";
import { type NewPhase, refuseTwoEnds } from "./phase-params.js";

/** The settings that all phases of a schedule share. */
export interface PhaseContext {
  /** The schedule whose phases these will be, where there is one already. */
  readonly schedule?: string;
  readonly customer: string;
  readonly mode: Billing["mode"];
  readonly defaults: DefaultSettings;
  /** Prices that were agreed on before, and may have been archived since. */
  readonly agreed?: ReadonlySet<string>;
}

/** The phases that a request writes. Each begins where the one before ends. */
export function newPhases(
  tx: Transaction,
  phases: readonly NewPhase[],
  start: number,
  context: PhaseContext,
): readonly PhaseRecord[] {
  if (phases.length === 0) throw invalid("Missing required param: phases.", "phases", "parameter_missing");
  const made: PhaseRecord[] = [];
  for (const [at, phase] of phases.entries()) {
    const begins = made.at(-1)?.end_date ?? start;
    made.push(newPhase(tx, phase, begins, `phases[${at}]`, context));
  }
  const currencies = new Set(made.map(({ currency }) => currency));
  if (currencies.size > 1) {
    throw invalid(
      `All phases must have one currency; these have ${[...currencies].join(" and ")}.`,
      "phases",
    );
  }
  for (const one of currencies) refuseOtherCurrency(tx.account, context.customer, one, context.schedule);
  return made;
}

function newPhase(
  tx: Transaction,
  phase: NewPhase,
  start: number,
  name: string,
  context: PhaseContext,
): PhaseRecord {
  const { agreed, customer, defaults, mode } = context;
  refuseTwoEnds(phase, name);
  if (phase.start_date !== undefined && toMoment(phase.start_date, tx.now) !== start) {
    throw invalid(
      "The start date of a phase must be the end date of the phase before it.",
      `${name}[start_date]`,
    );
  }
  const items = phase.items.map((item, at) => {
    const isAgreed = item.price !== undefined && agreed?.has(item.price) === true;
    return phaseItem(tx, isAgreed ? { ...item, agreed: true } : item, `${name}[items][${at}]`, context);
  });
  const price = checkItems(tx.account, items, mode);
  if (phase.currency !== undefined && phase.currency.toLowerCase() !== price.currency) {
    throw invalid(
      `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${phase.currency.toLowerCase()}\`.`,
      `${name}[currency]`,
    );
  }
  const end = phaseEnd(phase, start, price.recurring, tx.now);
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
    default_payment_method: ownMethod(tx.account, customer, phase.default_payment_method),
    description,
    discounts: agreedDiscounts(tx, phase.discounts, price.currency, `${name}[discounts]`, context),
    end_date: end,
    invoice_settings: settings === undefined ? null : { ...NO_SETTINGS, issuer: null, ...settings },
    items,
    metadata: mergeMetadata({}, phase.metadata),
    proration_behavior: phase.proration_behavior ?? "create_prorations",
    start_date: start,
    trial_end: phaseTrialEnd(phase, start, end, name, tx.now),
  };
}

function phaseItem(
  tx: Transaction,
  item: NewPhase["items"][number],
  name: string,
  context: PhaseContext,
): PhaseRecord["items"][number] {
  const { price, quantity } = soldItem(tx, item, name);
  return {
    ...BARE_ITEM,
    discounts: agreedDiscounts(tx, item.discounts, price.currency, `${name}[discounts]`, context),
    metadata: mergeMetadata({}, item.metadata),
    plan: price.id,
    price: price.id,
    ...(quantity !== undefined && { quantity }),
  };
}

/** The discounts of a phase. They are redeemed when it begins, and refused if they could not be redeemed today. */
function agreedDiscounts(
  tx: Transaction,
  asked: readonly NewDiscount[] | undefined,
  currency: string,
  name: string,
  { customer }: PhaseContext,
): PhaseDiscount[] {
  const holder = { customer, currency, subscription: null, item: null, testClock: null };
  return (asked ?? []).map((one, at) => {
    if (one.discount === undefined) checkRedeemable(tx, one, holder, `${name}[${at}]`);
    else tx.account.getFromParam("discount", one.discount, `${name}[${at}][discount]`);
    return { ...NO_DISCOUNT, ...one };
  });
}

/** A phase of which nothing else is said lasts for one period of its first price. */
function phaseEnd(phase: NewPhase, start: number, period: Interval | null, now: number): number {
  if (phase.end_date !== undefined) return toMoment(phase.end_date, now);
  const { interval, interval_count = 1 } = phase.duration ?? period ?? { interval: "month" };
  return plusIntervals(start, { interval, interval_count }, 1);
}

function phaseTrialEnd(
  phase: NewPhase,
  start: number,
  end: number,
  name: string,
  now: number,
): number | null {
  if (phase.trial === true && phase.trial_end === undefined) return end;
  if (phase.trial_end === undefined) return null;
  const trialEnd = toMoment(phase.trial_end, now);
  if (trialEnd > start && trialEnd <= end) return trialEnd;
  throw invalid("The trial of a phase must end within the phase.", `${name}[trial_end]`);
}

export function toMoment(moment: number | "now", now: number): number {
  return moment === "now" ? now : moment;
}
