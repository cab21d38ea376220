import { invalid } from "../api-error.js";
import { hasTaxLocation, taxOn } from "../billing/catalog/automatic-tax.js";
import type { AccountData, Transaction } from "../store/account-data.js";
import type { CheckoutLineRecord, CheckoutSessionRecord } from "../store/records/checkout.js";
import type { CustomerRecord } from "../store/records/customers.js";
import { sessionTotals } from "./line-items.js";

export function sessionTax(
  customer: CustomerRecord,
  enabled: boolean,
): CheckoutSessionRecord["automatic_tax"] {
  if (!enabled) return { enabled, liability: null, provider: null, status: null };
  const status = hasTaxLocation(customer) ? "complete" : "requires_location_inputs";
  return { enabled, liability: { type: "self" }, provider: "stripe", status };
}

/** Refuses a session that could never know where its customer is taxed. */
export function requireAddress(customer: CustomerRecord, update: "auto" | "never" = "never"): void {
  if (hasTaxLocation(customer) || update === "auto") return;
  throw invalid(
    "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the Customer or set either `customer_update[address]` to 'auto' or `customer_update[shipping]` to 'auto' to save the address entered in Checkout to the Customer.",
    "",
    "customer_tax_location_invalid",
  );
}

/** The lines with their taxes, which a trial's lines have none of today. */
export function taxedLines(
  account: AccountData,
  customer: CustomerRecord,
  lines: readonly CheckoutLineRecord[],
): readonly CheckoutLineRecord[] {
  return lines.map((line) => {
    const net = line.amount_subtotal - line.amount_discount;
    const { amount, isIncluded } = taxOn(account, customer, account.getFromPath("price", line.price), net);
    return { ...line, amount_tax: amount, amount_total: isIncluded ? net : net + amount };
  });
}

/** Whether the page has to ask where the customer is taxed. */
export function needsTaxLocation({ automatic_tax: tax }: CheckoutSessionRecord): boolean {
  return tax.enabled && tax.status === "requires_location_inputs";
}

/** Saves the country that was chosen on the page to the customer, and adds the taxes. */
export function setTaxCountry(tx: Transaction, session: CheckoutSessionRecord, country: string): void {
  const { id, address } = tx.account.getFromPath("customer", String(session.customer));
  const none = { city: null, line1: null, line2: null, postal_code: null, state: null };
  const changed = { address: { ...none, ...address, country } };
  const customer = tx.change("customer", id, changed, "customer.updated");
  const lines = taxedLines(tx.account, customer, session.lines);
  tx.change("checkout.session", session.id, {
    lines,
    ...sessionTotals(lines),
    automatic_tax: sessionTax(customer, true),
  });
}
