import { invalid } from "../../api-error.js";
import { type MetadataChange, mergeMetadata } from "../../declare/metadata.js";
import { newId, randomText } from "../../ids.js";
import type { Transaction } from "../../store/account-data.js";
import type { IntentAction, PaymentMethodRecord, SetupIntentRecord } from "../../store/records/payments.js";
import { declined } from "./payment.js";
import { attach, methodFor } from "./payment-methods.js";

export interface NewSetupIntent {
  readonly customer?: string;
  readonly description?: string;
  readonly metadata?: MetadataChange;
  /** A payment method, or a well-known token. */
  readonly payment_method?: string;
  readonly usage?: "off_session" | "on_session";
}

/** Begins to save a card for later payments. */
export function beginSetup(tx: Transaction, params: NewSetupIntent): SetupIntentRecord {
  const { account } = tx;
  const customer =
    params.customer === undefined ? null : account.getFromParam("customer", params.customer, "customer").id;
  const method = params.payment_method === undefined ? null : methodFor(tx, params.payment_method);
  checkOwner(method, customer);
  const id = newId("seti");
  const intent: SetupIntentRecord = {
    id,
    object: "setup_intent",
    allowed_payment_method_types: null,
    application: null,
    authentication: { secret: randomText(40), csrfToken: randomText(32) },
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${randomText(25)}`,
    created: tx.now,
    customer,
    customer_account: null,
    description: params.description ?? null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: account.livemode,
    mandate: null,
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata),
    next_action: null,
    on_behalf_of: null,
    payment_method: method?.id ?? null,
    payment_method_configuration_details: null,
    payment_method_types: ["card"],
    single_use_mandate: null,
    status: method === null ? "requires_payment_method" : "requires_confirmation",
    usage: params.usage ?? "off_session",
  };
  return tx.insert("setup_intent", intent, "setup_intent.created");
}

/**
 * Tries to save the card. If the bank asks for authentication, the intent waits for it. A declined card is refused with
 * 402, and the failed attempt stays.
 */
export function confirmSetup(
  tx: Transaction,
  id: string,
  { method: given, returnUrl }: { readonly method?: string; readonly returnUrl?: string },
): SetupIntentRecord {
  const before = tx.account.getFromPath("setup_intent", id);
  checkStatus(before, "confirm", "requires_payment_method", "requires_confirmation", "requires_action");
  const named = given ?? before.payment_method;
  if (named === null) {
    throw invalid(
      "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.",
      "payment_method",
      "setup_intent_unexpected_state",
    );
  }
  const method = methodFor(tx, named);
  checkOwner(method, before.customer);
  if (method.behavior.kind === "asks") return ask(tx, before, method, returnUrl);
  if (method.behavior.kind === "declines" && method.behavior.whenAttached) {
    const { code, declineCode, message } = method.behavior;
    fail(tx, before, { code, ...(declineCode !== undefined && { decline_code: declineCode }), message });
    return tx.commitAndThrow(declined(method.behavior));
  }
  return succeed(tx, before, method.id);
}

/** Applies the result of the authentication: the card is saved, or another one is needed. */
export function settleAuthentication(
  tx: Transaction,
  intent: SetupIntentRecord,
  isAuthenticated: boolean,
): SetupIntentRecord {
  if (isAuthenticated && intent.payment_method !== null) return succeed(tx, intent, intent.payment_method);
  return fail(tx, intent, { code: "setup_intent_authentication_failure", message: NOT_AUTHENTICATED });
}

/** Saves a card that needs no authentication, or has passed it. */
export function succeed(
  tx: Transaction,
  { id, customer }: SetupIntentRecord,
  method: string,
): SetupIntentRecord {
  const saved = customer === null ? methodFor(tx, method) : keep(tx, method, customer);
  return settled(tx, id, "setup_intent.succeeded", {
    last_setup_error: null,
    next_action: null,
    payment_method: saved.id,
    status: "succeeded",
  });
}

export function cancelSetup(
  tx: Transaction,
  intent: SetupIntentRecord,
  reason: "abandoned" | "duplicate" | "requested_by_customer" | null,
): SetupIntentRecord {
  checkStatus(intent, "cancel", "requires_payment_method", "requires_confirmation", "requires_action");
  return settled(tx, intent.id, "setup_intent.canceled", {
    cancellation_reason: reason,
    next_action: null,
    status: "canceled",
  });
}

const NOT_AUTHENTICATED =
  "We are unable to authenticate your payment method. Please choose a different payment method and try again.";

function ask(
  tx: Transaction,
  intent: SetupIntentRecord,
  method: PaymentMethodRecord,
  returnUrl: string | undefined,
): SetupIntentRecord {
  const url = `${tx.account.context.origin()}/p/authenticate/${intent.authentication.secret}`;
  const action: IntentAction =
    returnUrl === undefined
      ? { type: "use_stripe_sdk", use_stripe_sdk: { type: "three_d_secure_redirect", stripe_js: url } }
      : { type: "redirect_to_url", redirect_to_url: { return_url: returnUrl, url } };
  return settled(tx, intent.id, "setup_intent.requires_action", {
    last_setup_error: null,
    next_action: action,
    payment_method: method.id,
    status: "requires_action",
  });
}

function fail(
  tx: Transaction,
  { id }: SetupIntentRecord,
  error: Omit<NonNullable<SetupIntentRecord["last_setup_error"]>, "type">,
): SetupIntentRecord {
  return settled(tx, id, "setup_intent.setup_failed", {
    last_setup_error: { ...error, type: "card_error" },
    next_action: null,
    payment_method: null,
    status: "requires_payment_method",
  });
}

function settled(
  tx: Transaction,
  id: string,
  event: Parameters<Transaction["emit"]>[0],
  changes: Partial<SetupIntentRecord>,
): SetupIntentRecord {
  const intent = tx.change("setup_intent", id, changes);
  tx.emit(event, tx.account.render("setup_intent", intent));
  return intent;
}

function keep(tx: Transaction, method: string, customer: string): PaymentMethodRecord {
  const { customer: owner } = tx.account.getFromPath("payment_method", method);
  return owner === customer ? tx.account.getFromPath("payment_method", method) : attach(tx, method, customer);
}

function checkOwner(method: PaymentMethodRecord | null, customer: string | null): void {
  if (method === null || method.customer === null || method.customer === customer) return;
  throw invalid(
    "The payment method supplied belongs to a different Customer than the SetupIntent's.",
    "payment_method",
  );
}

function checkStatus(intent: SetupIntentRecord, verb: string, ...allowed: string[]): void {
  if (allowed.includes(intent.status)) return;
  throw invalid(
    `You cannot ${verb} this SetupIntent because it has a status of ${intent.status}.`,
    undefined,
    "setup_intent_unexpected_state",
  );
}
