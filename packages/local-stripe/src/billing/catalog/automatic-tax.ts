import { Big } from "big.js";
import { invalid } from "../../api-error.js";
import type { AccountData } from "../../store/account-data.js";
import type { PriceRecord } from "../../store/records/catalog.js";
import type { CustomerRecord } from "../../store/records/customers.js";
import type { InvoiceLineRecord } from "../../store/records/invoices.js";

/** The tax on an amount: added to it, or contained in it where the price includes taxes. */
export interface Tax {
  readonly amount: number;
  readonly isIncluded: boolean;
}

/** Works the tax out by the server's table of rates. A country without a rate is not taxed. */
export function taxOn(
  account: AccountData,
  customer: CustomerRecord,
  price: PriceRecord,
  amount: number,
): Tax {
  const percent = rateFor(account, customer);
  const isIncluded = price.tax_behavior === "inclusive";
  const share = new Big(amount).times(percent).div(isIncluded ? new Big(percent).plus(100) : 100);
  return { amount: share.round(0, Big.roundHalfUp).toNumber(), isIncluded };
}

/** A line of an invoice with its tax. */
export function taxedLine(
  account: AccountData,
  customer: CustomerRecord,
  line: InvoiceLineRecord,
  net: number,
): InvoiceLineRecord {
  const price = account.of("price").get(line.pricing?.price_details?.price ?? "");
  if (price === undefined) return line;
  const { amount, isIncluded } = taxOn(account, customer, price, net);
  return {
    ...line,
    taxes: [
      {
        amount,
        tax_behavior: isIncluded ? "inclusive" : "exclusive",
        tax_rate_details: { tax_rate: `txr_${customer.address?.country}` },
        taxability_reason: rateFor(account, customer) === 0 ? "not_collecting" : "standard_rated",
        taxable_amount: isIncluded ? net - amount : net,
        type: "tax_rate_details",
      },
    ],
  };
}

/** Refuses to calculate taxes for a customer whose country is not known. */
export function requireTaxLocation(customer: CustomerRecord): void {
  if (hasTaxLocation(customer)) return;
  throw invalid(
    "The customer's location isn't recognized. Set a valid customer address in order to automatically calculate tax.",
    "",
    "customer_tax_location_invalid",
  );
}

export function hasTaxLocation({ address }: CustomerRecord): boolean {
  return (address?.country ?? null) !== null;
}

function rateFor(account: AccountData, { address, tax_exempt: exempt }: CustomerRecord): number {
  const rates = account.context.taxRates;
  const country = address?.country ?? "";
  return exempt === "exempt" || exempt === "reverse" || !Object.hasOwn(rates, country)
    ? 0
    : (rates[country] ?? 0);
}
