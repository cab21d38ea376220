import type { BillingError } from "../errors.js";

/**
 * One request to Stripe, after its last try. It names the tenant and nothing secret or personal: no key, no object's id,
 * no parameter, no text of Stripe's.
 */
export interface RequestRecord {
  /** Whose call it was: `*` where it was for what all tenants share; undefined where an event's tenant is looked for. */
  readonly tenantId: string | undefined;
  /** Such as `GET /v1/customers/{customer}`, without ids. */
  readonly call: string;
  readonly startedAt: Date;
  /** With all tries, and the pauses between them. */
  readonly durationMs: number;
  /** How often it was sent, with the one time that the SDK repeats it by itself where a connection was closed. */
  readonly tries: number;
  /** The HTTP status of the last answer; undefined where there was none. */
  readonly status: number | undefined;
  /** Stripe's `req_…` for the last try, to look it up in the Dashboard's log. */
  readonly requestId: string | undefined;
  /** The `code` of the {@link BillingError} it ended in; undefined where it succeeded. */
  readonly errorCode: BillingError["code"] | undefined;
}

/** Called once for each request, when it is over. Nobody waits for it. Its first failure is a warning of the process. */
export type RequestListener = (record: RequestRecord) => unknown;
