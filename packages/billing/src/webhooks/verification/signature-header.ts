import { WebhookSignatureError } from "../../errors.js";

/** The `Stripe-Signature` header as a framework passes it. Anything but one string is refused. */
export type SignatureHeaderValue = string | readonly string[] | null | undefined;

export interface SignatureHeader {
  /** The digits exactly as sent, because they are part of the signed text. */
  readonly timestamp: string;
  /** The well-formed `v1` entries, 64 digits each. */
  readonly signatures: readonly string[];
}

const MAX_HEADER_CHARACTERS = 4096;
const MAX_SIGNATURES = 16;
const TIMESTAMP = /^[0-9]{1,12}$/;
const SHA256_HEX = /^[0-9a-f]{64}$/;

/**
 * Reads `t=<seconds>,v1=<hex>[,v1=<hex>…]`. Skips other schemes, because Stripe sends a decoy `v0` in test mode, and
 * broken `v1` entries, because one bad entry during a rotation must not lose the event. Refuses a second or malformed
 * `t`, which two parsers could read differently.
 *
 * @throws {WebhookSignatureError}
 */
export function parseSignatureHeader(header: SignatureHeaderValue): SignatureHeader {
  if (header === undefined || header === null || header === "") {
    throw new WebhookSignatureError(
      "The Stripe-Signature header is missing. Pass it exactly as received, and check that no proxy drops it.",
    );
  }
  if (typeof header !== "string") throw malformed("must be one string");
  if (header.length > MAX_HEADER_CHARACTERS) throw malformed("is too long");

  let timestamp: string | undefined;
  let signatureEntries = 0;
  const signatures: string[] = [];
  // Scans by index: splitting would double the cost of this function.
  for (let start = 0, end = 0; start < header.length; start = end + 1) {
    end = header.indexOf(",", start);
    if (end === -1) end = header.length;
    if (header.startsWith("t=", start)) {
      if (timestamp !== undefined) throw malformed("has more than one timestamp");
      timestamp = header.slice(start + 2, end);
    } else if (header.startsWith("v1=", start)) {
      signatureEntries += 1;
      const signature = header.slice(start + 3, end);
      if (SHA256_HEX.test(signature)) signatures.push(signature);
    }
  }
  if (signatureEntries > MAX_SIGNATURES) throw malformed("has too many signatures");
  if (timestamp === undefined || !TIMESTAMP.test(timestamp)) throw malformed("has no valid timestamp");
  if (signatures.length === 0) throw malformed("has no well-formed v1 signature");
  return { timestamp, signatures };
}

function malformed(how: string): WebhookSignatureError {
  return new WebhookSignatureError(`The Stripe-Signature header ${how}.`);
}
