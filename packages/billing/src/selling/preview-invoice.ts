import type Stripe from "stripe";
import { isBillingError } from "../errors.js";
import type { StripeParams } from "../stripe/calls.js";
import type { TenantScope } from "../tenancy/scope/tenant-scope.js";

/** What Stripe would bill. One request; undefined when no invoice will come. */
export async function previewInvoice(
  scope: TenantScope,
  params: StripeParams<"POST /v1/invoices/create_preview">,
  step: string,
): Promise<Stripe.Invoice | undefined> {
  try {
    return await scope.write("POST /v1/invoices/create_preview", {}, params, undefined, step);
  } catch (error) {
    if (isUpcomingNone(error)) return undefined;
    throw error;
  }
}

function isUpcomingNone(error: unknown): boolean {
  if (!isBillingError(error) || typeof error.cause !== "object" || error.cause === null) return false;
  return "code" in error.cause && error.cause.code === "invoice_upcoming_none";
}
