import type { FC } from "hono/jsx";
import type { InvoiceRecord } from "../store/records.js";
import { formatFor } from "./format.js";
import { Layout } from "./layout.js";

export const INVOICE_WORDS: Readonly<Record<InvoiceRecord["status"], string>> = {
  draft: "Draft",
  open: "Open",
  paid: "Paid",
  uncollectible: "Uncollectible",
  void: "Void",
};

/** One invoice, for whoever was given its address. */
export const InvoicePage: FC<{ readonly invoice: InvoiceRecord }> = ({ invoice }) => {
  const format = formatFor({ locale: null });
  const money = (amount: number): string => format.money(amount, invoice.currency);
  return (
    <Layout
      title={`Invoice ${invoice.number ?? ""}`}
      livemode={invoice.livemode}
      aside={
        <>
          <h2>{money(invoice.status === "open" ? invoice.amount_remaining : invoice.amount_paid)}</h2>
          <p>{INVOICE_WORDS[invoice.status]}</p>
          <p>
            <a href={invoice.invoice_pdf ?? ""}>Download as PDF</a>
          </p>
        </>
      }
    >
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
      <table>
        <thead>
          <tr>
            <th scope="col">Description</th>
            <th scope="col" class="amount">
              Amount
            </th>
          </tr>
        </thead>
        <tbody>
          {invoice.lines.map((line) => (
            <tr>
              <td>{line.description}</td>
              <td class="amount">{money(line.amount)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          {totals(invoice).map(([name, amount]) => (
            <tr>
              <th scope="row">{name}</th>
              <td class="amount">{money(amount)}</td>
            </tr>
          ))}
        </tfoot>
      </table>
    </Layout>
  );
};

/** The same as plain lines, for the PDF. */
export function invoiceText(invoice: InvoiceRecord): readonly string[] {
  const format = formatFor({ locale: null });
  const money = (amount: number): string => format.money(amount, invoice.currency);
  return [
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
}

function totals(invoice: InvoiceRecord): readonly (readonly [string, number])[] {
  const balance =
    invoice.starting_balance === 0 ? [] : [["Applied balance", invoice.starting_balance] as const];
  const left =
    invoice.status === "paid"
      ? (["Amount paid", invoice.amount_paid] as const)
      : (["Amount due", invoice.amount_remaining] as const);
  return [["Total", invoice.total], ...balance, left];
}
