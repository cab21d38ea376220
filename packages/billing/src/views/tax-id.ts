import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate } from "./epoch.js";

/** A customer's tax id, which Stripe prints on its invoices. */
export interface TaxId {
  readonly id: string;
  readonly customerId: string;
  /** Its kind, such as `"eu_vat"`. */
  readonly type: string;
  /** The number itself, such as `"DE123456789"`. */
  readonly value: string;
  /** The country's two letters; null for kinds of no one country. */
  readonly country: string | null;
  /** Null for kinds that Stripe does not verify. */
  readonly verification: TaxIdVerification | null;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

/** What the authority said of a tax id. Stripe asks it after the id was made: `customer.tax_id.updated` tells of the answer. */
export interface TaxIdVerification {
  /** `"unavailable"` where no authority can be asked. Newer ones are passed on unchanged. */
  readonly status: "pending" | "verified" | "unverified" | "unavailable";
  /** Whose it is, as the authority says. */
  readonly name: string | null;
  readonly address: string | null;
}

export function toTaxId(taxId: Stripe.TaxId): TaxId {
  return Object.freeze({
    id: taxId.id,
    customerId: referencedId(taxId.customer) ?? "",
    type: taxId.type,
    value: taxId.value,
    country: taxId.country,
    verification: toVerification(taxId.verification),
    createdAt: toDate(taxId.created),
    livemode: taxId.livemode,
  });
}

function toVerification(verification: Stripe.TaxId["verification"]): TaxIdVerification | null {
  if (verification === null) return null;
  return Object.freeze({
    // Stripe's types leave room for more to come.
    status: verification.status as TaxIdVerification["status"],
    name: verification.verified_name,
    address: verification.verified_address,
  });
}
