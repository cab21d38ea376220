import { ConfigurationError, WebhookSignatureError } from "../../errors.js";
import { assertInteger } from "../assert-integer.js";
import { type ParsedEvent, parseEvent } from "./parse-event.js";
import { MAX_BODY_BYTES, type RawBody, toBodyBytes } from "./raw-body.js";
import { findNodeCrypto, getWebCrypto, type SignatureCrypto } from "./signature-crypto.js";
import { parseSignatureHeader, type SignatureHeader, type SignatureHeaderValue } from "./signature-header.js";
import type { SecretMismatch, SigningKey } from "./signing-secrets.js";

export interface VerifyOptions {
  /**
   * How many seconds the signature's time may differ from now, 1 to 3600. Default: 300. The check cannot be turned off.
   */
  readonly toleranceSeconds?: number | undefined;
  /**
   * The largest body to accept, in bytes; larger ones are refused before they are hashed. Default: 4 MiB. Most events
   * have a few kilobytes. The event of a subscription with 20 items and as much metadata as Stripe allows has 1.15 MB,
   * or more with characters beyond ASCII.
   */
  readonly maxBodyBytes?: number | undefined;
  /** Returns the current time in milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: (() => number) | undefined;
}

export const VERIFY_OPTIONS: readonly string[] = ["toleranceSeconds", "maxBodyBytes", "now"];

/** An event that Stripe signed, and why its secret may not sign it; empty when it may. */
export interface VerifiedEvent extends ParsedEvent {
  readonly mismatches: readonly SecretMismatch[];
}

/** Does what {@link verifyWebhook} does, with secrets and options checked beforehand. */
export type Verify<Result> = (rawBody: RawBody, signatureHeader: SignatureHeaderValue) => Result;

/** What a delivery is checked against. */
export interface Checks {
  readonly keys: readonly SigningKey[];
  readonly toleranceSeconds: number;
  readonly maxBodyBytes: number;
  readonly now: () => number;
}

/** @throws {ConfigurationError} */
export function createChecks(keys: readonly SigningKey[], options: VerifyOptions): Checks {
  const { toleranceSeconds = 300, maxBodyBytes = MAX_BODY_BYTES, now = Date.now } = options;
  assertInteger("toleranceSeconds", toleranceSeconds, { min: 1, max: 3600 });
  assertInteger("maxBodyBytes", maxBodyBytes, { min: 1, max: 2 ** 26 });
  if (typeof now !== "function")
    throw new ConfigurationError("now must be a function that returns milliseconds.");
  return { keys, toleranceSeconds, maxBodyBytes, now };
}

/**
 * Verifies with the crypto that the runtime has: Node's before WebCrypto, which takes longer. Looks for it when a
 * delivery arrives, so that a runtime without any fails deliveries, which Stripe repeats, and says why.
 */
export function createAnyVerifier(checks: Checks): Verify<VerifiedEvent | Promise<VerifiedEvent>> {
  let verify: Verify<VerifiedEvent | Promise<VerifiedEvent>> | undefined;
  return (rawBody, signatureHeader) => {
    verify ??= chooseVerifier(checks);
    return verify(rawBody, signatureHeader);
  };
}

function chooseVerifier(checks: Checks): Verify<VerifiedEvent | Promise<VerifiedEvent>> {
  const crypto = findNodeCrypto();
  return crypto === undefined ? createAsyncVerifier(checks, getWebCrypto()) : createVerifier(checks, crypto);
}

export function createVerifier(checks: Checks, crypto: SignatureCrypto<string>): Verify<VerifiedEvent> {
  const signers = checks.keys.map((key) => key.signer(crypto));
  return (rawBody, signatureHeader) => {
    const signed = readSigned(rawBody, signatureHeader, checks);
    const expected = signers.map((sign) => sign(signed.timestamp, signed.body));
    return judge(signed, checks, findSigner(checks.keys, expected, signed.signatures, crypto));
  };
}

export function createAsyncVerifier(
  checks: Checks,
  crypto: SignatureCrypto<Promise<string>>,
): Verify<Promise<VerifiedEvent>> {
  const signers = checks.keys.map((key) => key.signer(crypto));
  return async (rawBody, signatureHeader) => {
    const signed = readSigned(rawBody, signatureHeader, checks);
    const expected = await Promise.all(signers.map((sign) => sign(signed.timestamp, signed.body)));
    return judge(signed, checks, findSigner(checks.keys, expected, signed.signatures, crypto));
  };
}

/** The parts of a delivery that a signature is about, before anything is hashed. */
interface Signed extends SignatureHeader {
  readonly body: Uint8Array;
}

function readSigned(rawBody: RawBody, header: SignatureHeaderValue, { maxBodyBytes }: Checks): Signed {
  const body = toBodyBytes(rawBody, maxBodyBytes);
  // Not spread, here and below: it would take longer than to read the header.
  const { timestamp, signatures } = parseSignatureHeader(header);
  return { body, timestamp, signatures };
}

function judge(
  { body, timestamp }: Signed,
  { now, toleranceSeconds }: Checks,
  key: SigningKey | undefined,
): VerifiedEvent {
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
  const { event, body: text } = parseEvent(body);
  return { event, body: text, mismatches: key.findMismatches(event) };
}

/** Always compares every key with every signature, so that the time taken does not reveal which one matched. */
function findSigner(
  keys: readonly SigningKey[],
  expected: readonly string[],
  signatures: readonly string[],
  { areEqual }: SignatureCrypto<unknown>,
): SigningKey | undefined {
  let signer: SigningKey | undefined;
  keys.forEach((key, at) => {
    for (const signature of signatures) {
      if (areEqual(expected[at] ?? "", signature)) signer ??= key;
    }
  });
  return signer;
}
