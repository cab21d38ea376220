/** Sends one set of deliveries through every adapter, which must answer alike. */
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createWebhookReceiver, memoryInbox, type Outcome } from "../../../src/webhooks.js";
import { deliveryWarnings } from "../delivery-warnings.js";
import {
  eventBody,
  headerFor,
  headerForBytes,
  now,
  OTHER_SECRET,
  SECRET,
  twoTenants,
} from "../signed-delivery.js";
import { HOSTS, type Host } from "./hosts.js";

const subscription = (customer: string) => ({ object: { object: "subscription", customer } });

describe.each(Object.entries(HOSTS))("through %s", (_, open) => {
  const handler = vi.fn();
  const outcomes: Outcome[] = [];
  let host: Host;

  beforeEach(async () => {
    handler.mockReset();
    outcomes.length = 0;
    const receiver = createWebhookReceiver({
      signingSecrets: [{ secret: SECRET, mode: "test" }, OTHER_SECRET],
      billing: twoTenants(),
      inbox: memoryInbox({ maxAttempts: 4 }),
      on: { "customer.subscription.updated": handler },
      onOutcome: (outcome) => void outcomes.push(outcome),
      logger: deliveryWarnings,
      now,
    });
    host = await open(receiver);
  });
  afterEach(() => host.close());

  /** Delivers as Stripe does, and says what was answered. */
  const deliver = async (body: string, header: string | undefined = headerFor(body)) => {
    const headers = header === undefined ? {} : { "stripe-signature": header };
    const response = await host.send({ body, headers });
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-type")).toBe(
      response.ok ? "application/json" : "application/problem+json",
    );
    return { status: response.status, ...(await response.json()) };
  };

  test("a delivery is handled and answered 200, and a repeated one is not handled again", async () => {
    const body = eventBody({ data: subscription("cus_acme") });
    expect(await deliver(body)).toEqual({ received: true, status: "handled" });
    expect(await deliver(body)).toEqual({ received: true, status: "duplicate" });
    expect(handler).toHaveBeenCalledTimes(1);
    expect(handler.mock.lastCall?.[0]).toEqual(JSON.parse(body));
    expect(handler.mock.lastCall?.[1]).toMatchObject({ tenantId: "acme" });
  });

  test("text beyond ASCII and large bodies arrive byte for byte", async () => {
    const body = eventBody({
      data: { object: { customer: "cus_acme", description: "Ż\u2028🧾".repeat(30_000) } },
    });
    expect(await deliver(body)).toEqual({ received: true, status: "handled" });
    expect(handler.mock.lastCall?.[0]).toEqual(JSON.parse(body));
  });

  test("a handler that throws is answered 500 without its words, and handled on redelivery", async () => {
    handler.mockRejectedValueOnce(new Error("secret words"));
    const body = eventBody();
    const answer = await deliver(body);
    expect(answer).toEqual({ title: "Webhook failed", status: 500 });
    expect(await deliver(body)).toEqual({ received: true, status: "handled" });
  });

  test("a poisoned event is answered 500 until its attempts are used up, and then 200", async () => {
    handler.mockRejectedValue(undefined);
    const statuses: unknown[] = [];
    for (let delivery = 0; delivery < 6; delivery += 1) statuses.push((await deliver(eventBody())).status);
    expect(statuses).toEqual([500, 500, 500, "dead", "dead", "dead"]);
    expect(handler).toHaveBeenCalledTimes(4);
  });

  test("an event whose tenant is not known is answered 500", async () => {
    expect(await deliver(eventBody({ data: subscription("cus_new") }))).toEqual({
      title: "Webhook unresolved",
      status: 500,
    });
  });

  test("an event that nobody listens to, or that is nobody's, is answered 200", async () => {
    expect(await deliver(eventBody({ type: "customer.updated" }))).toEqual({
      received: true,
      status: "ignored",
    });
    const product = { object: { object: "product", metadata: {} } };
    expect(await deliver(eventBody({ data: product }))).toEqual({ received: true, status: "ignored" });
    expect(handler).not.toHaveBeenCalled();
  });

  test("an event that is at work is answered 409", async () => {
    let finish = () => {};
    const begun = new Promise<void>((begin) => {
      handler.mockImplementation(() => {
        begin();
        return new Promise<void>((resolve) => (finish = resolve));
      });
    });
    const first = deliver(eventBody());
    await begun;
    expect(await deliver(eventBody())).toEqual({ title: "Webhook busy", status: 409 });
    finish();
    expect(await first).toEqual({ received: true, status: "handled" });
  });

  test("two hundred equal deliveries at once are handled once", async () => {
    const body = eventBody();
    const answers = await Promise.all(Array.from({ length: 200 }, () => deliver(body)));
    expect(handler).toHaveBeenCalledTimes(1);
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === "handled")).toHaveLength(1);
    expect(statuses.every((status) => ["handled", "duplicate", 409].includes(status))).toBe(true);
  });

  test("what is not Stripe's is answered 400, with the reason and no word of the body", async () => {
    const body = eventBody({ data: { object: { customer: "cus_acme", email: "jenny@example.com" } } });
    const live = eventBody({ livemode: true });
    const thin = JSON.stringify({ object: "v2.core.event", id: "evt_1" });
    for (const [sent, header, code] of [
      [body, undefined, "webhook_signature"],
      [body, "", "webhook_signature"],
      [body.replace("jenny", "Jenny"), headerFor(body), "webhook_signature"],
      [JSON.stringify(JSON.parse(body)), headerFor(body), "webhook_signature"],
      [`${body}\r\n`, headerFor(body), "webhook_signature"],
      ["{}", headerFor("{}"), "webhook_payload"],
      [thin, headerFor(thin), "webhook_payload"],
      [live, headerFor(live), "mode_mismatch"],
    ] as const) {
      const answer = header === undefined ? await deliverUnsigned(sent) : await deliver(sent, header);
      expect(answer).toEqual({ title: "Webhook rejected", status: 400, code, detail: expect.any(String) });
      expect(JSON.stringify(answer)).not.toMatch(/jenny|evt_1|whsec_[^…]/i);
    }
    expect(handler).not.toHaveBeenCalled();
    expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
  });

  const deliverUnsigned = async (body: string) => (await host.send({ body })).json();

  test("bytes that are not the signed text are answered 400", async () => {
    const body = eventBody({ data: { object: { customer: "cus_acme", name: "\uFFFD" } } });
    const invalid = Buffer.from(body.replace("\uFFFD", "\u00FF"), "latin1");
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)]);
    for (const [sent, header] of [
      [invalid, headerFor(body)],
      [invalid, headerForBytes(invalid)],
      [marked, headerFor(body)],
      [marked, headerForBytes(marked)],
      [gzipSync(body), headerFor(body)],
    ] as const) {
      const response = await host.send({
        body: new Uint8Array(sent),
        headers: { "stripe-signature": header },
      });
      expect(response.status).toBe(400);
    }
    expect(handler).not.toHaveBeenCalled();
  });

  test("an empty body is answered 400", async () => {
    for (const body of ["", null]) {
      const response = await host.send({ body, headers: { "stripe-signature": headerFor("") } });
      expect(response.status).toBe(400);
    }
  });

  test("another method is answered 405, naming the one that is right", async () => {
    for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      const response = await host.send({ method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("POST");
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(await response.json()).toEqual({ title: "Method not allowed", status: 405 });
    }
    expect(outcomes).toEqual([]);
  });

  test("a body over the cap is answered 400", async () => {
    const body = `${eventBody()}${" ".repeat(4 * 2 ** 20)}`;
    const answer = await deliver(body);
    expect(answer).toMatchObject({
      status: 400,
      code: "webhook_payload",
      detail: expect.stringMatching(/4194304/),
    });
    expect(handler).not.toHaveBeenCalled();
  });
});
