import type { IncomingMessage, ServerResponse } from "node:http";
import { WebhookPayloadError } from "../../errors.js";
import type { Receive } from "../receive.js";
import { adviseRawBody, type Framework, isRawBody, type RawBody } from "../verification/raw-body.js";
import { type BodyLimits, collectBody } from "./collect-body.js";
import { type HttpAnswer, methodNotAllowed, toHttpAnswer } from "./http-answer.js";

/** Where frameworks put a body they read: `rawBody` in NestJS and Cloud Functions, `body` with express.raw(). */
interface ReadBody {
  readonly body?: unknown;
  readonly rawBody?: unknown;
}

/** A request of node:http or Express, or Fastify's wrapper around one. */
export type NodeRequest = (IncomingMessage & ReadBody) | (ReadBody & { readonly raw: IncomingMessage });

/** A response of node:http or Express, or Fastify's wrapper around one. */
export type NodeResponse = ServerResponse | { readonly raw: ServerResponse; hijack(): unknown };

/**
 * Receives a webhook in a node:http server, Express or Fastify. It never rejects.
 *
 * @example
 * app.post("/webhooks/stripe", webhooks.node);                         // Express: before express.json()
 *
 * fastify.register(async (scope) => {                                  // Fastify: without its JSON parser
 *   const options = { parseAs: "buffer", bodyLimit: 4 * 2 ** 20 };
 *   scope.addContentTypeParser("application/json", options, (_request, body, done) => done(null, body));
 *   scope.post("/webhooks/stripe", webhooks.node);
 * });
 */
export type NodeAdapter = (request: NodeRequest, response: NodeResponse) => Promise<void>;

export function toNodeAdapter(receive: Receive, limits: BodyLimits): NodeAdapter {
  return async (request, response) => {
    // Only Fastify's request is not a stream. Testing for `raw` would not do: middleware keeps the body under that name.
    const message = Symbol.asyncIterator in request ? request : request.raw;
    if (message.method !== "POST") return send(methodNotAllowed(), message, response);
    const outcome = await receive(readBody(request, message, limits), message.headers["stripe-signature"]);
    send(toHttpAnswer(outcome), message, response);
  };
}

async function readBody(read: ReadBody, message: IncomingMessage, limits: BodyLimits): Promise<RawBody> {
  if (isRawBody(read.rawBody)) return read.rawBody;
  if (isRawBody(read.body)) return read.body;
  // An object in `body` proves nothing: Express sets an empty one although nobody read the stream.
  if (message.readableDidRead) {
    const advice = adviseRawBody(findFramework(read));
    throw new WebhookPayloadError(`The webhook body was already read and parsed. ${advice}`);
  }
  const chunks = message[Symbol.asyncIterator]();
  // Calls `next` only: closing the iterator would close the connection before the answer is sent.
  return collectBody(
    { declaredLength: message.headers["content-length"], next: () => chunks.next() },
    limits,
  );
}

/** NestJS hands over Express's request, or Fastify's. */
function findFramework(request: ReadBody): Framework | undefined {
  if ("raw" in request && !(Symbol.asyncIterator in request)) return "fastify";
  if ("app" in request) return "express";
  return "cookies" in request && "query" in request ? "next pages" : undefined;
}

function send({ status, headers, body }: HttpAnswer, message: IncomingMessage, response: NodeResponse): void {
  if ("hijack" in response) response.hijack();
  const raw = "hijack" in response ? response.raw : response;
  if (raw.headersSent) return;
  // The rest of a refused body is not read, so the connection cannot be reused.
  raw.writeHead(status, message.complete ? headers : { ...headers, connection: "close" });
  raw.end(body);
}
