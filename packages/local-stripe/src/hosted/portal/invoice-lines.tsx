import type { FC } from "hono/jsx";
import type { InvoiceRecord } from "../../store/records/invoices.js";
import { type AmountRow, AmountTable } from "../amount-table.js";
import { formatFor } from "../format.js";
import type { OpenProps } from "./frame.js";

/** Lists the lines and deductions that make up the amount due. */
export const InvoiceLines: FC<OpenProps & { readonly invoice: InvoiceRecord }> = ({ open, invoice }) => {
  const money = (amount: number): string => formatFor(open.session).money(amount, invoice.currency);
  const lines = invoice.lines.map(({ description, amount }) => [description, amount] as const);
  return <AmountTable rows={[...lines, ...deductions(invoice)]} money={money} />;
};

/** The deductions between the lines and the amount due: discounts, the customer's balance, remaining credit. */
function deductions(invoice: InvoiceRecord): readonly AmountRow[] {
  const lines = invoice.lines.reduce((sum, line) => sum + line.amount, 0);
  const all: readonly AmountRow[] = [
    ["Discount", invoice.total - lines],
    ["Applied balance", invoice.starting_balance],
    ["Credit for later invoices", invoice.amount_due - invoice.total - invoice.starting_balance],
  ];
  return all.filter(([, amount]) => amount !== 0);
}
