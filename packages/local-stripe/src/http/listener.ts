import type { IncomingMessage, ServerResponse } from "node:http";
import type { Api, ApiResponse } from "./api.js";

const MAX_BODY_BYTES = 8 * 1024 * 1024;

/** Answers one API request, or breaks its connection if a fault says so. */
export async function answerApi(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await answer(api, request, response);
  } catch (error) {
    // A bug of this server: shows the stack so that it can be found.
    if (!response.headersSent) response.writeHead(500, { "Content-Type": "application/json" });
    const message = `local-stripe itself failed: ${error instanceof Error ? error.stack : String(error)}`;
    response.end(JSON.stringify({ error: { type: "api_error", message } }));
  }
}

async function answer(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const body = await readBody(request);
  if (body === undefined) {
    const message = `The body is too large: this server reads at most ${MAX_BODY_BYTES} bytes.`;
    response.writeHead(413, { "Content-Type": "application/json", Connection: "close" });
    response.end(JSON.stringify({ error: { type: "invalid_request_error", message } }));
    return;
  }
  const answered = await api.handle({
    method: request.method ?? "GET",
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? "" : url.slice(mark + 1),
    headers: readHeaders(request),
    body,
  });
  send(answered, response);
}

function send(answer: ApiResponse, response: ServerResponse): void {
  const { status, headers, body, mishap } = answer;
  switch (mishap) {
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "stall":
      // Ends when the client gives up or the server closes.
      return;
    case "severed":
      response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) });
      response.write(half(body), () => response.socket?.destroy());
      return;
    case "halved":
      response.writeHead(status, headers).end(half(body));
      return;
    case undefined:
      response.writeHead(status, headers).end(body);
  }
}

function half(body: string): string {
  return body.slice(0, Math.ceil(body.length / 2));
}

/** Reads the body; `undefined` for one that is too large, of which it reads no more. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (request.method === "GET") return "";
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    // Without an encoding a request gives buffers.
    const buffer = chunk as Buffer;
    bytes += buffer.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString();
}

function readHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}
