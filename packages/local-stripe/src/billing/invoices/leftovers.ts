import type { Transaction } from "../../store/account-data.js";
import type { InvoiceLineRecord } from "../../store/records/invoices.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";

/** Takes what ended subscriptions of the customer left pending, for the customer's next invoice in that currency. */
export function takeLeftovers(
  tx: Transaction,
  { currency, customer }: Pick<SubscriptionRecord, "currency" | "customer">,
): readonly InvoiceLineRecord[] {
  const leaving = tx.account
    .of("subscription")
    .all({ customer, ended: "true" }, (one) => one.pendingLines.length > 0 && one.currency === currency);
  return leaving.flatMap(({ id, pendingLines }) => {
    tx.change("subscription", id, { pendingLines: [] });
    return pendingLines;
  });
}
