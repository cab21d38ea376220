import { Buffer } from "node:buffer";
import { WebhookPayloadError } from "../errors.js";

/** A request body exactly as it arrived. Prefer bytes: a text has already been decoded by someone else. */
export type RawBody = string | Uint8Array;

/** What to do where a framework has already parsed the body; the signature covers the bytes, not the object. */
export const RAW_BODY_ADVICE: string =
  "Pass the raw request body, as bytes or text, before anything parses it. " +
  'Express: express.raw({ type: "application/json" }) on this route, ahead of express.json(). ' +
  'Fastify: addContentTypeParser("application/json", { parseAs: "buffer" }, …) around this route. ' +
  "Next.js: a route handler's Request, or `bodyParser: false` for a pages API route. " +
  "Hono: webhooks.fetch(c.req.raw).";

export function isRawBody(value: unknown): value is RawBody {
  return typeof value === "string" || ArrayBuffer.isView(value);
}

/** The bytes of a body that is present and within the cap; nothing is hashed or decoded before this. */
export function bodyBytes(rawBody: RawBody, maxBodyBytes: number): Buffer {
  if (!isRawBody(rawBody)) {
    throw new WebhookPayloadError(`The webhook body is not the raw body. ${RAW_BODY_ADVICE}`);
  }
  const byteLength = typeof rawBody === "string" ? Buffer.byteLength(rawBody) : rawBody.byteLength;
  if (byteLength > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  if (byteLength === 0) {
    throw new WebhookPayloadError(`The webhook body is empty: it was read before. ${RAW_BODY_ADVICE}`);
  }
  if (typeof rawBody === "string") return Buffer.from(rawBody, "utf8");
  return Buffer.isBuffer(rawBody) ? rawBody : Buffer.from(rawBody.buffer, rawBody.byteOffset, byteLength);
}

export function bodyTooLarge(maxBodyBytes: number): WebhookPayloadError {
  return new WebhookPayloadError(`The webhook body is larger than ${maxBodyBytes} bytes.`);
}
