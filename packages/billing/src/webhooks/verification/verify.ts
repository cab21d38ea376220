import { ConfigurationError } from "../../errors.js";
import { assertKnownKeys } from "../../known-keys.js";
import type { WebhookEvent } from "../events.js";
import type { RawBody } from "./raw-body.js";
import { findNodeCrypto, getWebCrypto } from "./signature-crypto.js";
import type { SignatureHeaderValue } from "./signature-header.js";
import { type SigningSecretOption, toSigningKeys } from "./signing-secrets.js";
import {
  type Checks,
  createAsyncVerifier,
  createChecks,
  createVerifier,
  VERIFY_OPTIONS,
  type VerifiedEvent,
  type VerifyOptions,
} from "./verifier.js";

/**
 * Proves that Stripe signed these bytes, recently, with one of your secrets, and returns the event in them: a snapshot
 * event or a thin event notification, told apart by `object`. No error quotes the body, the header or a secret.
 *
 * Needs Node's crypto, which Node, Deno and Bun have. In other runtimes use {@link verifyWebhookAsync}.
 *
 * @example
 * import { verifyWebhook } from "@repo/billing/webhooks";
 *
 * const event = verifyWebhook(await request.text(), request.headers.get("stripe-signature"), [signingSecret]);
 *
 * @throws {WebhookSignatureError} when no secret matches the signature, or it is too old or from the future.
 * @throws {WebhookPayloadError} when the body is not raw, too large, or signed but not an event.
 * @throws {ModeMismatchError | AccountMismatchError} when the event's secret was registered for other events.
 * @throws {ConfigurationError} when a secret or an option is invalid, or the runtime lacks Node's crypto.
 */
export function verifyWebhook(
  rawBody: RawBody,
  signatureHeader: SignatureHeaderValue,
  secrets: SigningSecretOption | readonly SigningSecretOption[],
  options: VerifyOptions = {},
): WebhookEvent {
  const checks = toChecks("verifyWebhook", secrets, options);
  const crypto = findNodeCrypto();
  if (crypto === undefined) {
    throw new ConfigurationError(
      "verifyWebhook needs Node's crypto, which this runtime lacks. Use verifyWebhookAsync, which only needs WebCrypto.",
    );
  }
  return toEvent(createVerifier(checks, crypto)(rawBody, signatureHeader));
}

/**
 * Verifies like {@link verifyWebhook}, but with WebCrypto, which workers have too. Rejects with the errors that
 * `verifyWebhook` throws.
 *
 * @example
 * import { verifyWebhookAsync } from "@repo/billing/webhooks";
 *
 * const header = request.headers.get("stripe-signature");
 * const event = await verifyWebhookAsync(await request.text(), header, [signingSecret]);
 */
export async function verifyWebhookAsync(
  rawBody: RawBody,
  signatureHeader: SignatureHeaderValue,
  secrets: SigningSecretOption | readonly SigningSecretOption[],
  options: VerifyOptions = {},
): Promise<WebhookEvent> {
  const checks = toChecks("verifyWebhookAsync", secrets, options);
  return toEvent(await createAsyncVerifier(checks, getWebCrypto())(rawBody, signatureHeader));
}

function toChecks(
  name: string,
  secrets: SigningSecretOption | readonly SigningSecretOption[],
  options: VerifyOptions,
): Checks {
  assertKnownKeys(name, options, VERIFY_OPTIONS);
  return createChecks(toSigningKeys(isList(secrets) ? secrets : [secrets]), options);
}

function toEvent({ event, mismatches: [mismatch] }: VerifiedEvent): WebhookEvent {
  if (mismatch !== undefined) throw mismatch;
  return event;
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
