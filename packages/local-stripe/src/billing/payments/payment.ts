import { ApiError } from "../../api-error.js";
import type { AccountData } from "../../store/account-data.js";
import type { InvoiceRecord } from "../../store/records/invoices.js";
import type { CardBehavior } from "../../store/records/payments.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";

/** The outcome of a charge. */
export type PaymentOutcome = CardBehavior | { readonly kind: "nothing to charge" };

export type FailedPayment = Exclude<PaymentOutcome, { readonly kind: "pays" }>;

export const NO_METHOD =
  "This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.";

type Payer = Pick<SubscriptionRecord, "customer" | "default_payment_method">;

/**
 * Decides the outcome of charging an invoice to a payer, or to the given method. A customer without a payment method pays
 * too, unless the server was started with `requirePaymentMethod`.
 */
export function charge(
  account: AccountData,
  invoice: InvoiceRecord,
  payer: Payer,
  given?: string,
): PaymentOutcome {
  if (invoice.amount_due === 0) return { kind: "pays" };
  const method = given ?? defaultMethod(account, payer);
  if (method !== null) return account.getFromPath("payment_method", method).behavior;
  return account.context.requirePaymentMethod ? { kind: "nothing to charge" } : { kind: "pays" };
}

/** The method that a subscription is charged on: its own, else its customer's, else `null`. */
export function defaultMethod(account: AccountData, payer: Payer): string | null {
  const customer = account.of("customer").get(payer.customer);
  return payer.default_payment_method ?? customer?.invoice_settings.default_payment_method ?? null;
}

/** The 402 of a charge that failed. */
export function declined(outcome: FailedPayment): ApiError {
  if (outcome.kind === "nothing to charge") return new ApiError(400, NO_METHOD, { code: "resource_missing" });
  if (outcome.kind === "asks") {
    return new ApiError(402, "Your card was declined. This transaction requires authentication.", {
      type: "card_error",
      code: "authentication_required",
      declineCode: "authentication_required",
    });
  }
  const { code, declineCode, message } = outcome;
  return new ApiError(402, message, {
    type: "card_error",
    code,
    ...(declineCode !== undefined && { declineCode }),
  });
}
