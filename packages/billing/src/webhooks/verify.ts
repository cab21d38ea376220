import { timingSafeEqual } from "node:crypto";
import type Stripe from "stripe";
import { ConfigurationError, WebhookSignatureError } from "../errors.js";
import { assertInteger } from "./assert-integer.js";
import { parseEvent } from "./parse-event.js";
import { bodyBytes, type RawBody } from "./raw-body.js";
import { parseSignatureHeader, type SignatureHeaderValue } from "./signature-header.js";
import { type SigningKey, type SigningSecret, toSigningKeys } from "./signing-secrets.js";

export interface VerifyOptions {
  /** How far the signature's time may lie from now, before or after. 1 to 3600; default 300. It cannot be turned off. */
  readonly toleranceSeconds?: number;
  /** Larger bodies are refused before they are hashed. Default 1 MiB; Stripe's events are kilobytes. */
  readonly maxBodyBytes?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Proves that Stripe signed these bytes, recently, with one of your secrets, and returns the event in them.
 *
 * @example
 * const event = verifyWebhook(await request.text(), request.headers.get("stripe-signature"), [signingSecret]);
 *
 * @throws {WebhookSignatureError} no secret made the signature, or it is too old or from the future.
 * @throws {WebhookPayloadError} the body is not raw, too large, or signed but not a snapshot event.
 * @throws {ModeMismatchError | AccountMismatchError} the event is not what its secret was registered for.
 * @throws {ConfigurationError} a secret or an option cannot be right. None of them holds the body, header or a secret.
 */
export function verifyWebhook(
  rawBody: RawBody,
  signatureHeader: SignatureHeaderValue,
  secrets: string | SigningSecret | readonly (string | SigningSecret)[],
  options: VerifyOptions = {},
): Stripe.Event {
  return createVerifier(isList(secrets) ? secrets : [secrets], options)(rawBody, signatureHeader);
}

/** Checks body and header as {@link verifyWebhook} does, with secrets and options already checked. */
export type Verify = (rawBody: RawBody, signatureHeader: SignatureHeaderValue) => Stripe.Event;

/** @throws {ConfigurationError} */
export function createVerifier(
  secrets: readonly (string | SigningSecret)[],
  options: VerifyOptions = {},
): Verify {
  const { toleranceSeconds = 300, maxBodyBytes = 2 ** 20, now = Date.now } = options;
  const keys = toSigningKeys(secrets);
  assertInteger("toleranceSeconds", toleranceSeconds, { min: 1, max: 3600 });
  assertInteger("maxBodyBytes", maxBodyBytes, { min: 1, max: 2 ** 26 });
  if (typeof now !== "function")
    throw new ConfigurationError("now must be a function that returns milliseconds.");

  return (rawBody, signatureHeader) => {
    const body = bodyBytes(rawBody, maxBodyBytes);
    const { timestamp, signatures } = parseSignatureHeader(signatureHeader);
    const key = signerOf(keys, timestamp, body, signatures);
    if (key === undefined) {
      throw new WebhookSignatureError(
        "No signing secret matches the webhook's signature. Check that the secret is this endpoint's, in this mode, " +
          "and that the body is passed byte for byte as received.",
      );
    }
    const ageSeconds = Math.floor(now() / 1000) - Number(timestamp);
    // Written so that a clock that returns NaN refuses instead of accepting.
    if (!(Math.abs(ageSeconds) <= toleranceSeconds)) {
      throw new WebhookSignatureError(
        `The webhook was signed more than ${toleranceSeconds} seconds ${ageSeconds < 0 ? "ahead of" : "before"} now. ` +
          "It is a replay, or this machine's clock is off.",
      );
    }
    const event = parseEvent(body);
    key.admit(event);
    return event;
  };
}

/** Tries every key against every signature, always, so that the time taken does not tell which one matched. */
function signerOf(
  keys: readonly SigningKey[],
  timestamp: string,
  body: Uint8Array,
  signatures: readonly Uint8Array[],
): SigningKey | undefined {
  let signer: SigningKey | undefined;
  for (const key of keys) {
    const expected = key.sign(timestamp, body);
    for (const signature of signatures) {
      if (timingSafeEqual(expected, signature)) signer ??= key;
    }
  }
  return signer;
}

function isList<T>(value: string | T | readonly (string | T)[]): value is readonly (string | T)[] {
  return Array.isArray(value);
}
