import {
  type Check,
  type Checks,
  checkOptions,
  isAccountId,
  isFlag,
  isFunction,
  isListOf,
  isOneOf,
  isText,
  isTimerMs,
  isWhole,
} from "./check-options.js";
import type { GivenAnswer } from "./http/api.js";

/** The options of a local Stripe. All are optional; an unknown one is refused. */
export interface LocalStripeOptions {
  /** The port to listen on, on 127.0.0.1 only. 0, the default, takes a free one. */
  readonly port?: number | undefined;
  /** The key of test mode, `sk_test_…`. Default: a new random key for each start. */
  readonly secretKey?: string | undefined;
  /** The key of live mode, `sk_live_…`. Default: a new random key for each start. */
  readonly liveSecretKey?: string | undefined;
  /** The name of the account's business, to which the hosted pages lead back. Default: "your application". */
  readonly businessName?: string | undefined;
  /** Ids of connected accounts that exist from the start, for the header `Stripe-Account`. */
  readonly accounts?: readonly string[] | undefined;
  /** `false` starts as an account whose portal settings were never saved. Default `true`. */
  readonly defaultPortalConfiguration?: boolean | undefined;
  /**
   * `true` declines the charges of customers without a payment method, as Stripe does. Default `false`: such customers
   * pay, so that a test about something else need not add a card.
   */
  readonly requirePaymentMethod?: boolean | undefined;
  /**
   * What happens to a subscription after the last failed attempt to charge its invoice: it is canceled (the default),
   * becomes `unpaid`, or stays past due. At Stripe this is a setting of the account.
   */
  readonly afterLastAttempt?: "cancel" | "past_due" | "unpaid" | undefined;
  /** The time until searches see a new or changed object, in milliseconds. Default 0. */
  readonly searchDelayMs?: number | undefined;
  /**
   * The pauses before a failed webhook delivery is tried again, in milliseconds of the server's time. Default 100, 500
   * and 2,000.
   */
  readonly webhookRetryDelaysMs?: readonly number[] | undefined;
  /** The time in which a webhook endpoint must answer, in milliseconds. Default 10,000. */
  readonly webhookTimeoutMs?: number | undefined;
  /** The most requests to keep in `requests`. Default 10,000. */
  readonly recordedRequests?: number | undefined;
  /** Called with every answer of the API, for example to check it against a specification. */
  readonly onAnswer?: ((answer: GivenAnswer) => void) | undefined;
  /** Returns the current time in milliseconds since the epoch. Default: the machine's clock. */
  readonly clock?: (() => number) | undefined;
  /**
   * `true` simulates an account with Managed Payments on by default: Checkout then refuses what they do not allow,
   * unless the session turns them off. Default `false`.
   */
  readonly managedPayments?: boolean | undefined;
  /**
   * The percentage of tax by country, such as `{ DE: 19, FR: 20 }`, for invoices and sessions with automatic tax. A country
   * without a rate is not taxed. Default: none.
   */
  readonly taxRates?: Readonly<Record<string, number>> | undefined;
}

/** The check of each option. */
export const OPTION_CHECKS: Checks<LocalStripeOptions> = {
  port: isWhole(0, 65_535),
  secretKey: isKey("sk_test_"),
  liveSecretKey: isKey("sk_live_"),
  businessName: isText,
  accounts: isListOf(isAccountId),
  defaultPortalConfiguration: isFlag,
  requirePaymentMethod: isFlag,
  afterLastAttempt: isOneOf("cancel", "past_due", "unpaid"),
  searchDelayMs: isWhole(0),
  webhookRetryDelaysMs: isListOf(isWhole(0)),
  webhookTimeoutMs: isTimerMs(1),
  recordedRequests: isWhole(0),
  onAnswer: isFunction,
  clock: isFunction,
  managedPayments: isFlag,
  taxRates: areTaxRates,
};

export function checkStartOptions(options: LocalStripeOptions): void {
  checkOptions("startLocalStripe", options, OPTION_CHECKS);
}

function areTaxRates(value: unknown): string | undefined {
  const isTable =
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).every(
      ([country, percent]) => /^[A-Z]{2}$/.test(country) && typeof percent === "number" && percent >= 0,
    );
  return isTable ? undefined : "percentages by country, such as DE with 19";
}

function isKey(prefix: string): Check {
  const form = new RegExp(`^${prefix}[A-Za-z0-9]{8,}$`);
  return (value) =>
    typeof value === "string" && form.test(value)
      ? undefined
      : `a key: ${prefix} and at least eight letters or digits`;
}
