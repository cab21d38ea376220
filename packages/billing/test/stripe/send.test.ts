import { getEventListeners } from "node:events";
import fc from "fast-check";
import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { isBillingError, type StripeClient } from "../../src/index.js";
import { Deadline, startDeadline } from "../../src/stripe/deadline.js";
import { type StripeRequest, send } from "../../src/stripe/send.js";
import { bytesOf } from "../isolation/leaks.js";
import {
  type Act,
  type ScriptedStripe,
  SDK_VERSIONS,
  type SentRequest,
  startScriptedStripe,
} from "./scripted-stripe.js";

const KEY = { ofCaller: "the caller's key", atStripe: "billing_1" };
const READ: StripeRequest = { method: "GET", path: "/v1/customers/cus_1", params: {} };
const WRITE: StripeRequest = { method: "POST", path: "/v1/customers", params: {}, idempotencyKey: KEY };
const CUSTOMER: Act = { status: 200, body: { id: "cus_1", object: "customer" } };
const DELETION: StripeRequest = { method: "DELETE", path: "/v1/subscriptions/sub_1", params: {} };

let stripe: ScriptedStripe;
let patient: ScriptedStripe;
beforeAll(async () => {
  stripe = await startScriptedStripe();
  patient = await startScriptedStripe(2);
});
beforeEach(() => {
  stripe.script();
  patient.script();
});
afterAll(() => Promise.all([stripe.close(), patient.close()]));

const inTime = () => new Deadline(10_000);

describe("what is sent", () => {
  /** Values that parameters can hold, and texts that an encoding could trip over. */
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      "",
      " ",
      "a+b",
      "50%",
      "a&b=c",
      "[0]",
      "a[b][c]",
      "%5B",
      "☃",
      "👩‍👩‍👧",
      "\u0000",
      "a/b?c#d",
      "!'()*~",
      "__proto__",
    ),
  );
  const name = fc.oneof(fc.stringMatching(/^[a-z_]{1,12}$/), text);
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      text,
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constantFrom(null, undefined),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(name, tie("value"), { maxKeys: 3 }),
    ),
  }));
  const params = fc.dictionary(fc.stringMatching(/^[a-z][a-z_]{0,11}$/), value, { maxKeys: 4 });

  /** The SDK's typed methods, given what their types would never allow. */
  const OWN: Readonly<Record<StripeRequest["method"], (sdk: Stripe, given: object) => Promise<unknown>>> = {
    GET: (sdk, given) => sdk.customers.list(given),
    POST: (sdk, given) => sdk.customers.create(given),
    DELETE: (sdk, given) => sdk.subscriptions.cancel("sub_1", given),
  };
  const PATHS = { GET: "/v1/customers", POST: "/v1/customers", DELETE: "/v1/subscriptions/sub_1" };

  /** Names and values as Stripe decodes them, in their order. */
  const decoded = ({ method, url, body }: SentRequest) => {
    const [path, query = ""] = url.split("?");
    return [method, path, [...new URLSearchParams(method === "POST" ? body : query)]];
  };

  it.each(["GET", "POST", "DELETE"] as const)(
    "of a %s is read by Stripe as what the SDK's own method sends",
    async (method) => {
      await fc.assert(
        fc.asyncProperty(params, async (given) => {
          stripe.script();
          await OWN[method](stripe.sdk, given);
          await send(stripe.sdk, { method, path: PATHS[method], params: given }, inTime());
          const [own, ours, ...others] = stripe.requests.map(decoded);
          expect(ours).toEqual(own);
          expect(others).toEqual([]);
        }),
        { numRuns: 300 },
      );
    },
  );

  it("of a GET looks like this", async () => {
    const given = {
      customer: "cus_1",
      expand: ["data.customer", "data.items"],
      created: { gte: 1, lt: undefined },
      active: true,
      status: null,
      query: `metadata["tenantId"]:"☃" OR a&b`,
    };
    await send(stripe.sdk, { ...READ, path: "/v1/subscriptions", params: given }, inTime());
    expect(decodeURIComponent(stripe.requests[0]?.url ?? "")).toBe(
      "/v1/subscriptions?customer=cus_1&expand[0]=data.customer&expand[1]=data.items&created[gte]=1&active=true" +
        `&status=&query=metadata["tenantId"]:"☃" OR a&b`,
    );
    expect(stripe.requests[0]?.url).toContain("a%26b");
  });

  it.each(SDK_VERSIONS)(
    "through %s names the account and the key, and nothing where there is none",
    async (version) => {
      const client = stripe.clients[version];
      await send(client, { ...WRITE, account: "acct_1" }, inTime());
      await send(client, READ, inTime());
      const [write, read] = stripe.requests.map(({ headers }) => headers);
      expect(write).toMatchObject({ "stripe-account": "acct_1", "idempotency-key": "billing_1" });
      expect(read).not.toHaveProperty("stripe-account");
      expect(read).not.toHaveProperty("idempotency-key");
    },
  );

  it("leaves the parameters it was given as they were", async () => {
    const given = Object.freeze({ metadata: Object.freeze({ a: "b" }), expand: Object.freeze(["x"]) });
    for (const request of [READ, WRITE, DELETION])
      await send(stripe.sdk, { ...request, params: given }, inTime());
    expect(given).toEqual({ metadata: { a: "b" }, expand: ["x"] });
  });
});

const ENDLESS: Readonly<Record<string, Act>> = {
  "never answers": "stall",
  "never ends its answer": "drip",
};

describe.each(SDK_VERSIONS)("the time of a call through %s", (version) => {
  let client: StripeClient;
  beforeEach(() => {
    client = stripe.clients[version];
  });

  describe.each(Object.entries(ENDLESS))("when Stripe %s", (_, act) => {
    it("ends a read within 50 ms of its deadline, and says that nothing was changed", async () => {
      await endsInTime(act, () => send(client, READ, new Deadline(100)), {
        name: "DeadlineError",
        code: "deadline",
      });
    });

    it("ends a read within 50 ms of its abort, and says that nothing was changed", async () => {
      await endsInTime(act, () => send(client, READ, abortedAfter(100)), {
        name: "AbortedError",
        code: "aborted",
      });
    });

    it("ends a write in the same time, and says that its outcome is unknown and how to retry", async () => {
      const unknown = { name: "IndeterminateError", code: "indeterminate", retryable: true };
      const withKey = { ...unknown, idempotencyKey: "the caller's key" };
      await endsInTime(act, () => send(client, WRITE, new Deadline(100)), {
        ...withKey,
        cause: { code: "deadline" },
      });
      await endsInTime(act, () => send(client, WRITE, abortedAfter(100)), {
        ...withKey,
        cause: { code: "aborted" },
      });
      await endsInTime(act, () => send(client, DELETION, new Deadline(100)), {
        ...unknown,
        idempotencyKey: undefined,
      });
    });
  });

  it.each([
    ["answers 500 again and again", { status: 500, body: {} }],
    ["asks to come back in an hour", { status: 503, body: {}, headers: { "Retry-After": "3600" } }],
    ["resets every connection", "reset"],
  ] as const)(
    "ends within 50 ms of its deadline although the SDK retries, when Stripe %s",
    async (_, act) => {
      const retrying = patient.clients[version];
      await endsInTime(act, () => send(retrying, WRITE, new Deadline(100)), { code: "indeterminate" });
    },
  );

  it("sends all of the SDK's own retries under one key", async () => {
    const retrying = await startScriptedStripe(2);
    retrying.script("reset", CUSTOMER);
    await send(retrying.clients[version], WRITE, inTime());
    await retrying.close();
    expect(retrying.requests.map(({ headers }) => headers["idempotency-key"])).toEqual([
      "billing_1",
      "billing_1",
    ]);
  });

  it("sends nothing when it is over before it began", async () => {
    const late = new Deadline(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const aborted = new Deadline(1_000, AbortSignal.abort());
    for (const request of [READ, WRITE, DELETION]) {
      // Nothing was sent, so nothing is unknown.
      await expect(send(client, request, late)).rejects.toMatchObject({ code: "deadline" });
      await expect(send(client, request, aborted)).rejects.toMatchObject({ code: "aborted" });
    }
    expect(stripe.requests).toEqual([]);
  });

  it("leaves nothing behind on the caller's signal", async () => {
    const { signal } = new AbortController();
    const deadline = new Deadline(1_000, signal);
    await Promise.all(Array.from({ length: 5 }, () => send(client, READ, deadline)));
    stripe.script({ status: 500, body: {} });
    await expect(send(client, READ, deadline)).rejects.toMatchObject({ code: "stripe_unavailable" });
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("keeps the reason of an abort to itself, which may be anything", async () => {
    stripe.script("stall");
    const controller = new AbortController();
    const sending = send(client, READ, new Deadline(1_000, controller.signal));
    controller.abort(new Error("canary"));
    const error = await sending.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "aborted" });
    expect(bytesOf(error)).not.toContain("canary");
  });
});

describe("the options that set a call's time", () => {
  it.each([0, -1, 0.5, 600_001, Number.NaN, Number.POSITIVE_INFINITY, "100", null, {}])(
    "refuse %s for timeoutMs",
    (timeoutMs) => {
      expect(() => Reflect.apply(startDeadline, undefined, [{ timeoutMs }, 1_000])).toThrow(
        expect.objectContaining({ code: "invalid_argument" }),
      );
    },
  );

  it.each([null, "signal", {}, { aborted: false }, new AbortController()])(
    "refuse %s for a signal",
    (signal) => {
      expect(() => Reflect.apply(startDeadline, undefined, [{ signal }, 1_000])).toThrow(
        expect.objectContaining({ code: "invalid_argument" }),
      );
    },
  );

  it("give the whole call its time, however many requests share it", async () => {
    const deadline = startDeadline({ timeoutMs: 150 }, 60_000);
    const answered: unknown[] = [];
    const chain = async () => {
      for (;;) {
        answered.push(await send(stripe.sdk, READ, deadline));
        await deadline.sleep(30);
      }
    };
    await endsInTime(CUSTOMER, chain, { code: "deadline" }, 150);
    expect(answered.length).toBeGreaterThan(1);
  });

  it("are over for work that began too late, whose own failure is then heard and dropped", async () => {
    const over = new Deadline(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const unheard: unknown[] = [];
    const note = (reason: unknown) => unheard.push(reason);
    process.on("unhandledRejection", note);
    const failing = new Promise((_, reject) => setTimeout(() => reject(new Error("Too late.")), 5));
    await expect((async () => over.race(failing))()).rejects.toMatchObject({ code: "deadline" });
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", note);
    expect(unheard).toEqual([]);
  });

  it("take the default where they say nothing", () => {
    expect(startDeadline({}, 1_000).remainingMs()).toBeGreaterThan(990);
    expect(startDeadline({ timeoutMs: 5_000 }, 1_000).remainingMs()).toBeGreaterThan(4_990);
  });
});

function abortedAfter(milliseconds: number): Deadline {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), milliseconds);
  return new Deadline(60_000, controller.signal);
}

/** The best of three counts: what a busy machine adds is not ours. */
async function endsInTime(
  act: Act,
  work: () => Promise<unknown>,
  expected: Readonly<Record<string, unknown>>,
  budgetMs = 100,
): Promise<void> {
  const overMs: number[] = [];
  for (let attempt = 0; attempt < 3 && !overMs.some((over) => over <= 50); attempt++) {
    stripe.script(act);
    patient.script(act);
    const startedAtMs = performance.now();
    const error = await work().then(
      () => expect.unreachable("It should have ended."),
      (reason: unknown) => reason,
    );
    overMs.push(performance.now() - startedAtMs - budgetMs);
    expect(isBillingError(error)).toBe(true);
    expect(error).toMatchObject(expected);
  }
  expect(Math.min(...overMs)).toBeLessThanOrEqual(50);
}
