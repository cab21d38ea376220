import * as z from "zod/mini";
import { callFields, checkInput, onFirstUse } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { previewInvoice } from "../../tenancy/invoice-preview.js";
import type { TenantScope } from "../../tenancy/tenant-scope.js";
import { toUpcomingInvoice, type UpcomingInvoice } from "../../views/invoice.js";

export interface PreviewUpcomingInvoiceOptions extends CallOptions {
  /** The next invoice of this one of the customer's subscriptions. Default: the first to come, of any of them. */
  readonly subscriptionId?: string;
}

const previewOptions = onFirstUse(() =>
  z.strictObject(
    { ...callFields(), subscriptionId: z.optional(z.unknown()) },
    "The options must be an object.",
  ),
);

export async function previewUpcomingInvoice(
  scope: TenantScope,
  customer: string | undefined,
  options: PreviewUpcomingInvoiceOptions,
): Promise<UpcomingInvoice | null> {
  const { subscriptionId } = checkInput(previewOptions, options);
  const subscription =
    subscriptionId === undefined
      ? undefined
      : parseObjectId("subscription", subscriptionId, "subscriptionId");
  const customerId = await scope.customerId(customer);
  await scope.proveCustomer(customerId);
  if (subscription !== undefined) await scope.proveSubscriptionOf(customerId, subscription);
  const params = { customer: customerId, ...(subscription && { subscription }) };
  const preview = await previewInvoice(scope, params, "upcoming");
  return preview === undefined ? null : toUpcomingInvoice(preview);
}
