import { type Context, Hono } from "hono";
import type { Accounts } from "../store/accounts.js";
import type { InvoiceRecord } from "../store/records.js";
import { InvoicePage, invoiceText } from "./invoice-pages.js";
import { textPdf } from "./pdf.js";

/** The page and the PDF of an invoice, at the address that `hosted_invoice_url` and `invoice_pdf` name. */
export function invoicePages(accounts: Accounts): Hono {
  const app = new Hono();
  app.get("/:secret", (context) => {
    const invoice = findInvoice(accounts, context);
    return invoice === undefined ? context.notFound() : context.html(<InvoicePage invoice={invoice} />);
  });
  app.get("/:secret/pdf", (context) => {
    const invoice = findInvoice(accounts, context);
    if (invoice === undefined) return context.notFound();
    return context.body(textPdf(invoiceText(invoice)), 200, {
      "Content-Type": "application/pdf",
      "Content-Disposition": `attachment; filename="Invoice-${invoice.number}.pdf"`,
    });
  });
  return app;
}

function findInvoice(accounts: Accounts, context: Context): InvoiceRecord | undefined {
  for (const account of accounts.all()) {
    const url = `${account.context.origin()}/p/invoice/${context.req.param("secret")}`;
    const invoice = account.of("invoice").all({ hosted_invoice_url: url })[0];
    if (invoice !== undefined) return invoice;
  }
  return undefined;
}
