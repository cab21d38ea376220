import {
  type CheckoutSession,
  formatAmount,
  type Invoice,
  type InvoiceStatus,
  type PaymentMethod,
  type Price,
  type Product,
  type ScheduledChange,
  type Subscription,
  type SubscriptionStatus,
} from "@repo/billing";

const LANGUAGE = "en-GB";
const DATE = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "long", timeZone: "UTC" });
const TIME = new Intl.DateTimeFormat(LANGUAGE, { timeStyle: "medium", timeZone: "UTC" });

export function formatDate(date: Date): string {
  return DATE.format(date);
}

export function formatTime(date: Date): string {
  return `${TIME.format(date)} UTC`;
}

/** Describes a price, as "$49.00" and "per month", or "$0.40" and "per report" where it is billed by usage. */
export function describePrice(
  { unitAmountDecimal, currency, recurring }: Price,
  unitLabel: string | null = null,
): { amount: string; rhythm: string } {
  if (unitAmountDecimal === null) return { amount: "By usage", rhythm: "" };
  const amount = formatAmount(unitAmountDecimal, currency);
  if (recurring?.usageType === "metered") return { amount, rhythm: `per ${unitLabel ?? "use"}` };
  return { amount, rhythm: recurring === null ? "once" : describeInterval(recurring) };
}

function describeInterval({ interval, intervalCount }: NonNullable<Price["recurring"]>): string {
  return intervalCount === 1 ? `per ${interval}` : `every ${intervalCount} ${interval}s`;
}

/** Says how a visit to Stripe Checkout ended. */
export function describeCheckout({ status, paymentStatus }: CheckoutSession): string {
  if (status === "open") return "You have not subscribed yet: Stripe’s page is still open.";
  if (status === "expired") return "Stripe’s page was open for too long. Nothing was charged.";
  return paymentStatus === "unpaid"
    ? "Thank you. Your payment is on its way."
    : "Thank you. You are subscribed.";
}

/** Total, so that a new status fails to compile until it has a label. A status of a newer API is shown as it is. */
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

export function nameStatus({ status }: Subscription): string {
  return STATUS[status] ?? status;
}

const INVOICE_STATUS: Record<InvoiceStatus, string> = {
  draft: "Draft",
  open: "Open",
  paid: "Paid",
  uncollectible: "Uncollectible",
  void: "Void",
};

export function nameInvoiceStatus({ status }: Invoice): string {
  return INVOICE_STATUS[status] ?? status;
}

/** Describes a payment method as "Visa •••• 4242", or by as much as is known if it is not a card. */
export function describePaymentMethod({ type, card, bankAccount }: PaymentMethod): string {
  const last4 = card?.last4 ?? bankAccount?.last4;
  const name = capitalize(card?.brand ?? bankAccount?.bankName ?? type);
  return last4 ? `${name} •••• ${last4}` : name;
}

/** Turns Stripe's "sepa_debit" into "Sepa debit". */
function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}

/** Says what happens to a subscription next, or that it has ended. */
export function describeOutlook(subscription: Subscription, products: readonly Product[]): string {
  const { endedAt, cancelsAt, trialEndsAt, status, currentPeriodEnd, scheduledChange } = subscription;
  if (endedAt !== null) return `Ended on ${formatDate(endedAt)}`;
  if (cancelsAt !== null) return `Cancels on ${formatDate(cancelsAt)}`;
  const free =
    status === "trialing" && trialEndsAt !== null ? `Free until ${formatDate(trialEndsAt)}` : undefined;
  if (status === "past_due") return "Its payment could not be collected yet";
  if (scheduledChange !== null) {
    const change = describeScheduledChange(scheduledChange, products);
    return free === undefined ? change : `${free}. ${change}`;
  }
  if (free !== undefined) return `${free}, then renews`;
  if (currentPeriodEnd === null) return "Continues";
  const isByUsage = subscription.items.every(({ price }) => price.recurring?.usageType === "metered");
  return `${isByUsage ? "Next bill" : "Renews"} on ${formatDate(currentPeriodEnd)}`;
}

/** Describes a change that waits, as "Changes to Pilot, $290.00 per month, on 12 December 2026". */
export function describeScheduledChange(change: ScheduledChange, products: readonly Product[]): string {
  const items = change.items.map(({ priceId, quantity }) => {
    const product = products.find(({ prices }) => prices.some(({ id }) => id === priceId));
    const price = product?.prices.find(({ id }) => id === priceId);
    if (product === undefined || price === undefined) return "another plan";
    const { amount, rhythm } = describePrice(price);
    return `${product.name}${quantity !== null && quantity > 1 ? ` × ${quantity}` : ""}, ${amount} ${rhythm}`;
  });
  return `Changes to ${items.join(" and ")}, on ${formatDate(change.startsAt)}`;
}

export function nameProduct(productId: string, products: readonly Product[]): string {
  return products.find(({ id }) => id === productId)?.name ?? "A plan no longer offered";
}
