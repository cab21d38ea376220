import type { IncomingMessage, ServerResponse } from "node:http";
import { WebhookPayloadError } from "../../errors.js";
import { isRawBody, RAW_BODY_ADVICE, type RawBody } from "../raw-body.js";
import type { Receive } from "../receive.js";
import { type Answer, answerTo, methodNotAllowed } from "./answer.js";
import { type BodyLimits, collectBody } from "./collect-body.js";

/** A body that a framework has read already: `rawBody` of NestJS and Cloud Functions, `body` of express.raw(). */
interface ReadBody {
  readonly body?: unknown;
  readonly rawBody?: unknown;
}

/** Node's request, also as Express extends it, or Fastify's around it. */
export type NodeRequest = (IncomingMessage & ReadBody) | (ReadBody & { readonly raw: IncomingMessage });

/** Node's response, also as Express extends it, or Fastify's around it. */
export type NodeResponse = ServerResponse | { readonly raw: ServerResponse; hijack(): unknown };

/**
 * Receives a webhook in a node:http server, Express or Fastify. It never rejects.
 *
 * @example
 * app.post("/webhooks/stripe", webhooks.node);                         // Express: ahead of express.json()
 *
 * fastify.register(async (scope) => {                                  // Fastify: its own JSON parser left out
 *   scope.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
 *   scope.post("/webhooks/stripe", webhooks.node);
 * });
 */
export type NodeAdapter = (request: NodeRequest, response: NodeResponse) => Promise<void>;

export function toNodeAdapter(receive: Receive, limits: BodyLimits): NodeAdapter {
  return async (request, response) => {
    // Fastify's request is no stream. A `raw` says nothing: middleware likes to keep the body under that name.
    const message = Symbol.asyncIterator in request ? request : request.raw;
    if (message.method !== "POST") return send(methodNotAllowed(), message, response);
    const outcome = await receive(readBody(request, message, limits), message.headers["stripe-signature"]);
    send(answerTo(outcome), message, response);
  };
}

async function readBody(read: ReadBody, message: IncomingMessage, limits: BodyLimits): Promise<RawBody> {
  if (isRawBody(read.rawBody)) return read.rawBody;
  if (isRawBody(read.body)) return read.body;
  // An object in `body` says nothing by itself: Express puts an empty one beside a stream that nobody has read.
  if (message.readableDidRead) {
    throw new WebhookPayloadError(`The webhook body was read, and parsed, before. ${RAW_BODY_ADVICE}`);
  }
  const pieces = message[Symbol.asyncIterator]();
  // Only `next` is called: closing the iterator would close the connection before the answer is sent.
  return collectBody(
    { declaredLength: message.headers["content-length"], next: () => pieces.next() },
    limits,
  );
}

function send({ status, headers, body }: Answer, message: IncomingMessage, response: NodeResponse): void {
  if ("hijack" in response) response.hijack();
  const raw = "hijack" in response ? response.raw : response;
  if (raw.headersSent) return;
  // What is still to come of a refused body is not read, so nothing can follow on this connection.
  raw.writeHead(status, message.complete ? headers : { ...headers, connection: "close" });
  raw.end(body);
}
