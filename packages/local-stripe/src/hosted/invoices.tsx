import { createHash } from "node:crypto";
import { type Context, Hono } from "hono";
import { ApiError } from "../api-error.js";
import { asks } from "../checkout/complete-session.js";
import { payByHand } from "../checkout/pay-invoice.js";
import type { AccountData } from "../store/account-data.js";
import type { Accounts } from "../store/accounts.js";
import { passTime } from "../store/passing-time.js";
import type { InvoiceRecord } from "../store/records/invoices.js";
import { transact } from "../store/transaction.js";
import { AuthenticationPage } from "./authentication-page.js";
import { formatFor } from "./format.js";
import { InvoicePage, invoicePath, invoiceText } from "./invoice-pages.js";
import { textPdf } from "./pdf.js";

interface Found {
  readonly account: AccountData;
  readonly invoice: InvoiceRecord;
}

/** The page and the PDF of an invoice, at the address that `hosted_invoice_url` and `invoice_pdf` name. */
export function invoicePages(accounts: Accounts): Hono {
  const app = new Hono();

  app.get("/:secret", (context) => withInvoice(accounts, context, ({ invoice }) => show(context, invoice)));

  app.post("/:secret", (context) =>
    withForm(accounts, context, (found, form) => {
      const card = form.get("card") ?? "";
      if (!asks(card)) return pay(context, found, card);
      return context.redirect(
        `${invoicePath(found.invoice)}/authenticate?card=${encodeURIComponent(card)}`,
        303,
      );
    }),
  );

  app.get("/:secret/authenticate", (context) =>
    withInvoice(accounts, context, ({ invoice }) => {
      const { pathname, search } = new URL(context.req.url);
      const amount = formatFor({ locale: null }).money(invoice.amount_remaining, invoice.currency);
      return context.html(
        <AuthenticationPage action={pathname + search} token={tokenFor(invoice)} amount={amount} />,
      );
    }),
  );

  app.post("/:secret/authenticate", (context) =>
    withForm(accounts, context, (found, form) => {
      if (form.get("result") === "complete") return pay(context, found, context.req.query("card") ?? "");
      return show(context, found.invoice, NOT_AUTHENTICATED);
    }),
  );

  app.get("/:secret/pdf", (context) =>
    withInvoice(accounts, context, ({ invoice }) =>
      context.body(textPdf(invoiceText(invoice)), 200, {
        "Content-Type": "application/pdf",
        "Content-Disposition": `attachment; filename="Invoice-${invoice.number}.pdf"`,
      }),
    ),
  );
  return app;
}

const NOT_AUTHENTICATED =
  "We are unable to authenticate your payment method. Please choose a different payment method and try again.";

type Answer = Response | Promise<Response>;

function show(context: Context, invoice: InvoiceRecord, trouble?: string): Answer {
  const page = (
    <InvoicePage invoice={invoice} token={tokenFor(invoice)} {...(trouble !== undefined && { trouble })} />
  );
  return context.html(page, trouble === undefined ? 200 : 402);
}

function pay(context: Context, { account, invoice }: Found, card: string): Answer {
  try {
    transact(account, null, (tx) => payByHand(tx, invoice.id, card));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status >= 500) throw error;
    return show(context, account.getFromPath("invoice", invoice.id), error.message);
  }
  return context.redirect(invoicePath(invoice), 303);
}

function withInvoice(accounts: Accounts, context: Context, handle: (found: Found) => Answer): Answer {
  for (const account of accounts.all()) {
    passTime(account, account.now);
    const url = `${account.context.origin()}/p/invoice/${context.req.param("secret")}`;
    const invoice = account.of("invoice").all({ hosted_invoice_url: url })[0];
    if (invoice !== undefined) return handle({ account, invoice });
  }
  return context.notFound();
}

/** A form counts only with the token that the invoice's own page carries. */
async function withForm(
  accounts: Accounts,
  context: Context,
  handle: (found: Found, form: URLSearchParams) => Answer,
): Promise<Response> {
  const form = new URLSearchParams(await context.req.text());
  return withInvoice(accounts, context, (found) =>
    form.get("csrf_token") === tokenFor(found.invoice)
      ? handle(found, form)
      : context.text("This form is not valid. Go back, reload the page and try again.", 403),
  );
}

/** An open invoice has a secret that its address does not show. */
function tokenFor({ confirmationSecret, id }: InvoiceRecord): string {
  return createHash("sha256").update(`${confirmationSecret} ${id}`).digest("hex");
}
