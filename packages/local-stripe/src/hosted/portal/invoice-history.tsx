import type { FC } from "hono/jsx";
import type { InvoiceRecord } from "../../store/records/invoices.js";
import { formatFor } from "../format.js";
import { INVOICE_WORDS } from "../invoice-pages.js";
import type { OpenSession } from "./session.js";

const MOST_INVOICES = 12;

/** The newest invoices that are final, each with its page and its PDF. */
export const InvoiceHistory: FC<{ readonly open: OpenSession }> = ({ open }) => {
  const format = formatFor(open.session);
  const invoices = open.account
    .of("invoice")
    .all({ customer: open.customer.id }, (one) => one.status !== "draft" && isInScope(open, one))
    .slice(0, MOST_INVOICES);
  if (invoices.length === 0) return null;
  return (
    <>
      <h2 class="section">Invoice history</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Date</th>
            <th scope="col">Status</th>
            <th scope="col" class="amount">
              Amount
            </th>
            <th scope="col" class="amount">
              <span class="unseen">Download</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {invoices.map((invoice) => (
            <tr>
              <td>
                <a href={invoice.hosted_invoice_url ?? ""}>{format.date(invoice.created)}</a>
              </td>
              <td>{INVOICE_WORDS[invoice.status]}</td>
              <td class="amount">{format.money(invoice.total, invoice.currency)}</td>
              <td class="amount">
                <a href={invoice.invoice_pdf ?? ""}>
                  PDF<span class="unseen"> of invoice {invoice.number}</span>
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
};

/** A session on behalf of a connected account shows nothing of others. */
export function isInScope({ session }: OpenSession, { on_behalf_of: account }: InvoiceRecord): boolean {
  return session.on_behalf_of === null || account === session.on_behalf_of;
}
