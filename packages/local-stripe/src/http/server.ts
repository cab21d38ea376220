import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Api } from "./api.js";
import { answerApi } from "./listener.js";

/** Only this machine can connect. */
export const HOST = "127.0.0.1";

export interface Listening {
  readonly port: number;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

/** Serves the API below `/v1/` and `/v2/`, and what browsers ask for everywhere else. */
export async function listen(api: Api, pages: Hono, port: number): Promise<Listening> {
  const answerPage = getRequestListener(pages.fetch);
  const server = createServer((request, response) => {
    if (!isForThisMachine(request.headers.host)) refuseHost(response);
    else if (isApiCall(request.url)) void answerApi(api, request, response);
    else void answerPage(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, resolve);
  });
  // A server that listens on a port has this kind of address; pipes have a string.
  const { port: taken } = server.address() as AddressInfo;
  return { port: taken, close: () => closeServer(server) };
}

/**
 * Guards against DNS rebinding: a web page may point its own name at 127.0.0.1 to read the answers, but the browser then
 * still sends that name.
 */
function isForThisMachine(host: string | undefined): boolean {
  return /^(localhost|[a-z0-9-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host ?? "");
}

function refuseHost(response: ServerResponse): void {
  response.writeHead(421, { "Content-Type": "text/plain", Connection: "close" });
  response.end(`local-stripe answers only where the Host header is localhost or ${HOST}.\n`);
}

/** A browser also asks for icons and the like: those are neither refused as calls nor recorded. */
function isApiCall(url: string | undefined): boolean {
  return /^\/v[12]\//.test(url ?? "");
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}
