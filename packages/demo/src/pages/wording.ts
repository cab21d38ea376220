import {
  type CheckoutSession,
  formatAmount,
  type Invoice,
  type InvoiceStatus,
  type PaymentMethod,
  type Price,
  type Subscription,
  type SubscriptionStatus,
} from "@repo/billing";

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
export function inMoney({ unitAmountDecimal, currency, recurring }: Price): {
  amount: string;
  rhythm: string;
} {
  if (unitAmountDecimal === null) return { amount: "By usage", rhythm: "" };
  const amount = formatAmount(unitAmountDecimal, currency);
  return { amount, rhythm: recurring === null ? "once" : every(recurring) };
}

function every({ interval, intervalCount }: NonNullable<Price["recurring"]>): string {
  return intervalCount === 1 ? `per ${interval}` : `every ${intervalCount} ${interval}s`;
}

/** What came of a visit to Stripe Checkout. */
export function inOutcome({ status, paymentStatus }: CheckoutSession): string {
  if (status === "open") return "You have not subscribed yet: Stripe’s page is still open.";
  if (status === "expired") return "Stripe’s page was open for too long. Nothing was charged.";
  return paymentStatus === "unpaid"
    ? "Thank you. Your payment is on its way."
    : "Thank you. You are subscribed.";
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

/** Total as well. */
const INVOICE_STATUS: Record<InvoiceStatus, string> = {
  draft: "Draft",
  open: "Open",
  paid: "Paid",
  uncollectible: "Uncollectible",
  void: "Void",
};

export function inInvoiceStatus({ status }: Invoice): string {
  return INVOICE_STATUS[status] ?? status;
}

/** "Visa •••• 4242", or as much as is known of what is no card. */
export function inDigits({ type, card, bankAccount }: PaymentMethod): string {
  const last4 = card?.last4 ?? bankAccount?.last4;
  const name = inWords(card?.brand ?? bankAccount?.bankName ?? type);
  return last4 ? `${name} •••• ${last4}` : name;
}

/** "sepa_debit" is Stripe's, "Sepa debit" people's. */
function inWords(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
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
