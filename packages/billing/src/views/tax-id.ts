import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate } from "./epoch.js";

/** A customer's tax id, which Stripe prints on its invoices. */
export interface TaxId {
  readonly id: string;
  readonly customerId: string;
  /** Its type, such as `"eu_vat"`. */
  readonly type: string;
  /** The number itself, such as `"DE123456789"`. */
  readonly value: string;
  /** The country's two-letter code; null for types of more than one country. */
  readonly country: string | null;
  /** Null for types that Stripe does not verify. */
  readonly verification: TaxIdVerification | null;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

/**
 * The authority's verdict on a tax id. Stripe asks after the id was created; a `customer.tax_id.updated` event reports
 * the answer.
 */
export interface TaxIdVerification {
  /** `"unavailable"` if no authority can be asked. Values newer than this package are passed on unchanged. */
  readonly status: "pending" | "verified" | "unverified" | "unavailable";
  /** The name of its holder, according to the authority. */
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
