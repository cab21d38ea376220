import type { FC } from "hono/jsx";
import { owedInvoices } from "../../portal/recover.js";
import { formatFor } from "../format.js";
import type { OpenProps } from "./frame.js";
import { isInScope } from "./invoice-history.js";

/** Lists the open invoices with links to pay them. */
export const Owed: FC<OpenProps> = ({ open }) => {
  const invoices = owedInvoices(open.account, open.customer.id).filter((one) => isInScope(open, one));
  if (invoices.length === 0) return null;
  const format = formatFor(open.session);
  return (
    <section aria-label="Amount due" class="notice bad">
      <h2>Amount due</h2>
      {invoices.map((invoice) => (
        <p>
          {format.money(invoice.amount_remaining, invoice.currency)}
          {invoice.due_date === null ? "" : `, due on ${format.date(invoice.due_date)}`}{" "}
          <a href={invoice.hosted_invoice_url ?? ""}>
            Pay invoice <span class="number">{invoice.number}</span>
          </a>
        </p>
      ))}
    </section>
  );
};
