import type Stripe from "stripe";
import { eachPage } from "../stripe/page.js";
import type { TenantScope } from "../tenancy/scope/tenant-scope.js";

/** More lines than Stripe puts on an invoice; a bound against an endless list. */
const MOST_LINES = 1000;

/**
 * Completes the lines of an invoice or a preview; Stripe's answer holds the first ten. No request if these are all, else one
 * for each hundred.
 *
 * See https://docs.stripe.com/api/invoice-line-item/retrieve
 */
export async function withAllLines(scope: TenantScope, invoice: Stripe.Invoice): Promise<Stripe.Invoice> {
  if (!invoice.lines.has_more) return invoice;
  const data: Stripe.InvoiceLineItem[] = [];
  let hasMore = false;
  const pages = eachPage(async (cursor) => {
    const ids = { invoice: invoice.id };
    const page = await scope.list("GET /v1/invoices/{invoice}/lines", { limit: 100, ...cursor }, ids);
    hasMore = page.has_more;
    return page;
  });
  for await (const page of pages) {
    data.push(...page);
    if (data.length >= MOST_LINES) break;
  }
  return { ...invoice, lines: { ...invoice.lines, data, has_more: hasMore } };
}
