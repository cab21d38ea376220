import * as z from "zod/mini";
import { checkInput, listFields, onFirstUse, optionsObject } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { ListOptions, Page } from "../../stripe/page.js";
import { CursorError } from "../../stripe/page-cursor.js";
import { INVOICE_FILTERS } from "../../stripe/status-filters.js";
import type { OperatorScope } from "../../tenancy/scope/operator-scope.js";
import { type Invoice, type InvoiceStatus, toInvoice } from "../../views/invoice.js";
import { readPage } from "../each-page.js";
import type { Owned } from "../owned.js";
import { type CreatedOptions, createdFields, toCreatedParam, toPagingParams } from "./list-fields.js";
import { toOwnedPage } from "./owned-page.js";

export interface ListAllInvoicesOptions extends CallOptions, ListOptions, CreatedOptions {
  /** Default: all of them. */
  readonly status?: InvoiceStatus | undefined;
}

const listOptions = onFirstUse(() =>
  optionsObject({
    ...listFields(),
    ...createdFields(),
    status: z.optional(z.enum(INVOICE_FILTERS, `status must be one of ${INVOICE_FILTERS.join(", ")}.`)),
  }),
);

export async function listInvoices(
  scope: OperatorScope,
  options: ListAllInvoicesOptions,
): Promise<Page<Owned<Invoice>>> {
  const { status, ...given } = checkInput(listOptions, options);
  if (given.after !== undefined) parseObjectId("invoice", given.after, "after");
  const params = {
    ...toPagingParams(given),
    ...toCreatedParam(given),
    expand: ["data.customer"],
  };
  const list = async (filter: { readonly status?: InvoiceStatus }) =>
    toOwnedPage(
      scope,
      await readPage(scope, "GET /v1/invoices", { ...params, ...filter }),
      ({ customer }) => customer,
      (invoice) => toInvoice(invoice, scope),
      (invoice) => status === undefined || invoice.status === status,
    );
  try {
    return await list(status === undefined ? {} : { status });
  } catch (error) {
    if (!(error instanceof CursorError) || status === undefined) throw error;
    // The cursor has changed its status since, for example to paid. The unfiltered list still holds it.
    return list({});
  }
}
