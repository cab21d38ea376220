import { ApiError, invalid } from "../api-error.js";
import { addTaxId, listTaxIds } from "../billing/customers/tax-ids.js";
import type { Transaction } from "../store/account-data.js";
import type { CheckoutEntries, CheckoutSessionRecord } from "../store/records/checkout.js";

export const NO_ENTRIES: CheckoutEntries = { name: null, address: null, taxId: null };

export function wantsAddress(session: CheckoutSessionRecord): boolean {
  return session.billing_address_collection === "required" || session.customerUpdate.address;
}

export function wantsName(session: CheckoutSessionRecord): boolean {
  return session.customerUpdate.name;
}

export function wantsTaxId(session: CheckoutSessionRecord): boolean {
  return session.tax_id_collection?.enabled === true;
}

/** Saves the entries that the session wants saved to the customer. A tax id is always saved. */
export function saveEntries(tx: Transaction, session: CheckoutSessionRecord, entries: CheckoutEntries): void {
  const { billing_address_collection: collection, customerUpdate, tax_id_collection: taxIds } = session;
  const customer = String(session.customer);
  const { name, taxId } = entries;
  const address = taxedAddress(tx, session, entries);
  if (collection === "required" && (address?.country ?? null) === null) {
    throw invalid("A billing address is needed.", "address", "parameter_missing");
  }
  if (taxIds?.required === "if_supported" && taxId === null) {
    throw invalid("A tax ID is needed.", "tax_id", "parameter_missing");
  }
  const changes = {
    ...(customerUpdate.address && address !== null && { address }),
    ...(customerUpdate.name && name !== null && { name }),
  };
  if (Object.keys(changes).length > 0) tx.change("customer", customer, changes, "customer.updated");
  if (taxId !== null && taxIds?.enabled) keepTaxId(tx, customer, taxId);
}

/** Where taxes are worked out already, the address stays in the country that they were worked out for. */
function taxedAddress(
  tx: Transaction,
  { automatic_tax: tax, customer }: CheckoutSessionRecord,
  { address }: CheckoutEntries,
): CheckoutEntries["address"] {
  if (tax.status !== "complete") return address;
  const known = tx.account.getFromPath("customer", String(customer)).address;
  const none = { city: null, line1: null, line2: null, postal_code: null, state: null };
  return { ...none, ...known, ...address, country: known?.country ?? null };
}

function keepTaxId(tx: Transaction, customer: string, taxId: NonNullable<CheckoutEntries["taxId"]>): void {
  const isThere = listTaxIds(tx.account, customer).some(
    ({ type, value }) => type === taxId.type && value === taxId.value,
  );
  if (isThere) return;
  try {
    addTaxId(tx, customer, taxId);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw invalid("The tax ID is not valid.", "tax_id", "tax_id_invalid");
  }
}
