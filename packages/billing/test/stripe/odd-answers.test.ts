import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import Stripe from "stripe";
import Stripe22 from "stripe-22";
import { describe, expect, it, onTestFinished } from "vitest";
import { Deadline } from "../../src/deadline.js";
import type { StripeClient } from "../../src/index.js";
import { READ, SECRET_KEY, sendOnce, WRITE } from "./scripted-stripe.js";

const CUSTOMER = { id: "cus_1", object: "customer" };
const JSON_ANSWER = { "Content-Type": "application/json", "Request-Id": "req_1" };

/** Observed with stripe 23.1.0 and 22.6.2 on node:http, whose client neither inflates nor minds an early hint. */
describe.each([
  ["stripe 23", Stripe],
  ["stripe 22.6", Stripe22],
])("an odd answer by way of %s", (_version, Sdk) => {
  it("may be preceded by a 103", async () => {
    const client = await serve(Sdk, (_request, response) => {
      response.writeEarlyHints({ link: "</style.css>; rel=preload" });
      response.writeHead(200, JSON_ANSWER).end(JSON.stringify(CUSTOMER));
    });
    expect(await sendOnce(client, READ, new Deadline(5000))).toMatchObject(CUSTOMER);
  });

  it.each<[string, RequestListener]>([
    [
      "compressed, which was not asked for",
      (_request, response) =>
        response
          .writeHead(200, { ...JSON_ANSWER, "Content-Encoding": "gzip" })
          .end(gzipSync(JSON.stringify(CUSTOMER))),
    ],
    ["null with 200", (_request, response) => response.writeHead(200, JSON_ANSWER).end("null")],
    [
      "a page with 402, as a proxy makes one",
      (_request, response) => response.writeHead(402, { "Content-Type": "text/html" }).end("<h1>402</h1>"),
    ],
  ])(
    "is none when it is %s: a read may be tried again, a write has an unknown outcome",
    async (_odd, answer) => {
      const client = await serve(Sdk, answer);
      await expect(sendOnce(client, READ, new Deadline(5000))).rejects.toMatchObject({
        code: "stripe_unavailable",
        retryable: true,
      });
      await expect(sendOnce(client, WRITE, new Deadline(5000))).rejects.toMatchObject({
        code: "indeterminate",
      });
    },
  );

  it("with 402 is a refused payment, whether or not Stripe calls it a card error", async () => {
    const error = { type: "invalid_request_error", message: "There is no payment method." };
    const client = await serve(Sdk, (_request, response) =>
      response.writeHead(402, JSON_ANSWER).end(JSON.stringify({ error })),
    );
    for (const request of [READ, WRITE]) {
      await expect(sendOnce(client, request, new Deadline(5000))).rejects.toMatchObject({
        code: "payment_required",
        requestId: "req_1",
      });
    }
  });
});

/** A client of a server that answers every request in one way. */
async function serve(Sdk: typeof Stripe | typeof Stripe22, listener: RequestListener): Promise<StripeClient> {
  const server = createServer((request, response) => {
    request.resume().once("end", () => listener(request, response));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // A server that listens on a port has an AddressInfo; a string is the address of a pipe.
  const { port } = server.address() as AddressInfo;
  const config = {
    host: "127.0.0.1",
    port,
    protocol: "http",
    telemetry: false,
    maxNetworkRetries: 0,
  } as const;
  return new Sdk(SECRET_KEY, config);
}
