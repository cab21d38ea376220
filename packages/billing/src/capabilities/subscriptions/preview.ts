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

/** What a change would cost. Amounts are in the currency's minor unit. */
export interface SubscriptionPreview {
  readonly currency: string;
  /**
   * Billed when the change is made; 0 when it is billed with the next invoice, or later. Stripe adds an amount below its
   * least charge to the next invoice too.
   */
  readonly amountDueNow: number;
  /**
   * The next invoice, with the change's prorations where they are not billed at once, and less what the customer has to
   * their credit; null when none will come. In the hour in which the last one is a draft, that uses up the credit first.
   * After an invoice at once, it may be an amount below Stripe's least charge, which is left for the invoice after.
   */
  readonly nextAmount: number | null;
  readonly nextInvoiceAt: Date | null;
  /**
   * Every invoice after that, as far as it can be known: without usage and without what is billed once, and for as long as
   * its discounts run. 0 when none will come; null when the items renew at different times, so that the invoices differ.
   */
  readonly recurringAmount: number | null;
  /**
   * What {@link amountDueNow} is made of, or else {@link nextAmount}. For a change of interval at the end of the period,
   * their periods are as if it was made now.
   */
  readonly lines: readonly InvoiceLine[];
  /** Whether there are more lines than these, which are up to a thousand. The amounts have them all. */
  readonly hasMoreLines: boolean;
  /** Makes the change, as previewed and reckoned from the same instant, once: `updateSubscription(id, confirmation)`. */
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
