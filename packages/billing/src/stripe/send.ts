import { NEWEST_API_VERSION } from "../api-version.js";
import { type Deadline, wasStopped } from "../deadline.js";
import { type BillingError, IndeterminateError, InvalidArgumentError, isBillingError } from "../errors.js";
import { notify } from "../notify.js";
import { assertStripesAnswer } from "./answer-shape.js";
import { changesSomething, type StripeCall } from "./calls.js";
import { countSends, type StripeClient } from "./client.js";
import type { EventList } from "./event-lists.js";
import type { IdempotencyKey } from "./idempotency.js";
import type { OperatorCall } from "./operator-calls.js";
import type { OwnerRead } from "./owner-reads.js";
import { withQuery } from "./query-string.js";
import type { RequestListener } from "./request-record.js";
import { hasNoOutcome, readSdkError, type SdkError, wasTurnedAway, word } from "./sdk-error.js";
import { nextStepAfter, translateError } from "./translate-error.js";
import type { Transport } from "./transport.js";

export interface StripeRequest {
  readonly call: StripeCall | OwnerRead | OperatorCall | EventList;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Whose call it is, for those who listen; undefined where that is what is looked for. */
  readonly tenantId?: string | undefined;
  /** The connected account whose data this is; the platform's own when left out. */
  readonly account?: string | undefined;
  /** Stripe honours it on POST alone. */
  readonly idempotencyKey?: IdempotencyKey | undefined;
  /** A change that the same call has made before, after which no failure may say that nothing was changed. */
  readonly after?: Change | undefined;
}

export interface Change {
  readonly idempotencyKey: IdempotencyKey | undefined;
}

/** The progress of a request over its tries. */
interface Progress {
  /** Those made here. */
  tries: number;
  /** How often the SDK has sent it once more by itself, as it does when a connection is closed on it. */
  repeats: number;
  /** Whether what it asks for may have been done without anyone having heard of it. */
  mayBeDone: boolean;
  status: number | undefined;
  requestId: string | undefined;
}

/** Sends one request, and again where that helps, and turns what can go wrong into this package's errors. */
export function send(transport: Transport, request: StripeRequest, deadline: Deadline): Promise<unknown> {
  const { onRequest } = transport;
  const progress: Progress = {
    tries: 0,
    repeats: 0,
    mayBeDone: false,
    status: undefined,
    requestId: undefined,
  };
  const answer = sendUntilAnswered(transport, request, deadline, progress);
  return onRequest === undefined ? answer : reportTo(onRequest, request, progress, answer);
}

async function reportTo(
  onRequest: RequestListener,
  request: StripeRequest,
  progress: Progress,
  pending: Promise<unknown>,
): Promise<unknown> {
  const startedAt = new Date();
  const startedAtMs = performance.now();
  const report = (errorCode?: BillingError["code"]) => {
    if (progress.tries === 0) return;
    const { status, requestId } = progress;
    const tries = progress.tries + progress.repeats;
    const { tenantId, call } = request;
    const durationMs = performance.now() - startedAtMs;
    const record = { tenantId, call, startedAt, durationMs, tries, status, requestId, errorCode };
    notify(onRequest, Object.freeze(record), "onRequest");
  };
  try {
    const answer = await pending;
    report();
    return answer;
  } catch (error) {
    if (isBillingError(error)) report(error.code);
    throw error;
  }
}

/** Tries until there is an answer, or a failure that stands. All tries are under one idempotency key. */
async function sendUntilAnswered(
  { client, retries }: Transport,
  request: StripeRequest,
  deadline: Deadline,
  progress: Progress,
): Promise<unknown> {
  retries.earn();
  const { after } = request;
  const key = request.idempotencyKey ?? after?.idempotencyKey;
  try {
    for (;;) {
      const { answer, failed } = await attempt(client, request, deadline, progress);
      if (failed === undefined) return answer;
      const pauseMs = retries.pauseMs(failed, request, progress.tries, deadline);
      if (pauseMs === undefined) throw tell(failed, progress.mayBeDone, after !== undefined, key);
      await deadline.sleep(pauseMs);
    }
  } catch (error) {
    const isOpen = progress.mayBeDone || after !== undefined;
    throw wasStopped(error) && isOpen ? outcomeUnknown(error, key) : error;
  }
}

/** The error of a request that failed, which never says that nothing was changed after a change. */
function tell(
  failed: SdkError,
  mayBeDone: boolean,
  isAfterChange: boolean,
  key: IdempotencyKey | undefined,
): BillingError {
  const isOpen = mayBeDone || (isAfterChange && hasNoOutcome(failed));
  const error = translateError(failed, isOpen, key);
  return isAfterChange && !isOpen && wasTurnedAway(failed) ? refusedAfterChange(error, key) : error;
}

/**
 * Tries once, through the SDK, which signs and encodes it.
 *
 * `rawRequest` is what the SDK's own methods rest on; going through it makes method, path and parameters plain data
 * that the gate has seen whole, and no option can end up among the parameters (the SDK drops it there without a word).
 */
async function attempt(
  client: StripeClient,
  request: StripeRequest,
  deadline: Deadline,
  progress: Progress,
): Promise<{ readonly answer?: object; readonly failed?: SdkError }> {
  const { method, params, account, idempotencyKey } = request;
  let sends = 0;
  const options = {
    // Whatever the SDK's own is: what is sent and read here is of this version.
    apiVersion: NEWEST_API_VERSION,
    timeout: deadline.remainingMs() + LINGERING_MS,
    // Whoever made the client: tries are counted here, or they would multiply.
    maxNetworkRetries: 0,
    ...countSends(client, () => {
      sends += 1;
    }),
    // guard: every request names the tenant's account
    ...(account === undefined ? {} : nameAccount(request.path, account)),
    // guard: every write carries its idempotency key
    ...(idempotencyKey === undefined ? {} : { idempotencyKey: idempotencyKey.atStripe }),
  };
  const mightBeDone = progress.mayBeDone;
  try {
    const body = method === "POST" ? { ...params } : undefined;
    const path = method === "POST" ? request.path : withQuery(request.path, params);
    progress.tries += 1;
    progress.mayBeDone ||= changesSomething(request.call);
    const answer = await deadline.race(client.rawRequest(method, path, body, options));
    assertStripesAnswer(request.call, answer);
    readStatus(answer, progress);
    return { answer };
  } catch (error) {
    if (wasStopped(error)) throw error;
    if (error instanceof URIError) {
      progress.tries -= 1;
      throw unsendable();
    }
    const failed = readSdkError(error, request.path);
    progress.status = failed.failure.statusCode;
    progress.requestId = failed.requestId;
    if (wasTurnedAway(failed)) progress.mayBeDone = mightBeDone;
    else progress.mayBeDone &&= hasNoOutcome(failed);
    return { failed };
  } finally {
    progress.repeats += Math.max(0, sends - 1);
  }
}

/** The SDK gives up later than the call, whose own end must be heard first, and only to let go of the connection. */
const LINGERING_MS = 50;

/** Version 2 of the API takes the account as a context. */
function nameAccount(path: string, account: string): { stripeAccount: string } | { stripeContext: string } {
  return path.startsWith("/v2/") ? { stripeContext: account } : { stripeAccount: account };
}

/** For a call that failed after Stripe had made its change. */
export function madeAndFailed(cause: unknown, key: IdempotencyKey | undefined): IndeterminateError {
  const nextStep =
    key === undefined
      ? "Read the object to continue."
      : "Retry with the same idempotency key: nothing is made twice.";
  return new IndeterminateError(`Stripe made the change, but the call failed afterwards. ${nextStep}`, {
    cause,
    ...(key === undefined ? {} : { idempotencyKey: key.ofCaller }),
  });
}

/** For a change to what an operator gave to another tenant before Stripe had made it. */
export function changedAndGone(cause: unknown, key: IdempotencyKey | undefined): IndeterminateError {
  return new IndeterminateError(
    "Stripe made the change, but the object was assigned to another tenant meanwhile. Do not retry it.",
    {
      cause,
      completed: ["the change"],
      retryable: false,
      ...(key === undefined ? {} : { idempotencyKey: key.ofCaller }),
    },
  );
}

/** For a request that Stripe turned away after the call had made a change. */
function refusedAfterChange(refusal: BillingError, key: IdempotencyKey | undefined): IndeterminateError {
  return new IndeterminateError(
    `The call made a change, and what came after it was refused. ${refusal.message}`,
    {
      cause: refusal,
      requestId: refusal.requestId,
      retryable: refusal.retryable,
      ...(key === undefined ? {} : { idempotencyKey: key.ofCaller }),
    },
  );
}

/** For a write whose time was over before it was known to have ended. */
function outcomeUnknown(late: unknown, key: IdempotencyKey | undefined): IndeterminateError {
  return new IndeterminateError(
    `The call ended while the change was being made, so its outcome is unknown. ${nextStepAfter(key)}`,
    { cause: late, ...(key === undefined ? {} : { idempotencyKey: key.ofCaller }) },
  );
}

function unsendable(): InvalidArgumentError {
  return new InvalidArgumentError(
    "A string contains an unpaired surrogate (invalid Unicode), so the request could not be written.",
  );
}

/** Reads `lastResponse`, which other clients may not set. */
function readStatus(answer: object, progress: Progress): void {
  const last: unknown = "lastResponse" in answer ? answer.lastResponse : undefined;
  if (typeof last !== "object" || last === null) return;
  const status: unknown = "statusCode" in last ? last.statusCode : undefined;
  progress.status = typeof status === "number" ? status : undefined;
  progress.requestId = "requestId" in last ? word(last.requestId) : undefined;
}
