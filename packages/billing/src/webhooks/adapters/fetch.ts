import { WebhookPayloadError } from "../../errors.js";
import { RAW_BODY_ADVICE } from "../raw-body.js";
import type { Receive } from "../receive.js";
import { type Answer, answerTo, methodNotAllowed } from "./answer.js";
import { type BodyLimits, collectBody } from "./collect-body.js";

/** Receives a webhook as a web-standard request: Next.js route handlers, Hono, Workers, Bun, Deno. It never rejects. */
export type FetchAdapter = (request: Request) => Promise<Response>;

export function toFetchAdapter(receive: Receive, limits: BodyLimits): FetchAdapter {
  return async (request) => {
    if (request.method !== "POST") return toResponse(methodNotAllowed());
    const outcome = await receive(readBody(request, limits), request.headers.get("stripe-signature"));
    return toResponse(answerTo(outcome));
  };
}

async function readBody(request: Request, limits: BodyLimits): Promise<Uint8Array> {
  if (request.bodyUsed) throw new WebhookPayloadError(`The webhook body was read before. ${RAW_BODY_ADVICE}`);
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  try {
    const declaredLength = request.headers.get("content-length");
    return await collectBody({ declaredLength, next: () => reader.read() }, limits);
  } catch (error) {
    // Tells the sender to stop, and waits for nobody. Where the body itself had failed, this fails with the same error,
    // which is thrown below.
    reader.cancel().catch(() => undefined);
    throw error;
  }
}

function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers: { ...headers } });
}
