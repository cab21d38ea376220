import type { PaymentStep } from "../errors.js";
import type { SdkError } from "./sdk-error.js";

/** What has to happen before a payment that failed can succeed. @see https://docs.stripe.com/declines/codes */
export function paymentStep({ failure: { code, declineCode }, adviceCode }: SdkError): PaymentStep {
  for (const said of [declineCode, code]) {
    if (said === undefined) continue;
    if (/authenticat|requires_action/.test(said)) return "authenticate";
    if (CORRECTABLE.has(said)) return "correct_details";
    if (TRANSIENT.has(said)) return "try_again";
  }
  if (adviceCode === "confirm_card_data") return "correct_details";
  if (adviceCode === "try_again_later") return "try_again";
  return "use_another_payment_method";
}

export const STEP_SENTENCES: Readonly<Record<PaymentStep, string>> = {
  authenticate:
    "The customer's bank wants the customer to confirm the payment (SCA). Let the customer confirm it on a page, such as " +
    "with paymentBehavior default_incomplete and its pendingPayment.",
  correct_details:
    "The payment was declined for details that do not fit the card. Let the customer enter them again.",
  try_again: "The payment was declined for a temporary reason. Try again later.",
  use_another_payment_method:
    "The payment was declined, or there is no payment method. Let the customer give another one.",
};

const CORRECTABLE: ReadonlySet<string> = new Set([
  "incorrect_address",
  "incorrect_cvc",
  "incorrect_number",
  "incorrect_zip",
  "invalid_cvc",
  "invalid_expiry_month",
  "invalid_expiry_year",
  "invalid_number",
]);

const TRANSIENT: ReadonlySet<string> = new Set([
  "approve_with_id",
  "issuer_not_available",
  "processing_error",
  "reenter_transaction",
  "try_again_later",
]);
