import type { Price, Subscription, SubscriptionStatus } from "@repo/billing";

const LANGUAGE = "en-GB";
const DATE = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "long", timeZone: "UTC" });
const TIME = new Intl.DateTimeFormat(LANGUAGE, { timeStyle: "medium", timeZone: "UTC" });

export function inDate(date: Date): string {
  return DATE.format(date);
}

export function inTime(date: Date): string {
  return `${TIME.format(date)} UTC`;
}

/** "$49.00", and "per month". */
export function inMoney({ unitAmount, currency, recurring }: Price): { amount: string; rhythm: string } {
  if (unitAmount === null) return { amount: "By usage", rhythm: "" };
  const format = new Intl.NumberFormat(LANGUAGE, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
  });
  // Amounts count the currency's smallest unit, and how many of those make one is the currency's own.
  const amount = format.format(unitAmount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  return { amount, rhythm: recurring === null ? "once" : every(recurring) };
}

function every({ interval, intervalCount }: NonNullable<Price["recurring"]>): string {
  return intervalCount === 1 ? `per ${interval}` : `every ${intervalCount} ${interval}s`;
}

/** Total, so that a new status has to be given a word; one from a newer Stripe is shown as it is. */
const STATUS: Record<SubscriptionStatus, string> = {
  incomplete: "Payment needed",
  incomplete_expired: "Never started",
  trialing: "Trial",
  active: "Active",
  past_due: "Past due",
  unpaid: "Unpaid",
  paused: "Paused",
  canceled: "Canceled",
};

export function inStatus({ status }: Subscription): string {
  return STATUS[status] ?? status;
}

/** What will become of it, or has. */
export function inOutlook({
  endedAt,
  cancelsAt,
  trialEndsAt,
  status,
  currentPeriodEnd,
}: Subscription): string {
  if (endedAt !== null) return `Ended on ${inDate(endedAt)}`;
  if (cancelsAt !== null) return `Cancels on ${inDate(cancelsAt)}`;
  if (status === "trialing" && trialEndsAt !== null) return `Free until ${inDate(trialEndsAt)}, then renews`;
  return currentPeriodEnd === null ? "Goes on" : `Renews on ${inDate(currentPeriodEnd)}`;
}
