import type Stripe from "stripe";
import * as z from "zod/mini";
import { callFields, checkInput, listFields, onFirstUse } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { ListOptions, Page } from "../../stripe/page.js";
import { assertCursor } from "../../stripe/page-cursor.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type Invoice, type InvoiceStatus, toInvoice } from "../../views/invoice.js";

export interface ListInvoicesOptions extends CallOptions, ListOptions {
  /** Default: all of them. */
  readonly status?: InvoiceStatus;
  /** Those of one of the customer's subscriptions alone. */
  readonly subscriptionId?: string;
}

const STATUSES = [
  "draft",
  "open",
  "paid",
  "uncollectible",
  "void",
] as const satisfies readonly InvoiceStatus[];

const listOptions = onFirstUse(() =>
  z.strictObject(
    {
      ...listFields(),
      status: z.optional(z.enum(STATUSES, `status must be one of ${STATUSES.join(", ")}.`)),
      subscriptionId: z.optional(z.unknown()),
    },
    "The options must be an object.",
  ),
);

export async function listInvoices(
  scope: TenantScope,
  customer: string | undefined,
  options: ListInvoicesOptions,
): Promise<Page<Invoice>> {
  const { status, subscriptionId, limit = 10, after } = checkInput(listOptions, options);
  const subscription =
    subscriptionId === undefined
      ? undefined
      : parseObjectId("subscription", subscriptionId, "subscriptionId");
  const cursor = after === undefined ? undefined : parseObjectId("invoice", after, "after");
  const customerId = await scope.customerId(customer);
  // guard: invoices are listed for a proved customer
  await scope.proveCustomer(customerId);
  // guard: invoices are listed of a subscription of the customer's
  if (subscription !== undefined) await scope.proveSubscriptionOf(customerId, subscription);
  // guard: a cursor is an invoice of the customer's
  if (cursor !== undefined) await assertCursor(scope.proveInvoiceOf(customerId, cursor));
  const { data, has_more: hasMore } = await scope.list("GET /v1/invoices", {
    customer: customerId,
    limit,
    ...(status && { status }),
    ...(subscription && { subscription }),
    ...(cursor && { starting_after: cursor }),
  });
  return Object.freeze({
    data: Object.freeze(data.map((invoice) => toInvoice(invoice, scope))),
    hasMore,
    nextCursor: hasMore ? (data.at(-1)?.id ?? null) : null,
  });
}

const callOptions = onFirstUse(() => z.strictObject(callFields(), "The options must be an object."));

export async function getInvoice(
  scope: TenantScope,
  invoice: string,
  options: CallOptions,
): Promise<Invoice> {
  const invoiceId = parseObjectId("invoice", invoice);
  checkInput(callOptions, options);
  // guard (as table): an invoice to read is of one of the tenant's customers
  const found = await scope.invoice(invoiceId);
  if (!found.lines.has_more) return toInvoice(found, scope);
  const lines = { data: await linesOf(scope, invoiceId), has_more: false };
  return toInvoice({ ...found, lines }, scope);
}

/** All of them, of which Stripe shows the first ten with the invoice. One request for each hundred. */
async function linesOf(scope: TenantScope, invoice: string): Promise<Stripe.InvoiceLineItem[]> {
  const lines: Stripe.InvoiceLineItem[] = [];
  for (let cursor = {}; ; ) {
    const params = { limit: 100, ...cursor };
    const { data, has_more: hasMore } = await scope.list("GET /v1/invoices/{invoice}/lines", params, {
      invoice,
    });
    lines.push(...data);
    const last = data.at(-1);
    if (!hasMore || last === undefined) return lines;
    cursor = { starting_after: last.id };
  }
}
