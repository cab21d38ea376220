import { WebhookPayloadError } from "../../errors.js";
import type { Receive } from "../receive.js";
import { adviseRawBody } from "../verification/raw-body.js";
import { type BodyLimits, collectBody } from "./collect-body.js";
import { type HttpAnswer, methodNotAllowed, toHttpAnswer } from "./http-answer.js";

/** Receives a webhook as a standard `Request`, in Next.js route handlers, Hono, Workers, Bun and Deno. It never rejects. */
export type FetchAdapter = (request: Request) => Promise<Response>;

export function toFetchAdapter(receive: Receive, limits: BodyLimits): FetchAdapter {
  return async (request) => {
    if (request.method !== "POST") return toResponse(methodNotAllowed());
    const outcome = await receive(readBody(request, limits), request.headers.get("stripe-signature"));
    return toResponse(toHttpAnswer(outcome));
  };
}

async function readBody(request: Request, limits: BodyLimits): Promise<Uint8Array> {
  if (request.bodyUsed)
    throw new WebhookPayloadError(`The webhook body was already read. ${adviseRawBody("fetch")}`);
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  try {
    const declaredLength = request.headers.get("content-length");
    return await collectBody({ declaredLength, next: () => reader.read() }, limits);
  } catch (error) {
    // Tells the sender to stop, without waiting. If the body itself failed, cancel rejects with the error thrown below.
    reader.cancel().catch(() => undefined);
    throw error;
  }
}

function toResponse({ status, headers, body }: HttpAnswer): Response {
  return new Response(body, { status, headers: { ...headers } });
}
