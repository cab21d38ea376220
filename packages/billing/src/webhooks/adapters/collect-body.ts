import { Deadline } from "../../deadline.js";
import { DeadlineError, WebhookPayloadError } from "../../errors.js";
import { adviseRawBody, bodyTooLarge } from "../verification/raw-body.js";

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
}

/** A body that arrives in chunks. */
export interface IncomingBody {
  /** The `Content-Length` header, which may be missing or wrong. */
  readonly declaredLength: string | null | undefined;
  next(): Promise<IteratorResult<unknown, unknown>>;
}

const FIRST_BYTES = 16_384;

/**
 * Reads a body to its end; throws as soon as it is too large or too slow. Copies the chunks into one buffer, because
 * a list of a million one-byte chunks would take a hundred times the limit.
 *
 * @throws {WebhookPayloadError}
 */
export async function collectBody(body: IncomingBody, limits: BodyLimits): Promise<Uint8Array> {
  if (Number(body.declaredLength) > limits.maxBodyBytes) throw bodyTooLarge(limits.maxBodyBytes);
  const deadline = new Deadline(limits.bodyTimeoutMs, [], { what: "Receiving the webhook's body" });
  try {
    return await deadline.run((signal) => collect(body, limits.maxBodyBytes, signal));
  } catch (error) {
    throw error instanceof DeadlineError ? new WebhookPayloadError(error.message) : error;
  }
}

async function collect(body: IncomingBody, maxBodyBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  let collected = new Uint8Array(Math.min(FIRST_BYTES, maxBodyBytes));
  let length = 0;
  while (!signal.aborted) {
    const { done, value: chunk } = await body.next();
    if (done) break;
    // A stream with an encoding yields text, which is not the signed bytes any more.
    if (!(chunk instanceof Uint8Array)) {
      throw new WebhookPayloadError(`The webhook body arrived as text. ${adviseRawBody()}`);
    }
    const end = length + chunk.byteLength;
    if (end > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
    if (end > collected.byteLength) {
      const grown = new Uint8Array(Math.min(maxBodyBytes, Math.max(end, 2 * collected.byteLength)));
      grown.set(collected.subarray(0, length));
      collected = grown;
    }
    collected.set(chunk, length);
    length = end;
  }
  return collected.subarray(0, length);
}
