import type { BillingError } from "../errors.js";

/**
 * One request to Stripe, after its last try. It names the tenant and nothing secret or personal: no key, object id,
 * parameter or text of Stripe's.
 */
export interface RequestRecord {
  /**
   * The tenant that the call was for: `*` for calls about what all tenants share; undefined while an event's tenant is
   * being looked up.
   */
  readonly tenantId: string | undefined;
  /** Such as `GET /v1/customers/{customer}`, without ids. */
  readonly call: string;
  readonly startedAt: Date;
  /** The duration of all tries and the pauses between them, in milliseconds. */
  readonly durationMs: number;
  /**
   * How often it was sent, including the one time that the SDK itself repeats a request whose connection was closed.
   */
  readonly tries: number;
  /** The HTTP status of the last answer; undefined if there was none. */
  readonly status: number | undefined;
  /** Stripe's `req_…` for the last try, to look it up in the Dashboard's log. */
  readonly requestId: string | undefined;
  /** The `code` of the {@link BillingError} that it ended with; undefined if it succeeded. */
  readonly errorCode: BillingError["code"] | undefined;
}

/** Called once for each request, when it is over. Not awaited; its first failure becomes a process warning. */
export type RequestListener = (record: RequestRecord) => unknown;
