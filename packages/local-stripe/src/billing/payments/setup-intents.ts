import { invalid } from "../../api-error.js";
import { type MetadataChange, mergeMetadata } from "../../declare/metadata.js";
import { newId, randomText } from "../../ids.js";
import type { Act } from "../../store/act.js";
import type { IntentAction, PaymentMethodRecord, SetupIntentRecord } from "../../store/records.js";
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
export function beginSetup(act: Act, params: NewSetupIntent): SetupIntentRecord {
  const { world } = act;
  const customer =
    params.customer === undefined ? null : world.named("customer", params.customer, "customer").id;
  const method = params.payment_method === undefined ? null : methodFor(act, params.payment_method);
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
    created: act.now,
    customer,
    customer_account: null,
    description: params.description ?? null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: world.livemode,
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
  return act.insert("setup_intent", intent, "setup_intent.created");
}

/**
 * Tries to save the card. One whose holder is to be asked waits for that; one that is declined is refused with 402, and
 * that it was tried stays.
 */
export function confirmSetup(
  act: Act,
  id: string,
  { method: given, returnUrl }: { readonly method?: string; readonly returnUrl?: string },
): SetupIntentRecord {
  const before = act.world.inPath("setup_intent", id);
  checkStatus(before, "confirm", "requires_payment_method", "requires_confirmation", "requires_action");
  const named = given ?? before.payment_method;
  if (named === null) {
    throw invalid(
      "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method and then confirm it again.",
      "payment_method",
      "setup_intent_unexpected_state",
    );
  }
  const method = methodFor(act, named);
  checkOwner(method, before.customer);
  if (method.behavior.kind === "asks") return ask(act, before, method, returnUrl);
  if (method.behavior.kind === "declines" && method.behavior.whenAttached) {
    const { code, declineCode, message } = method.behavior;
    fail(act, before, { code, ...(declineCode !== undefined && { decline_code: declineCode }), message });
    return act.keepThenRefuse(declined(method.behavior));
  }
  return succeed(act, before, method.id);
}

/** What the holder of the card has said: the card is saved, or another one is needed. */
export function settleAuthentication(
  act: Act,
  intent: SetupIntentRecord,
  isAuthenticated: boolean,
): SetupIntentRecord {
  if (isAuthenticated && intent.payment_method !== null) return succeed(act, intent, intent.payment_method);
  return fail(act, intent, { code: "setup_intent_authentication_failure", message: NOT_AUTHENTICATED });
}

/** Saves a card that needs nothing more. */
export function succeed(act: Act, { id, customer }: SetupIntentRecord, method: string): SetupIntentRecord {
  const saved = customer === null ? methodFor(act, method) : keep(act, method, customer);
  return settled(act, id, "setup_intent.succeeded", {
    last_setup_error: null,
    next_action: null,
    payment_method: saved.id,
    status: "succeeded",
  });
}

export function cancelSetup(
  act: Act,
  intent: SetupIntentRecord,
  reason: "abandoned" | "duplicate" | "requested_by_customer" | null,
): SetupIntentRecord {
  checkStatus(intent, "cancel", "requires_payment_method", "requires_confirmation", "requires_action");
  return settled(act, intent.id, "setup_intent.canceled", {
    cancellation_reason: reason,
    next_action: null,
    status: "canceled",
  });
}

const NOT_AUTHENTICATED =
  "We are unable to authenticate your payment method. Please choose a different payment method and try again.";

function ask(
  act: Act,
  intent: SetupIntentRecord,
  method: PaymentMethodRecord,
  returnUrl: string | undefined,
): SetupIntentRecord {
  const url = `${act.world.surroundings.origin()}/p/authenticate/${intent.authentication.secret}`;
  const action: IntentAction =
    returnUrl === undefined
      ? { type: "use_stripe_sdk", use_stripe_sdk: { type: "three_d_secure_redirect", stripe_js: url } }
      : { type: "redirect_to_url", redirect_to_url: { return_url: returnUrl, url } };
  return settled(act, intent.id, "setup_intent.requires_action", {
    last_setup_error: null,
    next_action: action,
    payment_method: method.id,
    status: "requires_action",
  });
}

function fail(
  act: Act,
  { id }: SetupIntentRecord,
  error: Omit<NonNullable<SetupIntentRecord["last_setup_error"]>, "type">,
): SetupIntentRecord {
  return settled(act, id, "setup_intent.setup_failed", {
    last_setup_error: { ...error, type: "card_error" },
    next_action: null,
    payment_method: null,
    status: "requires_payment_method",
  });
}

function settled(
  act: Act,
  id: string,
  event: Parameters<Act["emit"]>[0],
  changes: Partial<SetupIntentRecord>,
): SetupIntentRecord {
  const intent = act.change("setup_intent", id, changes);
  act.emit(event, act.world.render("setup_intent", intent));
  return intent;
}

function keep(act: Act, method: string, customer: string): PaymentMethodRecord {
  const { customer: owner } = act.world.inPath("payment_method", method);
  return owner === customer ? act.world.inPath("payment_method", method) : attach(act, method, customer);
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
