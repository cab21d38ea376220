import { createServer, type RequestListener } from "node:http";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { Deadline } from "../../src/deadline.js";
import { createStripeClient, type StripeClient } from "../../src/stripe/client.js";
import { createHttpClient } from "../../src/stripe/http-client.js";
import { type Host, listening } from "../webhooks/adapters/hosts.js";
import { READ, SECRET_KEY, sendOnce, WRITE } from "./scripted-stripe.js";

const unhandled = vi.fn();
process.on("unhandledRejection", unhandled);
afterEach(() => {
  expect(unhandled).not.toHaveBeenCalled();
});

async function clientOf(answer: RequestListener): Promise<StripeClient> {
  const server = createServer((request, response) => {
    request.resume().once("end", () => answer(request, response));
  });
  const host: Host = await listening(server);
  onTestFinished(() => host.close());
  return createStripeClient(SECRET_KEY, new URL(`http://127.0.0.1:${host.port}`));
}

const codeOf = (pending: Promise<unknown>) =>
  pending.then(
    () => "done",
    (error: unknown) => Reflect.get(Object(error), "code"),
  );

describe("a client that is made here", () => {
  it.each(['"a text"', "1", "true", "null", "[]", '[{"object":"customer","id":"cus_1"}]', "", "{", "0"])(
    "takes %j for no answer at once, and leaves no rejection unhandled",
    async (body) => {
      const client = await clientOf((_request, response) => response.end(body));
      const started = performance.now();
      expect(await codeOf(sendOnce(client, READ, new Deadline(20_000)))).toBe("stripe_unavailable");
      expect(await codeOf(sendOnce(client, WRITE, new Deadline(20_000)))).toBe("indeterminate");
      expect(performance.now() - started).toBeLessThan(10_000);
      // A rejection is unhandled once the queue of tasks has been emptied.
      await new Promise((resolve) => setImmediate(resolve));
    },
  );

  it("takes Stripe's answer, with what the SDK keeps beside it", async () => {
    const client = await clientOf((_request, response) =>
      response.writeHead(200, { "Request-Id": "req_1" }).end('{"id":"cus_1","object":"customer"}'),
    );
    const answer = await sendOnce(client, READ, new Deadline(20_000));
    expect(answer).toEqual({ id: "cus_1", object: "customer" });
    expect(answer).toHaveProperty("lastResponse.requestId", "req_1");
  });

  it("breaks an answer off that is larger than any of Stripe's", async () => {
    const client = await clientOf((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024, " ");
      let isOpen = true;
      response.on("close", () => {
        isOpen = false;
      });
      const pump = () => {
        while (isOpen && response.write(chunk));
        if (isOpen) response.once("drain", pump);
      };
      pump();
    });
    expect(await codeOf(sendOnce(client, WRITE, new Deadline(60_000)))).toBe("indeterminate");
  });

  it("reads through the SDK's fetch client where there is no Node", async () => {
    const inner = {
      getClientName: () => "fetch",
      makeRequest: async () => ({
        getStatusCode: () => 200,
        getHeaders: () => ({ "request-id": "req_1" }),
        getRawResponse: () => new Response(),
        toStream: () => null,
        toJSON: async () => ({ object: "customer" }),
      }),
    };
    const client = createHttpClient(inner);
    const answer = await client.makeRequest("", "", "", "", {}, "", "https", 1);
    expect(client.getClientName()).toBe("fetch");
    expect([answer.getStatusCode(), answer.getHeaders(), answer.toStream(() => {})]).toEqual([
      200,
      { "request-id": "req_1" },
      null,
    ]);
    expect(await answer.toJSON()).toEqual({ object: "customer" });
  });
});
