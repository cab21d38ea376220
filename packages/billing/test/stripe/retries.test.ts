import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Deadline } from "../../src/deadline.js";
import { type BillingError, isBillingError, type StripeClient } from "../../src/index.js";
import { Retries } from "../../src/stripe/retries.js";
import { type StripeRequest, send } from "../../src/stripe/send.js";
import { createTransport, type Transport } from "../../src/stripe/transport.js";
import {
  type Act,
  CUSTOMER,
  DELETION,
  READ,
  type ScriptedStripe,
  SDK_VERSIONS,
  SUBSCRIPTION,
  startScriptedStripe,
  WRITE,
} from "./scripted-stripe.js";

const failing = (status: number, headers: Readonly<Record<string, string>> = {}, code?: string): Act => ({
  status,
  body: { error: { type: "api_error", ...(code && { code }) } },
  headers,
});
const DOWN = failing(500);
const LOCKED = failing(429, {}, "lock_timeout");

describe.each(SDK_VERSIONS)("a request through %s", (version) => {
  let stripe: ScriptedStripe;
  let transport: Transport;
  beforeAll(async () => {
    // An application's own client, that would retry too.
    stripe = await startScriptedStripe(5);
  });
  beforeEach(() => {
    transport = createTransport(stripe.clients[version]);
  });
  afterAll(() => stripe.close());

  const outcomeOf = (request: StripeRequest, deadline = new Deadline(20_000)) =>
    send(transport, request, deadline).then(
      () => "done",
      (error: BillingError) => error.code,
    );
  const sent = () => stripe.requests.map(({ headers }) => headers["idempotency-key"]);

  it.each([
    ["Stripe fails", DOWN],
    ["Stripe asks to slow down", failing(429)],
    ["Stripe asks to slow down by a 400, which the SDK takes for a 429", failing(400, {}, "rate_limit")],
    ["the object is locked", LOCKED],
    ["the key is in use", failing(409)],
    ["a proxy answers in Stripe's place", { status: 502, body: "<html>" }],
    ["Stripe says that it may be repeated", failing(400, { "Stripe-Should-Retry": "true" })],
    // stripe 17 does not hear of it; the call ends by its deadline.
    ...(version === "stripe 17" ? [] : [["the answer is cut off", "cut off"] as const]),
  ] as const)("is sent again under the same key when %s", async (_, act) => {
    stripe.script(act, act, CUSTOMER);
    expect(await outcomeOf(WRITE)).toBe("done");
    expect(sent()).toEqual(["billing_1", "billing_1", "billing_1"]);
  });

  it("is sent four times at most when Stripe fails, whatever its client would do", async () => {
    stripe.script(DOWN);
    expect(await outcomeOf(READ)).toBe("stripe_unavailable");
    expect(stripe.requests).toHaveLength(4);
  });

  it("is sent for as long as it has time while another has the object locked", async () => {
    stripe.script(...Array.from({ length: 5 }, () => LOCKED), CUSTOMER);
    transport = { ...transport, retries: new Retries(1, () => 0) };
    expect(await outcomeOf(WRITE)).toBe("done");
    expect(stripe.requests).toHaveLength(6);
  });

  it.each([
    ["is declined", failing(402), "payment_required"],
    ["is refused", failing(400), "invalid_argument"],
    ["names what is not there", failing(404), "not_found"],
    ["lacks a permission", failing(403), "permission"],
    ["has a bad key", failing(401), "authentication"],
    ["is not to be repeated, says Stripe", failing(429, { "Stripe-Should-Retry": "false" }), "rate_limited"],
    [
      "is too many by a 400, and not to be repeated, says Stripe",
      failing(400, { "Stripe-Should-Retry": "false" }, "rate_limit"),
      "rate_limited",
    ],
    ["failed for good, says Stripe", failing(500, { "Stripe-Should-Retry": "false" }), "indeterminate"],
  ])("is sent once when it %s", async (_, act, code) => {
    stripe.script(act);
    expect(await outcomeOf(WRITE)).toBe(code);
    expect(stripe.requests).toHaveLength(1);
  });

  it("is sent twice by the SDK when its connection is closed, and not by us as well", async () => {
    stripe.script("reset");
    expect(await outcomeOf(WRITE)).toBe("indeterminate");
    expect(sent()).toEqual(["billing_1", "billing_1"]);
  });

  if (version === "stripe 17") {
    it("that reads ends by its deadline when the answer is cut off, of which the SDK says nothing", async () => {
      stripe.script("cut off", CUSTOMER);
      expect(await outcomeOf(READ, new Deadline(200))).toBe("deadline");
      expect(stripe.requests).toHaveLength(1);
    });
  } else {
    // stripe 23.1.0 sends it once, as it does where the id is there; a proxy's answer has none.
    it("that reads is sent again when the answer is cut off without a Request-Id", async () => {
      stripe.script("cut off without an id", CUSTOMER);
      expect(await outcomeOf(READ)).toBe("done");
      expect(stripe.requests).toHaveLength(2);
    });
  }

  it("of unknown outcome says how to go on: with the key, or by a look where there can be none", async () => {
    const adviceOn = (request: StripeRequest) =>
      send(transport, request, new Deadline(20_000)).then(
        () => "done",
        (error: BillingError) => error.message,
      );
    stripe.script(failing(500, { "Stripe-Should-Retry": "false" }));
    expect(await adviceOn(WRITE)).toContain("Retry with the same idempotency key.");
    expect(await adviceOn(DELETION)).toContain("Read the object to see whether it was");
    expect(await adviceOn(DELETION)).not.toContain("Retry");
  });

  it("that deletes is not repeated when its outcome is unknown, since Stripe keeps no key of it", async () => {
    stripe.script(DOWN);
    expect(await outcomeOf(DELETION)).toBe("indeterminate");
    expect(stripe.requests).toHaveLength(1);
    stripe.script(failing(429), SUBSCRIPTION);
    expect(await outcomeOf(DELETION)).toBe("done");
  });

  it("stays of unknown outcome when those after it are turned away, until one is answered", async () => {
    for (const status of [401, 403, 429]) {
      stripe.script(DOWN, failing(status, { "Stripe-Should-Retry": "false" }));
      expect(await outcomeOf(WRITE)).toBe("indeterminate");
      expect(await outcomeOf(READ)).not.toBe("indeterminate");
    }
    stripe.script(DOWN, failing(402));
    expect(await outcomeOf(WRITE)).toBe("payment_required");
  });

  it("is not sent again when Stripe asks to wait for longer than there is time", async () => {
    stripe.script(failing(429, { "Retry-After": "30" }), CUSTOMER);
    expect(await outcomeOf(READ)).toBe("rate_limited");
    expect(stripe.requests).toHaveLength(1);
  });

  it.each([
    ["a read", READ, "aborted"],
    ["a write that may have been made", WRITE, "indeterminate"],
  ])("ends at once when it is aborted in a pause, %s", async (_, request, code) => {
    stripe.script(failing(503, { "Retry-After": "60" }));
    const pausing = vi.spyOn(transport.retries, "pauseMs");
    const controller = new AbortController();
    const ending = outcomeOf(request, new Deadline(600_000, [controller.signal]));
    await vi.waitFor(() => expect(pausing).toHaveReturned());
    controller.abort();
    expect(await ending).toBe(code);
    expect(stripe.requests).toHaveLength(1);
  });

  it("is sent once by a service that wants no retries, even where waiting would help", async () => {
    transport = createTransport(stripe.clients[version], { maxRetries: 0 });
    stripe.script(LOCKED);
    expect(await outcomeOf(WRITE)).toBe("rate_limited");
    stripe.script(DOWN);
    expect(await outcomeOf(READ)).toBe("stripe_unavailable");
    expect(stripe.requests).toHaveLength(1);
  });
});

describe("whatever Stripe does and however long it takes", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** One answer or failure, as the SDK tells it. */
  const reply = fc.record({
    afterMs: fc.oneof({ weight: 5, arbitrary: fc.nat(3_000) }, fc.constant(Number.POSITIVE_INFINITY)),
    statusCode: fc.constantFrom(200, 400, 401, 402, 403, 404, 409, 424, 429, 500, 503, undefined),
    code: fc.constantFrom("lock_timeout", undefined),
    // A gateway's error, as often as not with a type of its own.
    rawType: fc.oneof(
      { weight: 4, arbitrary: fc.constant("api_error") },
      fc.constantFrom("timeout", undefined),
    ),
    headers: fc.record(
      {
        "stripe-should-retry": fc.constantFrom("true", "false"),
        "retry-after": fc.nat(9).map(String),
      },
      { requiredKeys: [] },
    ),
  });
  type Reply = typeof reply extends fc.Arbitrary<infer T> ? T : never;

  interface Try {
    readonly startedAtMs: number;
    readonly options: Parameters<StripeClient["rawRequest"]>[3];
    readonly reply: Reply;
  }

  /** A client that replies as it is told, one after another, and keeps what it was asked. */
  function clientThat(replies: readonly Reply[], tries: Try[]): StripeClient {
    return {
      rawRequest: (method, _path, _params, options) =>
        new Promise((resolve, reject) => {
          const next = replies[tries.length % replies.length] as Reply; // there is always one
          tries.push({ startedAtMs: performance.now(), options, reply: next });
          if (next.afterMs === Number.POSITIVE_INFINITY) return;
          const isAnswer = next.statusCode === 200;
          const object = method === "DELETE" ? "subscription" : "customer";
          const act = () => (isAnswer ? resolve({ id: "id_1", object }) : reject(next));
          setTimeout(act, next.afterMs);
        }),
    };
  }

  const request = fc.constantFrom(READ, WRITE, DELETION);
  const replies = fc.array(reply, { minLength: 1, maxLength: 6 });
  const maxRetries = fc.nat(10);

  it("a call ends by its deadline, with one key, and knows what became of it", {
    timeout: 30_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        request,
        replies,
        maxRetries,
        fc.integer({ min: 1, max: 20_000 }),
        async (asked, script, retries, timeoutMs) => {
          const tries: Try[] = [];
          const transport = createTransport(clientThat(script, tries), { maxRetries: retries });
          const startedAtMs = performance.now();
          let endedAtMs = Number.NaN;
          const ending = send(transport, asked, new Deadline(timeoutMs)).then(
            () => undefined,
            (error: unknown) => error,
          );
          void ending.then(() => {
            endedAtMs = performance.now();
          });
          await vi.runAllTimersAsync();
          const error = await ending;

          expect(endedAtMs - startedAtMs).toBeLessThanOrEqual(timeoutMs + 1);
          for (const { options, startedAtMs: sentAtMs } of tries) {
            expect(options?.idempotencyKey).toBe(asked.idempotencyKey?.atStripe);
            expect(options?.maxNetworkRetries).toBe(0);
            // Behind the end of the call, so that never both end it, and not far behind.
            expect(options?.timeout).toBeGreaterThan(startedAtMs + timeoutMs - sentAtMs);
            expect(options?.timeout).toBeLessThanOrEqual(timeoutMs + 50);
          }
          const failures = tries.slice(0, -1).map((each) => each.reply);
          expect(failures.filter((each) => !isBusy(each)).length).toBeLessThanOrEqual(retries);
          expect(failures.every((each) => mayBeRepeated(each, asked))).toBe(true);
          if (error === undefined) return;
          expect(isBillingError(error)).toBe(true);
          const isUnknown = isBillingError(error) && error.code === "indeterminate";
          expect(isUnknown).toBe(mayBeDone(tries, asked, endedAtMs));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("a tenth of the requests is retried and fifty more, and no more", { timeout: 30_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        replies,
        maxRetries,
        fc.integer({ min: 1, max: 200 }),
        async (script, retries, count) => {
          const tries: Try[] = [];
          const transport = createTransport(clientThat(script, tries), { maxRetries: retries });
          const calls = Array.from({ length: count }, () =>
            send(transport, WRITE, new Deadline(5_000)).catch((error: unknown) => error),
          );
          await vi.runAllTimersAsync();
          await Promise.all(calls);
          expect(tries.length).toBeLessThanOrEqual(count + count / 10 + 50);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("pauses are of every length up to one that grows, and no longer than two seconds", () => {
    const failed = { failure: { statusCode: 500 }, retryAfterMs: 0 } as never; // no other field is looked at
    const pauseOf = (random: number, tries: number) =>
      new Retries(10, () => random).pauseMs(failed, READ, tries, new Deadline(60_000));
    expect([1, 2, 3, 4, 5, 10].map((tries) => pauseOf(1, tries))).toEqual([
      50, 200, 800, 2_000, 2_000, 2_000,
    ]);
    expect([0, 0.25, 0.5].map((random) => pauseOf(random, 3))).toEqual([0, 200, 400]);
  });

  it("the budget holds fifty, and earns one for every ten requests until it is full again", () => {
    const failed = { failure: { statusCode: 500 }, retryAfterMs: 0 } as never; // no other field is looked at
    const retries = new Retries(10, () => 0);
    const spendAll = () => {
      let spent = 0;
      while (retries.pauseMs(failed, READ, 1, new Deadline(60_000)) !== undefined) spent += 1;
      return spent;
    };
    const earn = (requests: number) => {
      for (let request = 0; request < requests; request++) retries.earn();
    };
    expect(spendAll()).toBe(50);
    earn(9);
    expect(spendAll()).toBe(0);
    earn(1);
    expect(spendAll()).toBe(1);
    earn(10_000);
    expect(spendAll()).toBe(50);
  });

  it("nothing is sent again after a pause that would take all the time that is left", () => {
    const failed = { failure: { statusCode: 500 }, retryAfterMs: 0 } as never; // no other field is looked at
    const pauseOf = (leftMs: number) =>
      new Retries(10, () => 1).pauseMs(failed, READ, 1, new Deadline(leftMs));
    expect(pauseOf(51)).toBe(50);
    expect(pauseOf(50)).toBeUndefined();
  });

  it.each([
    ["a text", "<html>"],
    ["nothing", undefined],
    ["null", null],
    ["what says not what it is", { id: "cus_1" }],
    ["an object of another kind", { id: "cus_1", object: "product" }],
    ["an object without an id", { object: "customer" }],
    ["an object whose id is none", { id: "", object: "customer" }],
    ["told with a status of failure", { id: "cus_1", object: "customer", lastResponse: { statusCode: 503 } }],
    ["told with a redirection", { id: "cus_1", object: "customer", lastResponse: { statusCode: 302 } }],
  ])("an answer that is %s is none of Stripe's", async (_, answer) => {
    const transport = createTransport({ rawRequest: async () => answer }, { maxRetries: 0 });
    const ending = (asked: StripeRequest) =>
      send(transport, asked, new Deadline(1_000)).catch((error: BillingError) => [error.code, error.message]);
    expect(await ending(READ)).toEqual(["stripe_unavailable", expect.stringMatching(/Nothing was changed/)]);
    expect(await ending(WRITE)).toEqual(["indeterminate", expect.stringMatching(/same idempotency key/)]);
  });

  function isBusy({ statusCode, code, rawType }: Reply): boolean {
    return rawType === "api_error" && (statusCode === 409 || code === "lock_timeout");
  }

  function hasNoOutcome({ statusCode, rawType }: Reply): boolean {
    if (statusCode === 200) return false;
    return rawType !== "api_error" || statusCode === undefined || statusCode >= 500 || statusCode === 424;
  }

  function mayBeRepeated(each: Reply, asked: StripeRequest): boolean {
    const said = each.headers["stripe-should-retry"];
    if (said !== undefined) return said === "true";
    if (hasNoOutcome(each)) return asked.method === "GET" || asked.idempotencyKey !== undefined;
    return each.statusCode === 429 || isBusy(each);
  }

  /** Whether a write was sent whose outcome nobody had heard of when the call ended. */
  function mayBeDone(tries: readonly Try[], asked: StripeRequest, endedAtMs: number): boolean {
    return tries.reduce((before, { startedAtMs, reply: each }) => {
      if (asked.method === "GET") return false;
      if (startedAtMs + each.afterMs > endedAtMs || hasNoOutcome(each)) return true;
      return [401, 403, 409, 429].includes(each.statusCode ?? 0) && before;
    }, false);
  }
});
