/** What a framework may have done to the body before the adapter sees the request. */
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import "reflect-metadata";
import { Controller, Module, Post, Req, Res } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  createWebhookReceiver,
  memoryInbox,
  type NodeRequest,
  type NodeResponse,
} from "../../../src/webhooks.js";
import { deliveryWarnings } from "../delivery-warnings.js";
import { eventBody, headerFor, now, SECRET, twoTenants } from "../signed-delivery.js";
import { type Host, listening } from "./hosts.js";

const body = eventBody();
const headers = { "stripe-signature": headerFor(body) };

function receiver() {
  return createWebhookReceiver({
    signingSecrets: [SECRET],
    billing: twoTenants(),
    inbox: memoryInbox(),
    on: { "customer.subscription.updated": vi.fn() },
    logger: deliveryWarnings,
    now,
  });
}

describe("a body that was parsed before", () => {
  let host: Host | undefined;
  afterEach(() => host?.close());

  test("by express.json() is refused with what to do", async () => {
    const app = express().use(express.json()).post("/webhooks/stripe", receiver().node);
    host = await listening(createServer(app));
    const response = await host.send({ body, headers });
    expect(response.status).toBe(400);
    const { detail } = await response.json();
    expect(detail).toMatch(/parsed.*express\.raw\(.* limit: "4mb".*NestJS: .*rawBody: true/s);
    expect(detail).not.toMatch(/Fastify|Next\.js|Hono/);
  });

  test("by NestJS without rawBody is refused with what to do", async () => {
    const { node } = receiver();
    class StripeWebhooks {
      receive(request: NodeRequest, response: NodeResponse): Promise<void> {
        return node(request, response);
      }
    }
    const { prototype } = StripeWebhooks;
    Controller("webhooks/stripe")(StripeWebhooks);
    Post()(prototype, "receive", Object.getOwnPropertyDescriptor(prototype, "receive") ?? {});
    Req()(prototype, "receive", 0);
    Res()(prototype, "receive", 1);
    class App {}
    Module({ controllers: [StripeWebhooks] })(App);
    const app = await NestFactory.create(App, { logger: false });
    await app.listen(0, "127.0.0.1");
    const response = await fetch(`${await app.getUrl()}/webhooks/stripe`, {
      method: "POST",
      body,
      headers: { ...headers, "content-type": "application/json" },
    });
    expect(await response.json()).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/NestJS: .*rawBody: true/),
    });
    await app.close();
  });

  test("by a pages API route of Next.js is refused with what to do", async () => {
    const { node } = receiver();
    const server = createServer(async (request, response) => {
      for await (const _ of request);
      // What such a route is given: Node's request, with these beside it.
      void node(Object.assign(request, { query: {}, cookies: {}, body: JSON.parse(body) }), response);
    });
    host = await listening(server);
    const response = await host.send({ body, headers });
    expect(await response.json()).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/anything parses it\. Next\.js: .*bodyParser: false[^:]*$/),
    });
  });

  test("by Hono's middleware is refused with what to do", async () => {
    const webhooks = receiver();
    const app = new Hono();
    app.use(async (c, next) => {
      await c.req.json();
      await next();
    });
    app.post("/webhooks/stripe", (c) => webhooks.fetch(c.req.raw));
    const response = await app.request("/webhooks/stripe", { method: "POST", body, headers });
    const { detail } = await response.json();
    expect(detail).toMatch(/already read.*Hono: webhooks\.fetch\(c\.req\.raw\)/);
    expect(detail).not.toMatch(/Express|Fastify/);
  });

  test("by Fastify's own parser is refused with what to do", async () => {
    const app = fastify();
    app.post("/webhooks/stripe", receiver().node);
    const response = await app.inject({
      method: "POST",
      url: "/webhooks/stripe",
      headers: { "content-type": "application/json", ...headers },
      payload: body,
    });
    expect(response.statusCode).toBe(400);
    const { detail } = response.json();
    expect(detail).toMatch(/Fastify: addContentTypeParser\(.*bodyLimit: 4194304/);
    expect(detail).not.toMatch(/Express|Next\.js|Hono/);
    await app.close();
  });

  test("to text by express.text() is taken as it is", async () => {
    const app = express()
      .use(express.text({ type: "*/*" }))
      .post("/webhooks/stripe", receiver().node);
    host = await listening(createServer(app));
    expect((await host.send({ body, headers })).status).toBe(200);
  });

  test("by middleware that keeps a copy of its own under `raw` is taken all the same", async () => {
    const node = receiver().node;
    const app = express()
      .use(express.raw({ type: "*/*" }))
      .use((request, _response, next) => {
        Object.assign(request, { raw: request.body });
        next();
      })
      .post("/webhooks/stripe", node);
    host = await listening(createServer(app));
    expect((await host.send({ body, headers })).status).toBe(200);
  });

  test("by a framework's parser, beside middleware that keeps a copy under `raw`, is told of that framework", async () => {
    const app = express()
      .use(express.json())
      .use((request, _response, next) => {
        Object.assign(request, { raw: JSON.stringify(request.body) });
        next();
      })
      .post("/webhooks/stripe", receiver().node);
    host = await listening(createServer(app));
    const { detail } = await (await host.send({ body, headers })).json();
    expect(detail).toMatch(/Express: /);
    expect(detail).not.toMatch(/Fastify/);
  });

  test.each([[{}], [{ cookies: {} }], [{ query: {} }]])(
    "by who knows whom, of a request with %o beside Node's, is told of every framework",
    async (beside) => {
      const { node } = receiver();
      const server = createServer(async (request, response) => {
        for await (const _ of request);
        void node(Object.assign(request, beside, { body: JSON.parse(body) }), response);
      });
      host = await listening(server);
      const { detail } = await (await host.send({ body, headers })).json();
      expect(detail).toMatch(/Express: .*Fastify: .*Next\.js: .*Hono: /s);
    },
  );

  test("by a parser that did not fit, which leaves the stream unread, is read", async () => {
    const node = receiver().node;
    const server = createServer(
      (request, response) => void node(Object.assign(request, { body: {} }), response),
    );
    host = await listening(server);
    expect((await host.send({ body, headers })).status).toBe(200);
  });

  test("by a stream with an encoding is refused with what to do", async () => {
    const node = receiver().node;
    host = await listening(
      createServer((request, response) => void node(request.setEncoding("utf8"), response)),
    );
    const response = await host.send({ body, headers });
    expect(await response.json()).toMatchObject({ status: 400, detail: expect.stringMatching(/as text/) });
  });

  test("by reading the web request is refused with what to do", async () => {
    const request = new Request("https://shop.example/", { method: "POST", body, headers });
    await request.json();
    const response = await receiver().fetch(request);
    expect(await response.json()).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/already read/),
    });
  });

  test("by a getter that throws is not answered with its error, and comes again", async () => {
    const node = receiver().node;
    const getter = {
      get: () => {
        throw new SyntaxError(body);
      },
    };
    const server = createServer(
      (request, response) => void node(Object.defineProperty(request, "body", getter), response),
    );
    host = await listening(server);
    const response = await host.send({ body, headers });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("sub_1");
  });
});

describe("the adapters", () => {
  test("take the reply over from Fastify before they write to it", async () => {
    const app = fastify();
    app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, parsed, done) =>
      done(null, parsed),
    );
    const statusAtHijack: unknown[] = [];
    app.addHook("preHandler", async (_request, reply) => {
      const hijack = reply.hijack.bind(reply);
      reply.hijack = () => {
        statusAtHijack.push(reply.raw.headersSent);
        return hijack();
      };
    });
    app.post("/webhooks/stripe", receiver().node);
    const sent = { ...headers, "content-type": "application/json" };
    const response = await app.inject({
      method: "POST",
      url: "/webhooks/stripe",
      headers: sent,
      payload: body,
    });
    expect(response.statusCode).toBe(200);
    expect(statusAtHijack).toEqual([false]);
    await app.close();
  });

  test("work detached from the receiver", async () => {
    const { fetch: POST } = receiver();
    const request = () => new Request("https://shop.example/", { method: "POST", body, headers });
    expect((await POST(request())).status).toBe(200);
    expect(await (await POST(request())).json()).toEqual({ received: true, status: "duplicate" });
  });

  test("leave a response alone that was answered already", async () => {
    const request = Object.assign(new IncomingMessage(new Socket()), { method: "POST", body, headers });
    const response = new ServerResponse(request);
    response.writeHead(503);
    await expect(receiver().node(request, response)).resolves.toBeUndefined();
    expect(response.statusCode).toBe(503);
  });
});
