import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import fastify from "fastify";
import type { WebhookReceiver } from "../../../src/webhooks.js";

/** A place that receives webhooks over an adapter, and a way to send it requests. */
export interface Host {
  readonly send: (request: HostRequest) => Promise<Response>;
  /** Where it listens; left out where requests do not travel over a socket. */
  readonly port?: number;
  readonly close: () => Promise<void>;
}

export interface HostRequest {
  readonly method?: string;
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Each adapter, in each of the places that it is documented for. */
export const HOSTS: Readonly<Record<string, (webhooks: WebhookReceiver) => Promise<Host>>> = {
  fetch: async ({ fetch }) => ({
    send: (request) => fetch(new Request("https://shop.example/webhooks/stripe", init(request))),
    close: async () => undefined,
  }),

  "node:http": ({ node }) => listening(createServer((request, response) => void node(request, response))),

  "Express, with the raw stream": ({ node }) => {
    const app = express();
    app.all("/webhooks/stripe", node);
    return listening(createServer(app));
  },

  "Express, with express.raw()": ({ node }) => {
    const app = express();
    app.all("/webhooks/stripe", express.raw({ type: "application/json", limit: "8mb" }), node);
    app.use(express.json());
    return listening(createServer(app));
  },

  "Express, with the raw body beside the parsed one": ({ node }) => {
    const app = express();
    const keepRawBody = (request: object, _response: unknown, rawBody: Buffer) =>
      Object.assign(request, { rawBody });
    app.use(express.json({ limit: "8mb", verify: keepRawBody }));
    app.all("/webhooks/stripe", node);
    return listening(createServer(app));
  },

  Fastify: async ({ node }) => {
    const app = fastify({ bodyLimit: 8 * 2 ** 20 });
    app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) =>
      done(null, body),
    );
    app.all("/webhooks/stripe", node);
    await app.ready();
    await app.listen({ port: 0, host: "127.0.0.1" });
    const host = over(app.server);
    return { ...host, close: () => app.close() };
  },
};

export async function listening(server: Server): Promise<Host> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return over(server);
}

function over(server: Server): Host {
  // A TCP server's address is of this kind; only pipes have another.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    send: (request) => fetch(`http://127.0.0.1:${port}/webhooks/stripe`, init(request)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function init({ method = "POST", body = null, headers = {} }: HostRequest): RequestInit & { duplex: "half" } {
  return { method, body, duplex: "half", headers: { "content-type": "application/json", ...headers } };
}
