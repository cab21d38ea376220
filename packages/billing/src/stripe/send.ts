import { type Deadline, wasStopped } from "../deadline.js";
import { type BillingError, IndeterminateError, InvalidArgumentError, isBillingError } from "../errors.js";
import { changesSomething, type StripeCall } from "./calls.js";
import type { StripeClient } from "./client.js";
import type { IdempotencyKey } from "./idempotency.js";
import type { OwnerRead } from "./owner-reads.js";
import { withQuery } from "./query-string.js";
import { type RequestListener, tell } from "./request-record.js";
import { hasNoOutcome, readSdkError, type SdkError, wasTurnedAway, word } from "./sdk-error.js";
import { translateError } from "./translate-error.js";
import type { Transport } from "./transport.js";

export interface StripeRequest {
  readonly call: StripeCall | OwnerRead;
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

/** How a request is getting on. */
interface Course {
  tries: number;
  /** Whether what it asks for may have been done without anyone having heard of it. */
  mayBeDone: boolean;
  status: number | undefined;
  requestId: string | undefined;
}

/** Sends one request, and again where that helps, and turns what can go wrong into this package's errors. */
export function send(transport: Transport, request: StripeRequest, deadline: Deadline): Promise<unknown> {
  const { onRequest } = transport;
  const mayBeDone = request.after !== undefined;
  const course: Course = { tries: 0, mayBeDone, status: undefined, requestId: undefined };
  const answer = insist(transport, request, deadline, course);
  return onRequest === undefined ? answer : telling(onRequest, request, course, answer);
}

async function telling(
  onRequest: RequestListener,
  request: StripeRequest,
  course: Course,
  pending: Promise<unknown>,
): Promise<unknown> {
  const startedAt = new Date();
  const startedAtMs = performance.now();
  const tellOf = (errorCode?: BillingError["code"]) => {
    if (course.tries === 0) return;
    const { tries, status, requestId } = course;
    const { tenantId, call } = request;
    const durationMs = performance.now() - startedAtMs;
    void tell(onRequest, { tenantId, call, startedAt, durationMs, tries, status, requestId, errorCode });
  };
  try {
    const answer = await pending;
    tellOf();
    return answer;
  } catch (error) {
    if (isBillingError(error)) tellOf(error.code);
    throw error;
  }
}

/** Tries until there is an answer, or a failure that stands. All tries are under one idempotency key. */
async function insist(
  { client, retries }: Transport,
  request: StripeRequest,
  deadline: Deadline,
  course: Course,
): Promise<unknown> {
  retries.earn();
  const key = request.idempotencyKey ?? request.after?.idempotencyKey;
  try {
    for (;;) {
      const { answer, failed } = await attempt(client, request, deadline, course);
      if (failed === undefined) return answer;
      const pauseMs = retries.pauseMs(failed, request, course.tries, deadline);
      if (pauseMs === undefined) throw translateError(failed, course.mayBeDone, key);
      await deadline.sleep(pauseMs);
    }
  } catch (error) {
    throw wasStopped(error) && course.mayBeDone ? outcomeUnknown(error, key) : error;
  }
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
  course: Course,
): Promise<{ readonly answer?: object; readonly failed?: SdkError }> {
  const { method, params, account, idempotencyKey } = request;
  const options = {
    timeout: deadline.remainingMs() + LINGERING_MS,
    // Whoever made the client: tries are counted here, or they would multiply.
    maxNetworkRetries: 0,
    // guard: every request names the tenant's account
    ...(account === undefined ? {} : { stripeAccount: account }),
    // guard: every write carries its idempotency key
    ...(idempotencyKey === undefined ? {} : { idempotencyKey: idempotencyKey.atStripe }),
  };
  const mightBeDone = course.mayBeDone;
  try {
    const body = method === "POST" ? { ...params } : undefined;
    const path = method === "POST" ? request.path : withQuery(request.path, params);
    course.tries += 1;
    course.mayBeDone ||= changesSomething(request.call);
    const answer = await deadline.race(client.rawRequest(method, path, body, options));
    // The SDK takes any JSON without an `error` for Stripe's answer, even what a proxy says when Stripe is down.
    if (typeof answer !== "object" || answer === null || !("object" in answer)) throw new NoAnswer();
    note(answer, course);
    return { answer };
  } catch (error) {
    if (wasStopped(error)) throw error;
    if (error instanceof URIError) {
      course.tries -= 1;
      throw unsendable();
    }
    const failed = readSdkError(error);
    course.status = failed.failure.statusCode;
    course.requestId = failed.requestId;
    if (wasTurnedAway(failed)) course.mayBeDone = mightBeDone;
    else course.mayBeDone &&= hasNoOutcome(failed);
    return { failed };
  }
}

/** The SDK gives up later than the call, whose own end must be heard first, and only to let go of the connection. */
const LINGERING_MS = 50;

class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** For a write whose time was over before it was known to have ended. */
export function outcomeUnknown(late: unknown, key: IdempotencyKey | undefined): IndeterminateError {
  return new IndeterminateError(
    "The call ended while the change was being made, so its outcome is unknown. Retry with the same idempotency key.",
    { cause: late, ...(key === undefined ? {} : { idempotencyKey: key.ofCaller }) },
  );
}

function unsendable(): InvalidArgumentError {
  return new InvalidArgumentError("A text holds half of a character, so the request could not be written.");
}

/** The SDK's own note of the answer, which a client of another make may lack. */
function note(answer: object, course: Course): void {
  const last: unknown = "lastResponse" in answer ? answer.lastResponse : undefined;
  if (typeof last !== "object" || last === null) return;
  const status: unknown = "statusCode" in last ? last.statusCode : undefined;
  course.status = typeof status === "number" ? status : undefined;
  course.requestId = "requestId" in last ? word(last.requestId) : undefined;
}
