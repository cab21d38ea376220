/** Bodies that are too large, too slow, or that lie about their length. */
import { connect } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { collectBody } from "../../../src/webhooks/adapters/collect-body.js";
import { createWebhookReceiver, memoryInbox } from "../../../src/webhooks.js";
import { deliveryWarnings } from "../delivery-warnings.js";
import { eventBody, headerFor, now, SECRET, twoTenants } from "../signed-delivery.js";
import { HOSTS, type Host } from "./hosts.js";

const CAP = 64 * 1024;
const TIMEOUT_MS = 150;
const body = eventBody();

function receiver(bodyTimeoutMs = TIMEOUT_MS) {
  return createWebhookReceiver({
    signingSecrets: [SECRET],
    billing: twoTenants(),
    inbox: memoryInbox(),
    on: { "customer.subscription.updated": vi.fn() },
    maxBodyBytes: CAP,
    bodyTimeoutMs,
    logger: deliveryWarnings,
    now,
  });
}

/** A stream of pieces, of which it counts how many were taken. */
function streamOf(piece: Uint8Array, { pieces = Number.POSITIVE_INFINITY, everyMs = 0 } = {}) {
  const taken = { bytes: 0, canceled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (taken.bytes >= pieces * piece.byteLength) return controller.close();
        if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
        taken.bytes += piece.byteLength;
        controller.enqueue(piece.slice());
      },
      cancel() {
        taken.canceled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, taken };
}

describe("a body read by the fetch adapter", () => {
  const send = async (stream: ReadableStream<Uint8Array>, headers: Record<string, string> = {}) => {
    const init = { method: "POST", body: stream, duplex: "half", headers } as const;
    const response = await receiver().fetch(new Request("https://shop.example/", init));
    return { status: response.status, ...(await response.json()) };
  };

  test("is refused unread where it says that it is too large", async () => {
    const { stream, taken } = streamOf(new Uint8Array(1024));
    expect(await send(stream, { "content-length": `${CAP + 1}` })).toMatchObject({
      status: 400,
      code: "webhook_payload",
    });
    expect(taken).toEqual({ bytes: 0, canceled: true });
  });

  test("is refused one piece over the cap, whatever length it says, and its sender is told to stop", async () => {
    for (const length of [undefined, "10", "-1", "NaN", "1e3"]) {
      const { stream, taken } = streamOf(new Uint8Array(1024));
      const answer = await send(stream, length === undefined ? {} : { "content-length": length });
      expect(answer).toMatchObject({ status: 400, code: "webhook_payload" });
      expect(taken).toEqual({ bytes: CAP + 1024, canceled: true });
    }
  });

  test("is refused when it comes too slowly, or not at all", async () => {
    for (const everyMs of [10, 60_000]) {
      const { stream, taken } = streamOf(new Uint8Array(1), { everyMs });
      const answer = await send(stream);
      expect(answer).toMatchObject({
        status: 400,
        code: "webhook_payload",
        detail: "Receiving the webhook's body did not finish within 150 ms.",
      });
      await vi.waitFor(() => expect(taken.canceled).toBe(true));
    }
  });

  test("that breaks off is a fault of the environment, which has Stripe come again", async () => {
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from(body)),
      pull: (controller) => controller.error(new Error("connection reset")),
    });
    expect(await send(stream)).toEqual({ title: "Webhook failed", status: 500 });
  });

  test("is not read on after it was refused, also where its sender does not stop", async () => {
    let pieces = 0;
    const next = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      pieces += 1;
      return { done: false, value: new Uint8Array(1) };
    };
    const reading = collectBody(
      { declaredLength: undefined, next },
      { maxBodyBytes: CAP, bodyTimeoutMs: 50 },
    );
    await expect(reading).rejects.toThrow(/within 50 ms/);
    const atRefusal = pieces;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(pieces).toBeLessThanOrEqual(atRefusal + 1);
  });

  test("is taken in pieces of any size, up to the cap itself", async () => {
    const bytes = Buffer.from(body + " ".repeat(CAP - body.length));
    for (const size of [1, 7, 16_384, CAP]) {
      const pieces = Array.from({ length: Math.ceil(CAP / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const iterator = pieces.values();
      const collected = await collectBody(
        { declaredLength: undefined, next: async () => iterator.next() },
        { maxBodyBytes: CAP, bodyTimeoutMs: 10_000 },
      );
      expect(Buffer.compare(collected, bytes)).toBe(0);
    }
  });
});

describe("a body read by the node adapter", () => {
  let host: Host;
  afterEach(() => host.close());

  /** Sends raw HTTP, piece by piece, and says what came back until the connection closed. */
  const converse = async (
    head: readonly string[],
    pieces: Iterable<string>,
    { everyMs = 0, timeoutMs = 20_000 },
  ) => {
    const open = HOSTS["node:http"];
    if (open === undefined) throw new Error("there is no host for node:http");
    host = await open(receiver(timeoutMs));
    const socket = connect(host.port ?? 0, "127.0.0.1");
    let answer = "";
    const closed = new Promise<void>((resolve) => {
      socket.on("data", (chunk) => (answer += chunk));
      socket.on("error", () => undefined);
      socket.on("close", () => resolve());
    });
    socket.write(`${["POST /webhooks/stripe HTTP/1.1", "Host: shop.example", ...head].join("\r\n")}\r\n\r\n`);
    for (const piece of pieces) {
      if (socket.destroyed || answer !== "") break;
      socket.write(piece);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
    await closed;
    return { answer };
  };

  function* endless(piece: string) {
    for (;;) yield piece;
  }

  test("is refused unread where it says that it is too large, and the connection is closed", async () => {
    const { answer } = await converse([`Content-Length: ${2 ** 30}`], endless("x".repeat(1024)), {});
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*connection: close.*larger than 65536 bytes/is);
  });

  test("is refused over the cap where it says no length and has no end", async () => {
    const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
    const { answer } = await converse(["Transfer-Encoding: chunked"], endless(chunk), {});
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*connection: close.*larger than 65536 bytes/is);
  });

  test("is refused at the deadline where it drips", async () => {
    const { answer } = await converse([`Content-Length: ${CAP}`], endless("x"), {
      everyMs: 10,
      timeoutMs: TIMEOUT_MS,
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*connection: close.*within 150 ms/is);
  });

  test("is refused where it breaks off, and the server goes on", async () => {
    const open = HOSTS["node:http"];
    if (open === undefined) throw new Error("there is no host for node:http");
    host = await open(receiver());
    const socket = connect(host.port ?? 0, "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{");
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    const response = await host.send({ body, headers: { "stripe-signature": headerFor(body) } });
    expect(response.status).toBe(200);
  });
});

describe("memory", () => {
  test("grows by less than twice the cap for a body of a million one-byte pieces", async () => {
    const cap = 2 ** 20;
    let left = cap;
    const piece = new Uint8Array(1);
    const before = process.memoryUsage();
    const collected = await collectBody(
      {
        declaredLength: undefined,
        next: async () => (left-- > 0 ? { done: false, value: piece } : { done: true, value: undefined }),
      },
      { maxBodyBytes: cap, bodyTimeoutMs: 60_000 },
    );
    const after = process.memoryUsage();
    expect(collected.byteLength).toBe(cap);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2.1 * cap);
  });
});
