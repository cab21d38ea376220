/** Runtimes that have WebCrypto alone, as workers do, and one that has no crypto at all. */
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConfigurationError, HTTP_STATUS, verifyWebhook, verifyWebhookAsync } from "../../src/webhooks.js";
import { receiver } from "./delivering.js";
import { catchError, eventBody, headerFor, now, OTHER_SECRET, SECRET, thinBody } from "./signed-delivery.js";

const body = eventBody({ data: { object: { customer: "cus_acme", description: "Zażółć 🧾\u2028" } } });
const options = { now };

beforeEach(() => {
  vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("a worker without Node's modules", () => {
  test("receives events of both families, once, and refuses forged ones", async () => {
    const handler = vi.fn();
    const on = { "customer.subscription.updated": handler, "v1.customer.subscription.updated": handler };
    const webhooks = receiver(on, { signingSecrets: [OTHER_SECRET, SECRET] });
    const thin = thinBody({ snapshot_event: "evt_2", context: "acct_acme" });
    const statuses: string[][] = [];
    for (const sent of [body, body, thin]) {
      const forms = [sent, new TextEncoder().encode(sent), `${sent} `];
      const outcomes = [];
      for (const form of forms) outcomes.push(await webhooks.receive(form, headerFor(sent)));
      statuses.push(outcomes.map(({ status }) => status));
    }
    expect(statuses).toEqual([
      ["handled", "duplicate", "rejected"],
      ["duplicate", "duplicate", "rejected"],
      ["handled", "duplicate", "rejected"],
    ]);
    expect(handler.mock.calls.map(([event]) => event)).toEqual([JSON.parse(body), JSON.parse(thin)]);
  });

  test("is told by verifyWebhook to verify with verifyWebhookAsync", async () => {
    const error = catchError(() => verifyWebhook(body, headerFor(body), SECRET, options));
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toHaveProperty(
      "message",
      "verifyWebhook needs Node's crypto, which this runtime lacks. Use verifyWebhookAsync, which only needs WebCrypto.",
    );
    expect(await verifyWebhookAsync(body, headerFor(body), SECRET, options)).toEqual(JSON.parse(body));
  });
});

test("a process whose functions only throw, as in the edge runtime of Next.js, is not taken for Node's", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  const webhooks = receiver({ "customer.subscription.updated": vi.fn() }, { logger: undefined });
  const unsupported = () => {
    throw new Error("A Node.js API is used which is not supported in the Edge Runtime.");
  };
  vi.stubGlobal("process", { env: {}, emitWarning: unsupported, getBuiltinModule: unsupported });
  const outcomes = [];
  for (const header of [headerFor(body), "t=1,v1=0"]) outcomes.push(await webhooks.receive(body, header));
  vi.unstubAllGlobals();
  expect(outcomes.map(({ status }) => status)).toEqual(["handled", "rejected"]);
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    "A webhook was rejected: The Stripe-Signature header has no well-formed v1 signature.",
  );
});

test("a runtime without a process gets the stack of a failure in the line itself", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  const handler = () => Promise.reject(new Error("broken"));
  const webhooks = receiver({ "customer.subscription.updated": handler }, { logger: undefined });
  // After each message to its main thread, Vitest puts nextTick back in a tick, which must still find a process.
  await turn();
  vi.stubGlobal("process", undefined);
  const outcome = await webhooks.receive(body, headerFor(body));
  vi.unstubAllGlobals();
  expect(outcome.status).toBe("failed");
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/failed on attempt 1; Stripe will deliver it again\.\nError: broken\n +at /),
  );
});

describe("a runtime without any crypto", () => {
  beforeEach(() => vi.stubGlobal("crypto", undefined));

  test("answers a delivery 500 with the cause, whether it was signed or not", async () => {
    const warn = vi.fn();
    const { receive } = receiver({ "customer.subscription.updated": vi.fn() }, { logger: { warn } });
    for (const header of [headerFor(body), "t=1,v1=0", undefined]) {
      const outcome = await receive(body, header);
      expect(HTTP_STATUS[outcome.status]).toBe(500);
      expect(outcome).toMatchObject({ status: "failed", error: expect.any(ConfigurationError) });
    }
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.lastCall?.[1]).toMatchObject({ stack: expect.stringMatching(/WebCrypto/) });
  });

  test("receives again as soon as there is one", async () => {
    const { receive } = receiver({ "customer.subscription.updated": vi.fn() }, { logger: { warn: vi.fn() } });
    expect((await receive(body, headerFor(body))).status).toBe("failed");
    vi.unstubAllGlobals();
    expect((await receive(body, headerFor(body))).status).toBe("handled");
  });

  test("is named by both verifying functions", async () => {
    expect(catchError(() => verifyWebhook(body, headerFor(body), SECRET, options))).toBeInstanceOf(
      ConfigurationError,
    );
    await expect(verifyWebhookAsync(body, headerFor(body), SECRET, options)).rejects.toThrow(
      "This runtime has neither Node's crypto nor WebCrypto (crypto.subtle), so no webhook can be verified. Browsers " +
        "and some proxies offer WebCrypto only to secure contexts (https).",
    );
  });
});
