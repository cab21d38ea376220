import { WebhookPayloadError } from "../errors.js";
import { encodeUtf8 } from "./utf8.js";

/** A request body exactly as it arrived. Prefer bytes: a string was already decoded by other code. */
export type RawBody = string | Uint8Array;

/** The default cap. The largest events have 1.15 MB, and more where their text is not ASCII. */
export const MAX_BODY_BYTES: number = 4 * 2 ** 20;

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
export function toBodyBytes(rawBody: RawBody, maxBodyBytes: number): Uint8Array {
  if (!isRawBody(rawBody)) {
    throw new WebhookPayloadError(`The webhook body is neither bytes nor text. ${RAW_BODY_ADVICE}`);
  }
  // A character takes a byte or more, so text over the cap need not be encoded.
  if (rawBody.length > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  const body = typeof rawBody === "string" ? encodeUtf8(rawBody) : toBytes(rawBody);
  if (body.byteLength > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  if (body.byteLength === 0) {
    throw new WebhookPayloadError(
      `The webhook body is empty; it was probably read before. ${RAW_BODY_ADVICE}`,
    );
  }
  return body;
}

/** A caller without types may pass another view, such as a DataView. */
function toBytes(view: ArrayBufferView): Uint8Array {
  return view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

export function bodyTooLarge(maxBodyBytes: number): WebhookPayloadError {
  return new WebhookPayloadError(`The webhook body is larger than ${maxBodyBytes} bytes.`);
}
