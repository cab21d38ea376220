import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { createStripeClient, modeOf } from "../../src/stripe/client.js";

describe("a key's mode", () => {
  it.each([
    ["sk_live_12345678", "live"],
    ["rk_live_12345678", "live"],
    ["sk_test_12345678", "test"],
    ["rk_test_abc_DEF_123", "test"],
  ])("of %s is %s", (key, mode) => expect(modeOf(key)).toBe(mode));

  it.each([
    "",
    "live",
    "sk_live_1234567",
    "pk_live_12345678",
    "sk_prod_12345678",
    " sk_live_12345678",
    "xsk_live_12345678",
    "sk_live_12345678\n",
    "sk_live_1234 5678",
    "sk_test_12345678-9",
  ])("of %j is unknown", (key) => expect(modeOf(key)).toBeUndefined());
});

describe("a client that is made here", () => {
  it("goes to Stripe, and reports no timings of its own", () => {
    const client = createStripeClient("sk_test_12345678");
    if (!(client instanceof Stripe)) throw new Error("It is the SDK's own.");
    expect(client.getApiField("host")).toBe("api.stripe.com");
    expect(client.getApiField("protocol")).toBe("https");
    expect(client.getTelemetryEnabled()).toBe(false);
  });

  it.each([
    ["http://localhost:1234", { host: "localhost", port: 1234, protocol: "http" }],
    ["http://stripe.internal", { host: "stripe.internal", port: 80, protocol: "http" }],
    ["https://stripe.internal", { host: "stripe.internal", port: 443, protocol: "https" }],
    ["https://stripe.internal:8443", { host: "stripe.internal", port: 8443, protocol: "https" }],
  ] as const)("goes to %s where it is told to", (apiBase, { host, port, protocol }) => {
    const client = createStripeClient("sk_test_12345678", new URL(apiBase));
    if (!(client instanceof Stripe)) throw new Error("It is the SDK's own.");
    expect(client.getApiField("host")).toBe(host);
    expect(Number(client.getApiField("port"))).toBe(port);
    expect(client.getApiField("protocol")).toBe(protocol);
    expect(client.getTelemetryEnabled()).toBe(false);
  });

  it("does not retry by itself", () => {
    const client = createStripeClient("sk_test_12345678");
    if (!(client instanceof Stripe)) throw new Error("It is the SDK's own.");
    expect(client.getMaxNetworkRetries()).toBe(0);
  });

  it("signs its requests with the key", async () => {
    const heard: unknown[] = [];
    const server = createServer((request, response) => {
      heard.push(request.headers.authorization);
      response.setHeader("Content-Type", "application/json").end('{"object":"customer"}');
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // A server that listens on a port has an address of this kind; a string is that of a pipe.
    const { port } = server.address() as AddressInfo;
    const client = createStripeClient("sk_test_12345678", new URL(`http://127.0.0.1:${port}`));
    await client.rawRequest("GET", "/v1/customers/cus_1");
    expect(heard).toEqual(["Bearer sk_test_12345678"]);
    server.closeAllConnections();
    server.close();
  });
});
