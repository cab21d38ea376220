import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate } from "./epoch.js";

/** The company or person that a tenant bills, or the tenant itself. */
export interface Customer {
  readonly id: string;
  /** The tenant's own reference, as given to `ensureCustomer`; null for a customer that was created elsewhere. */
  readonly reference: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  /** Seen only by your team, never by the customer. */
  readonly description: string | null;
  readonly address: Address | null;
  /** The languages for invoices and e-mails, the most preferred first. */
  readonly preferredLocales: readonly string[];
  readonly taxExempt: "none" | "exempt" | "reverse";
  /** The payment method for subscriptions and invoices without one of their own. */
  readonly defaultPaymentMethodId: string | null;
  /** In the minor unit of `currency`; a negative balance is credit that the next invoices use up. */
  readonly balance: number;
  /** The currency it was first billed in, in lower case; null before that. */
  readonly currency: string | null;
  /** True if its latest invoice is overdue or its latest charge failed. */
  readonly delinquent: boolean;
  /** The metadata, without the keys that mark the owner. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

export interface Address {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  /** ISO 3166-1 alpha-2, such as `"DE"`. */
  readonly country: string | null;
}

/** The parts of a customer's view that the Stripe object lacks. */
interface CustomerFacts {
  readonly reference: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

export function toCustomer(customer: Stripe.Customer, { reference, metadata }: CustomerFacts): Customer {
  const { default_payment_method: method } = customer.invoice_settings;
  return Object.freeze({
    id: customer.id,
    reference,
    email: customer.email,
    name: customer.name ?? null,
    phone: customer.phone ?? null,
    description: customer.description,
    address: customer.address ? toAddress(customer.address) : null,
    preferredLocales: Object.freeze([...(customer.preferred_locales ?? [])]),
    // Stripe's types leave room for more; today there are these three.
    taxExempt: (customer.tax_exempt ?? "none") as Customer["taxExempt"],
    defaultPaymentMethodId: referencedId(method),
    balance: customer.balance,
    currency: customer.currency ?? null,
    delinquent: customer.delinquent ?? false,
    metadata,
    createdAt: toDate(customer.created),
    livemode: customer.livemode,
  });
}

function toAddress(address: Stripe.Address): Address {
  return Object.freeze({
    line1: address.line1,
    line2: address.line2,
    city: address.city,
    state: address.state,
    postalCode: address.postal_code,
    country: address.country,
  });
}
