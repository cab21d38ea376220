import { formatAmount, type Invoice, type UpcomingInvoice } from "@repo/billing";
import type { FC } from "hono/jsx";
import { countUsed } from "../reports/reports-page.js";
import { formatDate, nameInvoiceStatus } from "./wording.js";

interface InvoicesPanelProps {
  /** The newest invoices. */
  readonly invoices: readonly Invoice[];
  readonly upcoming: UpcomingInvoice | null;
  /** The next invoice of what is billed by usage; null without any. */
  readonly usage: UpcomingInvoice | null;
}

export const InvoicesPanel: FC<InvoicesPanelProps> = ({ invoices, upcoming, usage }) => (
  <section class="card" aria-labelledby="invoices-title">
    <h2 id="invoices-title">Invoices</h2>
    <div id="invoices" data-live>
      {invoices.length === 0 ? <p>There is no invoice yet.</p> : <InvoiceTable invoices={invoices} />}
      <p class="hint">
        {inForecast(upcoming)} {inUsage(usage)} <a href="/billing/invoices">All invoices</a>
      </p>
    </div>
  </section>
);

export const InvoiceTable: FC<{ readonly invoices: readonly Invoice[] }> = ({ invoices }) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Number</th>
        <th scope="col">Date</th>
        <th scope="col" class="amount">
          Amount
        </th>
        <th scope="col">Status</th>
        <th scope="col">
          <span class="unseen">Documents</span>
        </th>
      </tr>
    </thead>
    <tbody>
      {invoices.map((invoice) => (
        <tr key={invoice.id}>
          <th scope="row">{invoice.number ?? "Not numbered yet"}</th>
          <td>{formatDate(invoice.createdAt)}</td>
          <td class="amount">{formatAmount(invoice.total, invoice.currency)}</td>
          <td>
            <span class={`state ${invoice.status}`}>{nameInvoiceStatus(invoice)}</span>
          </td>
          <td class="documents">
            <Document href={invoice.hostedInvoiceUrl} name="View" invoice={invoice} />
            <Document href={invoice.pdfUrl} name="PDF" invoice={invoice} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

interface DocumentProps {
  readonly href: string | null;
  readonly name: string;
  readonly invoice: Invoice;
}

const Document: FC<DocumentProps> = ({ href, name, invoice }) =>
  href === null ? null : (
    <a href={href} aria-label={`${name} of invoice ${invoice.number ?? invoice.id}`}>
      {name}
    </a>
  );

function inForecast(upcoming: UpcomingInvoice | null): string {
  if (upcoming === null) return "Nothing more will be billed.";
  const { amountDue, currency, nextPaymentAttemptAt } = upcoming;
  const amount = formatAmount(amountDue, currency);
  return nextPaymentAttemptAt === null
    ? `Next invoice: ${amount}.`
    : `Next invoice: ${amount} on ${formatDate(nextPaymentAttemptAt)}.`;
}

function inUsage(usage: UpcomingInvoice | null): string {
  return usage === null
    ? ""
    : `Reports so far: ${countUsed(usage)}, ${formatAmount(usage.total, usage.currency)}.`;
}
