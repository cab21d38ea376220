import type Stripe from "stripe";
import type { StripeParams } from "../stripe/calls.js";
import { refusalOf } from "../stripe/refusal.js";
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
    if (refusalOf(error).code === "invoice_upcoming_none") return undefined;
    throw error;
  }
}
