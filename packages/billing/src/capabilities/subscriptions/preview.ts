import { ConflictError } from "../../errors.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type InvoiceLine, toInvoiceLine } from "../../views/invoice-line.js";
import { futurePhases } from "../../views/scheduled-change.js";
import { toSubscription } from "../../views/subscription.js";
import type { UpdateSubscriptionOptions } from "./change.js";
import { type SubscriptionConfirmation, toConfirmation } from "./confirmation.js";
import { expandedSchedule, type PreparedChange, prepareChange } from "./prepare-change.js";
import { previewAtOnce } from "./preview-at-once.js";
import { previewAtPeriodEnd } from "./preview-at-period-end.js";
import type { PreviewedChange } from "./preview-invoices.js";

/** The cost of a change. Amounts are in the currency's minor unit. */
export interface SubscriptionPreview {
  readonly currency: string;
  /**
   * The amount billed when the change is made; 0 if it is billed with the next invoice or later. Stripe also moves an
   * amount below its minimum charge to the next invoice.
   */
  readonly amountDueNow: number;
  /**
   * The amount of the next invoice, including prorations that are not billed at once, less the customer's credit; null
   * if there will be no invoice. For about an hour after a renewal, while its invoice is still a draft, that invoice
   * uses the credit first. If the change is billed at once, this may be below Stripe's minimum charge, and is then
   * moved to the following invoice.
   */
  readonly nextAmount: number | null;
  readonly nextInvoiceAt: Date | null;
  /**
   * The amount of each invoice after that, as far as it can be known: without usage and one-time charges, and for as
   * long as the discounts run. 0 if there will be none; null if the items renew at different times, so that the
   * invoices differ.
   */
  readonly recurringAmount: number | null;
  /**
   * The lines that add up to {@link amountDueNow}, or, if nothing is due now, to {@link nextAmount}. For a change of
   * interval at the end of the period, their periods are those of a change made now.
   */
  readonly lines: readonly InvoiceLine[];
  /** Whether there are more lines than these, at most a thousand. The amounts include all lines. */
  readonly hasMoreLines: boolean;
  /**
   * Pass it to `updateSubscription(id, confirmation)` to make exactly the previewed change, once, prorated from the
   * same time.
   */
  readonly confirmation: SubscriptionConfirmation;
}

export async function previewSubscriptionChange(
  scope: TenantScope,
  subscription: string,
  options: UpdateSubscriptionOptions,
): Promise<SubscriptionPreview> {
  const plan = await prepareChange(scope, subscription, options);
  assertPreviewable(plan);
  const before = toSubscription(plan.before, scope);
  const preview = plan.change.when === "period_end" ? previewAtPeriodEnd : previewAtOnce;
  return toPreview(plan, await preview(scope, plan, before));
}

/** Refuses what ends a scheduled change: Stripe previews a subscription with its schedule still in force. */
function assertPreviewable({ before, change }: PreparedChange): void {
  const schedule = expandedSchedule(before);
  if (schedule === undefined || futurePhases(schedule).length === 0) return;
  if (change.scheduledChange !== null && change.when !== "period_end") return;
  throw new ConflictError(
    "A change is scheduled, and Stripe cannot preview the subscription without it. Drop it first, with updateSubscription(id, { scheduledChange: null }), and preview then.",
    { conflictingId: schedule.id },
  );
}

function toPreview(plan: PreparedChange, previewed: PreviewedChange): SubscriptionPreview {
  const { shown, prorationDate, ...amounts } = previewed;
  return Object.freeze({
    currency: plan.before.currency,
    ...amounts,
    lines: Object.freeze((shown?.lines.data ?? []).map(toInvoiceLine)),
    hasMoreLines: shown?.lines.has_more ?? false,
    confirmation: toConfirmation(plan, prorationDate),
  });
}
