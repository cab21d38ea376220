import { invalid } from "../../api-error.js";
import { type MetadataChange, mergeMetadata } from "../../declare/metadata.js";
import { newId, randomText } from "../../ids.js";
import type { Transaction } from "../../store/account-data.js";
import type { PaymentMethodRecord } from "../../store/records/payments.js";
import { declined } from "./payment.js";
import { type TestCard, testCard } from "./test-cards.js";

type BillingDetails = PaymentMethodRecord["billing_details"];

/** Parameters for a payment method of any type. */
export interface PaymentMethodFields {
  readonly allow_redisplay?: PaymentMethodRecord["allow_redisplay"] | undefined;
  readonly billing_details?: BillingDetailsChange | undefined;
  readonly metadata?: MetadataChange | undefined;
}

/** The parts to change; a part of the address that is left out becomes `null`. */
export interface BillingDetailsChange extends Partial<Omit<BillingDetails, "address">> {
  readonly address?: Partial<NonNullable<BillingDetails["address"]>> | null | undefined;
}

/**
 * Gives the customer a payment method: one of its own account, or a well-known token, of which a new one is made. A card
 * that is declined at once is refused with 402.
 */
export function attach(tx: Transaction, idOrToken: string, customer: string): PaymentMethodRecord {
  const method = methodFor(tx, idOrToken);
  if (method.customer === customer) return method;
  if (method.customer !== null) {
    throw invalid(
      "The payment method you provided has already been attached to a customer.",
      "payment_method",
      "payment_method_already_attached",
    );
  }
  if (method.wasAttached) {
    throw invalid(
      "The provided PaymentMethod was detached from a Customer and may not be used again. To use a PaymentMethod multiple times, attach it to a Customer and keep it attached.",
      "payment_method",
    );
  }
  if (method.behavior.kind === "declines" && method.behavior.whenAttached) throw declined(method.behavior);
  const attached = tx.change("payment_method", method.id, { customer, wasAttached: true });
  tx.emit("payment_method.attached", tx.account.render("payment_method", attached));
  return attached;
}

/** Finds a payment method of the account, or makes one for a well-known token. */
export function methodFor(tx: Transaction, idOrToken: string): PaymentMethodRecord {
  const card = testCard(idOrToken);
  if (card !== undefined) return tx.insert("payment_method", newMethod(tx, card, {}));
  return tx.account.getFromPath("payment_method", idOrToken);
}

/** Takes a payment method away from its customer, for good. */
export function detach(tx: Transaction, id: string): PaymentMethodRecord {
  const { account } = tx;
  const { customer } = account.getFromPath("payment_method", id);
  if (customer === null) {
    throw invalid(
      "The payment method you provided is not attached to a customer so detachment is impossible.",
      "payment_method",
    );
  }
  const detached = tx.change("payment_method", id, { customer: null });
  tx.emit("payment_method.detached", account.render("payment_method", detached), { customer });
  forget(tx, customer, id);
  return detached;
}

/** Clears a detached payment method wherever it is the default. */
function forget(tx: Transaction, customer: string, method: string): void {
  const { invoice_settings: settings } = tx.account.getFromPath("customer", customer);
  if (settings.default_payment_method === method) {
    const invoice_settings = { ...settings, default_payment_method: null };
    tx.change("customer", customer, { invoice_settings }, "customer.updated");
  }
  for (const one of tx.account.of("subscription").all({ customer })) {
    if (one.default_payment_method === method)
      tx.change("subscription", one.id, { default_payment_method: null });
  }
}

/** A card that no customer has yet. */
export function newMethod(tx: Transaction, card: TestCard, fields: PaymentMethodFields): PaymentMethodRecord {
  const none = { address: null, email: null, name: null, phone: null, tax_id: null };
  return {
    id: newId("pm"),
    object: "payment_method",
    allow_redisplay: fields.allow_redisplay ?? "unspecified",
    behavior: card.behavior,
    billing_details: billingDetails(none, fields.billing_details ?? {}),
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: "pass" },
      country: "US",
      display_brand: card.brand,
      exp_month: 12,
      exp_year: new Date(tx.now * 1000).getUTCFullYear() + 4,
      fingerprint: randomText(16),
      funding: card.funding ?? "credit",
      generated_from: null,
      last4: card.last4,
      networks: { available: [card.brand], preferred: null },
      regulated_status: "unregulated",
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created: tx.now,
    customer: null,
    customer_account: null,
    livemode: tx.account.livemode,
    metadata: mergeMetadata({}, fields.metadata),
    type: "card",
    wasAttached: false,
  };
}

/** The details after a change that names some of them. */
export function billingDetails(before: BillingDetails, change: BillingDetailsChange): BillingDetails {
  const { address, ...plain } = change;
  const none = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };
  return {
    ...before,
    ...plain,
    ...(address !== undefined && { address: address && { ...none, ...address } }),
  };
}
