import { type ApiError, invalid } from "../http/api-error.js";
import type { Act } from "../store/act.js";
import type { InvoiceRecord, SubscriptionRecord } from "../store/records.js";
import type { World } from "../store/world.js";
import { beginSubscription } from "./begin-subscription.js";
import { changeSubscription, type SubscriptionChange } from "./change-subscription.js";
import { periodLines } from "./invoice-lines.js";
import { newInvoice } from "./invoices.js";
import { periodOf } from "./subscription-items.js";

const HOUR = 3600;

/** What is asked about: a change of a subscription, or one that a customer does not have yet. */
export interface PreviewRequest {
  readonly customer?: string;
  readonly preview_mode?: "next" | "recurring";
  readonly subscription?: string;
  readonly subscription_details?: Omit<SubscriptionChange, "metadata"> & { readonly cancel_now?: boolean };
}

/** The invoice that would come next, if the change were made. The change is made, looked at, and taken back. */
export function previewInvoice(act: Act, request: PreviewRequest): InvoiceRecord {
  return act.rehearse((rehearsal) => {
    const isBeginning =
      request.subscription === undefined && request.subscription_details?.items !== undefined;
    if (isBeginning) return beginningOf(rehearsal, request);
    return nextOf(
      rehearsal,
      request.subscription ?? firstToRenew(rehearsal.world, request.customer),
      request,
    );
  });
}

/** The one of a customer's subscriptions that is billed next. */
function firstToRenew(world: World, customer: string | undefined): string {
  if (customer === undefined) {
    throw invalid("You must provide a `customer` or a `subscription`.", "customer", "parameter_missing");
  }
  const { id } = world.named("customer", customer, "customer");
  const [first] = world
    .of("subscription")
    .all({ customer: id })
    .filter((subscription) => subscription.ended_at === null && willRenew(subscription))
    .toSorted((one, other) => nextPeriodStart(one) - nextPeriodStart(other));
  if (first === undefined) throw noneUpcoming(id);
  return first.id;
}

function willRenew(subscription: SubscriptionRecord): boolean {
  return !endsAt(subscription, nextPeriodStart(subscription)) || subscription.pendingLines.length > 0;
}

function beginningOf(act: Act, params: PreviewRequest): InvoiceRecord {
  const { items, trial_end } = params.subscription_details ?? {};
  if (params.customer === undefined || items === undefined) {
    throw invalid(
      "You must provide a `subscription`, or a `customer` with `subscription_details[items]`.",
      "subscription",
      "parameter_missing",
    );
  }
  const request = {
    customer: params.customer,
    items,
    payment_behavior: "default_incomplete" as const,
    ...(trial_end !== undefined && { trial_end }),
  };
  const { id, latest_invoice } = beginSubscription(act, request, "flexible");
  return asUpcoming(act, id, act.world.inPath("invoice", latest_invoice ?? ""));
}

function nextOf(act: Act, id: string, params: PreviewRequest): InvoiceRecord {
  const { world } = act;
  const before = world.named("subscription", id, "subscription");
  if (params.customer !== undefined && params.customer !== before.customer) {
    throw invalid(`The subscription ${id} does not belong to the customer ${params.customer}.`, "customer");
  }
  act.followClock(before);
  const { cancel_now: cancelNow, ...change } = params.subscription_details ?? {};
  // Whether the payment would go through is not what is asked.
  const after = changeSubscription(act, id, { ...change, payment_behavior: "default_incomplete" });
  const isBilledNow = after.latest_invoice !== before.latest_invoice && after.latest_invoice !== null;
  if (isBilledNow && params.preview_mode !== "recurring") {
    return asUpcoming(act, id, world.inPath("invoice", after.latest_invoice ?? ""));
  }
  const start = nextPeriodStart(after);
  const ends = cancelNow === true || endsAt(after, start);
  if (ends && after.pendingLines.length === 0) throw noneUpcoming(before.customer);
  const renewal = ends ? [] : renewalLines(world, after);
  const pending = params.preview_mode === "recurring" ? [] : after.pendingLines;
  const upcoming = newInvoice(act, after, "upcoming", [...pending, ...renewal]);
  // It is final an hour after the period has begun, and charged then.
  const attempt = after.collection_method === "charge_automatically" ? start + HOUR : null;
  return { ...upcoming, next_payment_attempt: attempt };
}

function endsAt({ cancel_at: end }: SubscriptionRecord, moment: number): boolean {
  return end !== null && end <= moment;
}

function noneUpcoming(customer: string): ApiError {
  return invalid(`No upcoming invoices for customer: ${customer}`, undefined, "invoice_upcoming_none");
}

function asUpcoming(act: Act, subscription: string, invoice: InvoiceRecord): InvoiceRecord {
  return newInvoice(act, act.world.inPath("subscription", subscription), "upcoming", invoice.lines);
}

function nextPeriodStart(subscription: SubscriptionRecord): number {
  return Math.min(...subscription.items.map((item) => item.current_period_end));
}

/** The lines of the period after the present one, when no trial is left. */
function renewalLines(world: World, subscription: SubscriptionRecord): InvoiceRecord["lines"] {
  const start = nextPeriodStart(subscription);
  const billing = {
    subscription: subscription.id,
    anchor: subscription.billing_cycle_anchor,
    start,
    trialEnd: null,
    mode: "flexible" as const,
  };
  const items = subscription.items
    .filter((item) => item.current_period_end === start)
    .map((item) => ({ ...item, ...periodOf(world.inPath("price", item.price), billing) }));
  return periodLines(world, { ...subscription, status: "active" }, items);
}
