import { createHmac } from "node:crypto";

/** The header `Stripe-Signature` of one delivery: the whole secret is the key, and time and body are what it signs. */
export function signatureHeader(body: string, secrets: readonly string[], timestamp: number): string {
  const signatures = secrets.map(
    (secret) => `v1=${createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex")}`,
  );
  return [`t=${timestamp}`, ...signatures].join(",");
}
