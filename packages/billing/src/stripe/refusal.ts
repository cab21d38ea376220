import { isBillingError, type StripeFailure } from "../errors.js";

/** What Stripe said when it refused a request. Has no field of an error that Stripe did not answer. */
export function refusalOf(error: unknown): Partial<StripeFailure> {
  const failure: Partial<StripeFailure> = isBillingError(error) ? Object(error.cause) : {};
  return failure;
}
