import type Stripe from "stripe";
import { referencedId } from "../stripe/reference.js";
import { toDate } from "./epoch.js";

/** A way to pay, such as a card. Of a number, it holds only the last four digits. */
export interface PaymentMethod {
  readonly id: string;
  /** Null once it is detached; then it can never be charged again. */
  readonly customerId: string | null;
  /** Stripe's type, such as `"card"` or `"sepa_debit"`. */
  readonly type: string;
  /** True if it pays the customer's subscriptions and invoices that have no payment method of their own. */
  readonly isDefault: boolean;
  /** Null if it is not a card. */
  readonly card: Card | null;
  /** Null if it is not a bank account. */
  readonly bankAccount: BankAccount | null;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

export interface Card {
  /** Such as `"visa"` or `"amex"`. */
  readonly brand: string;
  readonly last4: string;
  /** 1 to 12; it can be charged until that month ends. */
  readonly expMonth: number;
  readonly expYear: number;
  /** The wallet that it was added from, such as `"apple_pay"`; null if none. */
  readonly wallet: string | null;
}

export interface BankAccount {
  readonly last4: string | null;
  /** Null for kinds without one. */
  readonly bankName: string | null;
}

/** Needs `customer` expanded, which names its default; see {@link chargedMethodId}. */
export function toPaymentMethod(method: Stripe.PaymentMethod): PaymentMethod {
  const { customer } = method;
  const isDefault =
    typeof customer === "object" && customer !== null && chargedMethodId(customer) === method.id;
  return Object.freeze({
    id: method.id,
    customerId: referencedId(customer),
    type: method.type,
    isDefault,
    card: toCard(method.card),
    bankAccount: toBankAccount(method),
    createdAt: toDate(method.created),
    livemode: method.livemode,
  });
}

/** Returns the id that Stripe charges when neither invoice nor subscription names one: the default method, else the legacy source. */
export function chargedMethodId(customer: Stripe.Customer): string | null {
  const method = customer.invoice_settings.default_payment_method ?? customer.default_source;
  return referencedId(method);
}

function toCard(card: Stripe.PaymentMethod.Card | undefined): Card | null {
  if (card === undefined) return null;
  const { brand, last4, exp_month: expMonth, exp_year: expYear, wallet } = card;
  return Object.freeze({ brand, last4, expMonth, expYear, wallet: wallet?.type ?? null });
}

function toBankAccount(method: Stripe.PaymentMethod): BankAccount | null {
  const { us_bank_account: us, acss_debit: acss } = method;
  const { sepa_debit: sepa, bacs_debit: bacs, au_becs_debit: becs } = method;
  const account = us ?? acss ?? sepa ?? bacs ?? becs;
  if (account === undefined) return null;
  const bankName = us?.bank_name ?? acss?.bank_name ?? null;
  return Object.freeze({ last4: account.last4, bankName });
}
