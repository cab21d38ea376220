/** Sends one set of deliveries to every framework and runtime, whose route is the code of the documentation. */
import { request } from "node:http";
import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventBody, OTHER_SECRET, SECRET, thinBody } from "../webhooks/signed-delivery.js";
import type { Application } from "./application.js";
import { type Collector, startCollector } from "./collector.js";

export interface MatrixOptions {
  /** Starts the application, which reports to the collector. */
  readonly start: (collector: Collector) => Promise<Application>;
  /** What happens to a delivery at work when the application is told to stop. */
  readonly stops: "after it, then closes the inbox" | "after it" | "at once";
}

interface Answer {
  readonly status: number;
  readonly body: { readonly status?: unknown; readonly detail?: unknown };
}

export function describeDeliveries(name: string, { start, stops }: MatrixOptions): void {
  describe(`a delivery to ${name}`, () => {
    let collector: Collector;
    let application: Application;

    beforeAll(async () => {
      collector = await startCollector();
      application = await start(collector);
    }, 120_000);
    afterAll(async () => {
      await application?.stop();
      await collector?.close();
    });

    const deliver = (body: string, header = sign(body)) => post(application.url, body, header);
    const countHandled = (id: string) =>
      collector.reports.filter((report) => report.what === "handled" && report.id === id).length;

    test.each([
      ["a snapshot event", "evt_1", subscriptionEvent("evt_1")],
      ["a thin event", "evt_2", thinBody({ id: "evt_2", snapshot_event: "evt_0" })],
    ])("of %s is handled once, as it was sent", async (_, id, body) => {
      expect(await deliver(body)).toMatchObject({ status: 200, body: { status: "handled" } });
      expect(await deliver(body)).toMatchObject({ status: 200, body: { status: "duplicate" } });
      expect(countHandled(id)).toBe(1);
      expect((await collector.waitFor("handled", id)).event).toEqual(JSON.parse(body));
    });

    test("that is forged is answered 400", async () => {
      const body = subscriptionEvent("evt_3");
      for (const [sent, header] of [
        [body.replace("Zażółć", "Zażółc"), sign(body)],
        [`${body}\n`, sign(body)],
        [body, sign(body, OTHER_SECRET)],
        [body, ""],
      ] as const) {
        const answer = await deliver(sent, header);
        expect(answer).toMatchObject({ status: 400, body: { code: "webhook_signature" } });
      }
      expect(countHandled("evt_3")).toBe(0);
    });

    test("of 1.15 MB is handled", async () => {
      const body = largestEvent("evt_4");
      expect(Buffer.byteLength(body)).toBeGreaterThan(1_150_000);
      expect(await deliver(body)).toMatchObject({ status: 200, body: { status: "handled" } });
    });

    test("whose sender hangs up is handled to its end, and is a duplicate when it comes again", async () => {
      const body = subscriptionEvent("evt_wait_400");
      const sent = send(application.url, body, sign(body));
      sent.on("error", () => undefined);
      await collector.waitFor("began", "evt_wait_400");
      sent.destroy();
      await collector.waitFor("handled", "evt_wait_400");
      expect(await settledAnswer(() => deliver(body))).toMatchObject({ body: { status: "duplicate" } });
      expect(countHandled("evt_wait_400")).toBe(1);
    });

    if (stops === "at once") return;

    test(`is answered before the application stops, ${stops}`, async () => {
      const answered = deliver(subscriptionEvent("evt_wait_500"));
      await collector.waitFor("began", "evt_wait_500");
      const stopped = application.stop();
      expect(await answered).toMatchObject({ status: 200, body: { status: "handled" } });
      await stopped;
      const [before, last] = collector.reports.slice(-2);
      if (stops === "after it") expect(last).toMatchObject({ what: "handled", id: "evt_wait_500" });
      else expect([before?.what, last?.what]).toEqual(["handled", "closed"]);
    });
  });
}

/** The answer to a delivery that may still be at work: handled is reported before it is settled. */
async function settledAnswer(deliver: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await deliver();
    if (answer.status !== 409) return answer;
  }
}

function subscriptionEvent(id: string): string {
  const object = {
    id: `sub_${id}`,
    object: "subscription",
    customer: "cus_1",
    description: "Zażółć 請求書 🧾\u2028\\",
  };
  return eventBody({ id, data: { object } });
}

/** A subscription of twenty items, each with all the metadata that Stripe allows, on itself and on its price. */
function largestEvent(id: string): string {
  const metadata = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`${index}`.padStart(40, "k"), "v".repeat(500)]),
  );
  const data = Array.from({ length: 20 }, () => ({
    object: "subscription_item",
    metadata,
    price: { metadata },
  }));
  const object = { id: "sub_2", object: "subscription", customer: "cus_1", metadata, items: { data } };
  return eventBody({ id, data: { object } });
}

function sign(payload: string, secret = SECRET): string {
  return Stripe.webhooks.generateTestHeaderString({ payload, secret });
}

function send(url: string, body: string, header: string) {
  const sent = request(url, {
    method: "POST",
    agent: false,
    headers: { "content-type": "application/json; charset=utf-8", "stripe-signature": header },
  });
  sent.end(body);
  return sent;
}

function post(url: string, body: string, header: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    send(url, body, header)
      .on("error", reject)
      .on("response", (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(pieces).toString();
          if (!text.startsWith("{"))
            return reject(new Error(`${response.statusCode}: ${text.slice(0, 500)}`));
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
        });
      });
  });
}
