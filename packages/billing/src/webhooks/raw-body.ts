import { Buffer } from "node:buffer";
import { WebhookPayloadError } from "../errors.js";

/** A request body exactly as it arrived. Prefer bytes: a string was already decoded by other code. */
export type RawBody = string | Uint8Array;

/** Advice for when a framework parsed the body: the signature covers the bytes, not the parsed object. */
export const RAW_BODY_ADVICE: string =
  "Pass the raw request body, as bytes or text, before anything parses it. " +
  'Express: express.raw({ type: "application/json" }) on this route, ahead of express.json(). ' +
  'Fastify: addContentTypeParser("application/json", { parseAs: "buffer" }, …) around this route. ' +
  "Next.js: a route handler's Request, or `bodyParser: false` for a pages API route. " +
  "Hono: webhooks.fetch(c.req.raw).";

export function isRawBody(value: unknown): value is RawBody {
  return typeof value === "string" || ArrayBuffer.isView(value);
}

/**
 * Checks that a body is raw, present and not too large, before anything is hashed or decoded.
 *
 * @throws {WebhookPayloadError}
 */
export function toBodyBytes(rawBody: RawBody, maxBodyBytes: number): Buffer {
  if (!isRawBody(rawBody)) {
    throw new WebhookPayloadError(`The webhook body is neither bytes nor text. ${RAW_BODY_ADVICE}`);
  }
  const byteLength = typeof rawBody === "string" ? Buffer.byteLength(rawBody) : rawBody.byteLength;
  if (byteLength > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  if (byteLength === 0) {
    throw new WebhookPayloadError(
      `The webhook body is empty; it was probably read before. ${RAW_BODY_ADVICE}`,
    );
  }
  if (typeof rawBody === "string") return Buffer.from(rawBody, "utf8");
  return Buffer.isBuffer(rawBody) ? rawBody : Buffer.from(rawBody.buffer, rawBody.byteOffset, byteLength);
}

export function bodyTooLarge(maxBodyBytes: number): WebhookPayloadError {
  return new WebhookPayloadError(`The webhook body is larger than ${maxBodyBytes} bytes.`);
}
