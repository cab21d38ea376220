import { WebhookPayloadError } from "../../errors.js";
import { encodeUtf8 } from "./utf8.js";

/** A request body exactly as it arrived. Prefer bytes: a string was already decoded by other code. */
export type RawBody = string | Uint8Array;

/** The default limit, in bytes. The largest events have 1.15 MB, or more with characters beyond ASCII. */
export const MAX_BODY_BYTES: number = 4 * 2 ** 20;

/** Where a request came from, as far as it can be told. */
export type Framework = "express" | "fastify" | "next pages" | "fetch";

const ADVICE: Readonly<Record<Framework, string>> = {
  express:
    'Express: put the route before express.json(), or express.raw({ type: "application/json", limit: "4mb" }) on it. ' +
    'NestJS: create the application with { rawBody: true }, and call app.useBodyParser("json", { limit: "4mb" }).',
  fastify:
    'Fastify: addContentTypeParser("application/json", { parseAs: "buffer", bodyLimit: 4194304 }, ' +
    "(_request, body, done) => done(null, body)) in a scope around this route.",
  "next pages": "Next.js: export config = { api: { bodyParser: false } } from the pages API route.",
  fetch:
    "Pass the Request itself, before anything reads its body. Next.js: export const POST = webhooks.fetch. " +
    "Hono: webhooks.fetch(c.req.raw), ahead of middleware that reads the body.",
};

/** Advice for when a framework parsed the body: the signature covers the bytes, not the parsed object. */
export function adviseRawBody(framework?: Framework): string {
  const advice = framework === undefined ? Object.values(ADVICE).join(" ") : ADVICE[framework];
  return `Pass the raw request body, as bytes or text, before anything parses it. ${advice}`;
}

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
    throw new WebhookPayloadError(`The webhook body is neither bytes nor text. ${adviseRawBody()}`);
  }
  // A character takes a byte or more, so text over the cap need not be encoded.
  if (rawBody.length > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  const body = typeof rawBody === "string" ? encodeUtf8(rawBody) : toBytes(rawBody);
  if (body.byteLength > maxBodyBytes) throw bodyTooLarge(maxBodyBytes);
  if (body.byteLength === 0) {
    throw new WebhookPayloadError(
      `The webhook body is empty; it was probably read before. ${adviseRawBody()}`,
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
