import type { FC } from "hono/jsx";
import { isPayable } from "../checkout/pay-invoice.js";
import type { InvoiceRecord } from "../store/records/invoices.js";
import { AmountTable } from "./amount-table.js";
import { formatFor } from "./format.js";
import { Layout } from "./layout.js";
import { TestCards } from "./test-cards.js";
import { isWindows1252 } from "./windows-1252.js";

export const INVOICE_WORDS: Readonly<Record<InvoiceRecord["status"], string>> = {
  draft: "Draft",
  open: "Open",
  paid: "Paid",
  uncollectible: "Uncollectible",
  void: "Void",
};

interface InvoicePageProps {
  readonly invoice: InvoiceRecord;
  /** Proves that the form is from this page. */
  readonly token: string;
  /** Why the last payment failed. */
  readonly trouble?: string;
}

/** One invoice, for whoever was given its address; what is left of it can be paid there. */
export const InvoicePage: FC<InvoicePageProps> = ({ invoice, token, trouble }) => {
  const format = formatFor({ locale: null });
  const money = (amount: number): string => format.money(amount, invoice.currency);
  return (
    <Layout
      title={`Invoice ${invoice.number ?? ""}`}
      livemode={invoice.livemode}
      aside={
        <>
          <h2>{money(isPayable(invoice) ? invoice.amount_remaining : invoice.amount_paid)}</h2>
          <p>{INVOICE_WORDS[invoice.status]}</p>
          <p>
            <a href={invoice.invoice_pdf ?? ""}>Download as PDF</a>
          </p>
        </>
      }
    >
      {trouble === undefined ? null : (
        <p class="notice bad" role="alert">
          {trouble}
        </p>
      )}
      <h1>
        Invoice <span class="number">{invoice.number}</span>
      </h1>
      <dl class="facts">
        <dt>To</dt>
        <dd>{invoice.customer_name ?? invoice.customer_email ?? invoice.customer}</dd>
        <dt>Date</dt>
        <dd>{format.date(invoice.effective_at ?? invoice.created)}</dd>
        {invoice.due_date === null ? null : (
          <>
            <dt>Due</dt>
            <dd>{format.date(invoice.due_date)}</dd>
          </>
        )}
      </dl>
      <h2 class="section">Lines</h2>
      <AmountTable
        rows={invoice.lines.map(({ description, amount }) => [description, amount])}
        totals={totals(invoice)}
        money={money}
      />
      {isPayable(invoice) ? (
        <section aria-label="Payment" class="narrow">
          <h2 class="section">Pay this invoice</h2>
          <form method="post" action={invoicePath(invoice)}>
            <input type="hidden" name="csrf_token" value={token} />
            <TestCards />
            <button type="submit" class="primary">
              Pay {money(invoice.amount_remaining)}
            </button>
          </form>
        </section>
      ) : null}
    </Layout>
  );
};

/** The path of the invoice's page. */
export function invoicePath(invoice: InvoiceRecord): string {
  return new URL(invoice.hosted_invoice_url ?? "").pathname;
}

/** The lines of the invoice's PDF. */
export function invoiceText(invoice: InvoiceRecord): readonly string[] {
  const format = formatFor({ locale: null });
  const money = (amount: number): string => {
    const written = format.money(amount, invoice.currency);
    const code = invoice.currency.toUpperCase();
    // An amount is never left out: a sign that the file cannot show, such as ₹, becomes the currency's code.
    return isWindows1252(written) ? written : written.replace(/[^\d.,-]+/, `${code} `);
  };
  const lines = [
    `Invoice ${invoice.number ?? ""}`,
    "",
    `To: ${invoice.customer_name ?? invoice.customer_email ?? invoice.customer}`,
    `Date: ${format.date(invoice.effective_at ?? invoice.created)}`,
    `Status: ${INVOICE_WORDS[invoice.status]}`,
    "",
    ...invoice.lines.map((line) => `${line.description ?? ""}: ${money(line.amount)}`),
    "",
    ...totals(invoice).map(([name, amount]) => `${name}: ${money(amount)}`),
  ];
  if (lines.every(isWindows1252)) return lines;
  const { hosted_invoice_url: page } = invoice;
  return [
    ...lines,
    "",
    "This file has Western European letters only. The whole text is on the page:",
    page ?? "",
  ];
}

function totals(invoice: InvoiceRecord): readonly (readonly [string, number])[] {
  const balance =
    invoice.starting_balance === 0 ? [] : [["Applied balance", invoice.starting_balance] as const];
  const left =
    invoice.status === "paid"
      ? (["Amount paid", invoice.amount_paid] as const)
      : (["Amount due", invoice.amount_remaining] as const);
  const tax = (invoice.total_taxes ?? []).reduce((sum, { amount }) => sum + amount, 0);
  const taxes = tax === 0 ? [] : [["Tax", tax] as const];
  return [...taxes, ["Total", invoice.total], ...balance, left];
}
