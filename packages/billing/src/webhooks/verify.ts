import { timingSafeEqual } from "node:crypto";
import { ConfigurationError, WebhookSignatureError } from "../errors.js";
import { assertInteger } from "./assert-integer.js";
import type { WebhookEvent } from "./events.js";
import { assertKnownKeys } from "./known-keys.js";
import { type ParsedEvent, parseEvent } from "./parse-event.js";
import { type RawBody, toBodyBytes } from "./raw-body.js";
import { parseSignatureHeader, type SignatureHeaderValue } from "./signature-header.js";
import {
  type SecretMismatch,
  type SigningKey,
  type SigningSecretOption,
  toSigningKeys,
} from "./signing-secrets.js";

export interface VerifyOptions {
  /** The most that the signature's time may differ from now, in seconds, 1 to 3600. Default 300. It cannot be turned off. */
  readonly toleranceSeconds?: number | undefined;
  /** Larger bodies are refused before they are hashed. Default 1 MiB; Stripe's events are a few kilobytes. */
  readonly maxBodyBytes?: number | undefined;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/**
 * Proves that Stripe signed these bytes, recently, with one of your secrets, and returns the event in them: a snapshot
 * event or a thin event notification, told apart by `object`. No error quotes the body, the header or a secret.
 *
 * @example
 * import { verifyWebhook } from "@repo/billing/webhooks";
 *
 * const event = verifyWebhook(await request.text(), request.headers.get("stripe-signature"), [signingSecret]);
 *
 * @throws {WebhookSignatureError} when no secret matches the signature, or it is too old or from the future.
 * @throws {WebhookPayloadError} when the body is not raw, too large, or signed but not an event.
 * @throws {ModeMismatchError | AccountMismatchError} when the event's secret was registered for other events.
 * @throws {ConfigurationError} when a secret or an option is invalid.
 */
export function verifyWebhook(
  rawBody: RawBody,
  signatureHeader: SignatureHeaderValue,
  secrets: SigningSecretOption | readonly SigningSecretOption[],
  options: VerifyOptions = {},
): WebhookEvent {
  assertKnownKeys("verifyWebhook", options, VERIFY_OPTIONS);
  const verify = createVerifier(toSigningKeys(isList(secrets) ? secrets : [secrets]), options);
  const { event, mismatches } = verify(rawBody, signatureHeader);
  const [mismatch] = mismatches;
  if (mismatch !== undefined) throw mismatch;
  return event;
}

export const VERIFY_OPTIONS: readonly string[] = ["toleranceSeconds", "maxBodyBytes", "now"];

/** An event that Stripe signed, and why its secret may not sign it; empty when it may. */
export interface VerifiedEvent extends ParsedEvent {
  readonly mismatches: readonly SecretMismatch[];
}

/** Does what {@link verifyWebhook} does, with secrets and options checked beforehand. */
export type Verify = (rawBody: RawBody, signatureHeader: SignatureHeaderValue) => VerifiedEvent;

/** @throws {ConfigurationError} */
export function createVerifier(keys: readonly SigningKey[], options: VerifyOptions = {}): Verify {
  const { toleranceSeconds = 300, maxBodyBytes = 2 ** 20, now = Date.now } = options;
  assertInteger("toleranceSeconds", toleranceSeconds, { min: 1, max: 3600 });
  assertInteger("maxBodyBytes", maxBodyBytes, { min: 1, max: 2 ** 26 });
  if (typeof now !== "function")
    throw new ConfigurationError("now must be a function that returns milliseconds.");

  return (rawBody, signatureHeader) => {
    const body = toBodyBytes(rawBody, maxBodyBytes);
    const { timestamp, signatures } = parseSignatureHeader(signatureHeader);
    const key = findSigner(keys, timestamp, body, signatures);
    if (key === undefined) {
      throw new WebhookSignatureError(
        "No signing secret matches the webhook's signature. Check that the secret is this endpoint's, in this mode, " +
          "and that the body is passed byte for byte as received.",
      );
    }
    const ageSeconds = Math.floor(now() / 1000) - Number(timestamp);
    // Negated, so that a clock that returns NaN makes it refuse.
    if (!(Math.abs(ageSeconds) <= toleranceSeconds)) {
      throw new WebhookSignatureError(
        `The webhook was signed more than ${toleranceSeconds} seconds ${ageSeconds < 0 ? "ahead of" : "before"} now. ` +
          "It is a replay, or this machine's clock is wrong.",
      );
    }
    const parsed = parseEvent(body);
    return { ...parsed, mismatches: key.findMismatches(parsed.event) };
  };
}

/** Always compares every key with every signature, so that the time taken does not reveal which one matched. */
function findSigner(
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

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
