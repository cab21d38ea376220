import type { ReportedUsage } from "../../views/reported-usage.js";
import type { ReportUsageOptions } from "./report-usage.js";

/** The service's methods for usage-based prices. */
export interface UsageMethods {
  /**
   * Reports a customer's usage for prices that are billed by a meter. Two requests, or one if the customer was used
   * recently, with `directoryTenancy` or `ownership.trustInWrites`.
   *
   * Usage with one `identifier` counts once, however often it is reported: a repeated call returns the same view.
   * Identifiers are separate for each tenant, customer and meter. Stripe adds usage up with a short delay.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @throws InvalidArgumentError when no active meter has this event name, or the timestamp lies outside Stripe's window.
   * @throws ConflictError when the identifier was reported recently with another value or timestamp.
   * @see https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api
   */
  reportUsage(customerId: string | undefined, options: ReportUsageOptions): Promise<ReportedUsage>;
}
