import type Stripe from "stripe";
import * as z from "zod/mini";
import { callOptions, checkInput, listFields, onFirstUse, optionsObject } from "../../input.js";
import { withAllLines } from "../../selling/invoice-lines.js";
import { sideBySide } from "../../side-by-side.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { type ListOptions, type Page, toPage } from "../../stripe/page.js";
import { assertCursor, CursorError, listAfter } from "../../stripe/page-cursor.js";
import { INVOICE_FILTERS } from "../../stripe/status-filters.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type Invoice, type InvoiceStatus, toInvoice } from "../../views/invoice.js";

export interface ListInvoicesOptions extends CallOptions, ListOptions {
  /** Default: all of them. */
  readonly status?: InvoiceStatus | undefined;
  /** Lists only the invoices of this subscription of the customer. */
  readonly subscriptionId?: string | undefined;
}

const listOptions = onFirstUse(() =>
  optionsObject({
    ...listFields(),
    status: z.optional(z.enum(INVOICE_FILTERS, `status must be one of ${INVOICE_FILTERS.join(", ")}.`)),
    subscriptionId: z.optional(z.unknown()),
  }),
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
  await sideBySide(
    // The list proves the customer itself, but an error of its cursor must not hide that the customer is missing.
    cursor === undefined ? undefined : scope.proveCustomer(customerId),
    // guard (if true): invoices are listed of a subscription of the customer's
    subscription === undefined ? undefined : scope.proveCustomersSubscription(customerId, subscription),
    // guard (if true): a cursor is an invoice of the customer's
    cursor === undefined ? undefined : assertCursor(scope.proveCustomersInvoice(customerId, cursor)),
  );
  const list = (filter: { readonly status?: InvoiceStatus }) =>
    scope.list("GET /v1/invoices", {
      customer: customerId,
      limit,
      ...filter,
      ...(subscription && { subscription }),
      ...(cursor && { starting_after: cursor }),
    });
  const toView = (invoice: Stripe.Invoice) => toInvoice(invoice, scope);
  try {
    return toPage(await listAfter(cursor, list(status === undefined ? {} : { status })), toView);
  } catch (error) {
    if (!(error instanceof CursorError) || status === undefined) throw error;
    // The cursor has changed its status since, for example to paid. The unfiltered list still holds it.
    return toPage(await listAfter(cursor, list({})), toView, (invoice) => invoice.status === status);
  }
}

export async function getInvoice(
  scope: TenantScope,
  invoice: string,
  options: CallOptions,
): Promise<Invoice> {
  const invoiceId = parseObjectId("invoice", invoice);
  checkInput(callOptions, options);
  // guard (as table): an invoice to read is of one of the tenant's customers
  const found = await scope.invoice(invoiceId, { onlyReads: true });
  return toInvoice(await withAllLines(scope, found), scope);
}
