import type { IncomingMessage, ServerResponse } from "node:http";
import type { Api, ApiResponse } from "./api.js";

const MOST_BYTES = 8 * 1024 * 1024;

/** Answers one request of the API on its connection, or breaks the connection where a fault says so. */
export async function answerApi(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await answer(api, request, response);
  } catch (error) {
    // A mistake of this server, not of the request: whoever meets it should see where it is.
    if (!response.headersSent) response.writeHead(500, { "Content-Type": "application/json" });
    const message = `local-stripe itself failed: ${error instanceof Error ? error.stack : String(error)}`;
    response.end(JSON.stringify({ error: { type: "api_error", message } }));
  }
}

async function answer(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const body = await bodyOf(request);
  if (body === undefined) {
    response.writeHead(413).end();
    return;
  }
  const answered = await api.handle({
    method: request.method ?? "GET",
    path: mark === -1 ? url : url.slice(0, mark),
    query: mark === -1 ? "" : url.slice(mark + 1),
    headers: headersOf(request),
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
      // The client ends this by going away; the server, by closing.
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

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  if (request.method === "GET") return "";
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    // Without an encoding a request gives buffers.
    const buffer = chunk as Buffer;
    bytes += buffer.length;
    if (bytes > MOST_BYTES) return undefined;
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString();
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}
