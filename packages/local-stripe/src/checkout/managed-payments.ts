import { invalid, notImplemented } from "../api-error.js";
import { isBefore } from "../declare/versions.js";
import type { AccountData } from "../store/account-data.js";
import type { CheckoutSessionRecord } from "../store/records/checkout.js";

interface Asked {
  readonly managed_payments?: { readonly enabled?: boolean };
  readonly payment_method_configuration?: string;
}

/** Applies the account's default, and refuses what Managed Payments do not allow, in Stripe's words. */
export function managedPayments(
  account: AccountData,
  params: Asked,
  version: string,
): CheckoutSessionRecord["managed_payments"] {
  const { managed_payments: asked, payment_method_configuration: configuration } = params;
  const isEnabled = asked?.enabled ?? account.context.managedPayments;
  if (isEnabled && !account.isPlatform) {
    throw invalid("You specified a Stripe-Account header, but Managed Payments cannot be used with Connect.");
  }
  if (isEnabled && isBefore(version, "2025-03-31")) {
    throw invalid(
      `Managed Payments is not supported on API version ${version}. Update your API version, or set the API Version of this request to 2025-03-31.basil or greater.`,
    );
  }
  if (isEnabled && configuration !== undefined) {
    throw invalid(
      "payment_method_configuration cannot be used with Managed Payments, which is enabled by default on your account. Remove payment_method_configuration, or pass managed_payments[enabled]=false to disable it for this request.",
      "payment_method_configuration",
    );
  }
  if (configuration !== undefined) {
    throw notImplemented(
      "the parameter payment_method_configuration of POST /v1/checkout/sessions",
      "payment_method_configuration",
    );
  }
  return isEnabled ? { enabled: true } : null;
}
