import * as z from "zod/mini";
import { callFields, checkInput, onFirstUse, optionsObject } from "../../input.js";
import { listCurrentSubscriptions } from "../../selling/current-subscriptions.js";
import { withAllLines } from "../../selling/invoice-lines.js";
import { previewInvoice } from "../../selling/preview-invoice.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { toUpcomingInvoice, type UpcomingInvoice } from "../../views/invoice.js";
import { toSubscription } from "../../views/subscription.js";

export interface PreviewUpcomingInvoiceOptions extends CallOptions {
  /** Previews the next invoice of this subscription of the customer. Default: the next invoice of any of them. */
  readonly subscriptionId?: string | undefined;
}

const previewOptions = onFirstUse(() =>
  optionsObject({ ...callFields(), subscriptionId: z.optional(z.unknown()) }),
);

export async function previewUpcomingInvoice(
  scope: TenantScope,
  customer: string | undefined,
  options: PreviewUpcomingInvoiceOptions,
): Promise<UpcomingInvoice | null> {
  const { subscriptionId } = checkInput(previewOptions, options);
  const only =
    subscriptionId === undefined
      ? undefined
      : parseObjectId("subscription", subscriptionId, "subscriptionId");
  const customerId = await scope.customerId(customer);
  // guard: an upcoming invoice is previewed of a subscription of the customer's
  if (only !== undefined) await scope.proveCustomersSubscription(customerId, only);
  const subscriptions = only === undefined ? await firstBilledFirst(scope, customerId) : [only];
  for (const subscription of subscriptions) {
    const preview = await previewInvoice(scope, { customer: customerId, subscription }, "upcoming");
    if (preview !== undefined) return toUpcomingInvoice(await withAllLines(scope, preview));
  }
  return null;
}

/** Orders the subscriptions by their next bill: since API version 2025-03-31, Stripe previews one subscription, not a customer. */
async function firstBilledFirst(scope: TenantScope, customerId: string): Promise<string[]> {
  const billed: { readonly id: string; readonly at: number }[] = [];
  for (const subscription of await listCurrentSubscriptions(scope, customerId)) {
    const { id, status, currentPeriodEnd } = toSubscription(subscription, scope);
    if (!NEVER_BILLED.has(status)) billed.push({ id, at: Number(currentPeriodEnd) });
  }
  return billed.sort((a, b) => a.at - b.at).map(({ id }) => id);
}

/** As long as they stay so. */
const NEVER_BILLED: ReadonlySet<string> = new Set(["incomplete", "paused"]);
