import type { FC } from "hono/jsx";
import type { InvoiceRecord } from "../../store/records/invoices.js";
import { formatFor } from "../format.js";
import type { OpenProps } from "./frame.js";

/** Lists the lines and deductions that make up the amount due. */
export const InvoiceLines: FC<OpenProps & { readonly invoice: InvoiceRecord }> = ({ open, invoice }) => {
  const money = (amount: number): string => formatFor(open.session).money(amount, invoice.currency);
  return (
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
        {[...invoice.lines.map((line) => [line.description, line.amount] as const), ...rest(invoice)].map(
          ([name, amount]) => (
            <tr>
              <td>{name}</td>
              <td class="amount">{money(amount)}</td>
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
};

/** The deductions between the lines and the amount due: discounts, the customer's balance, remaining credit. */
function rest(invoice: InvoiceRecord): readonly (readonly [string, number])[] {
  const lines = invoice.lines.reduce((sum, line) => sum + line.amount, 0);
  const all: (readonly [string, number])[] = [
    ["Discount", invoice.total - lines],
    ["Applied balance", invoice.starting_balance],
    ["Credit for later invoices", invoice.amount_due - invoice.total - invoice.starting_balance],
  ];
  return all.filter(([, amount]) => amount !== 0);
}
