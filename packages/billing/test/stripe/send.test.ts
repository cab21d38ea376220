import fc from "fast-check";
import Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Deadline } from "../../src/deadline.js";
import type { StripeRequest } from "../../src/stripe/send.js";
import {
  DELETION,
  READ,
  type ScriptedStripe,
  SDK_VERSIONS,
  type SentRequest,
  sendOnce,
  startScriptedStripe,
  WRITE,
} from "./scripted-stripe.js";

let stripe: ScriptedStripe;
beforeAll(async () => {
  stripe = await startScriptedStripe();
});
beforeEach(() => {
  stripe.script();
});
afterAll(() => stripe.close());

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
  const KINDS = { GET: READ, POST: WRITE, DELETE: DELETION };
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
          await sendOnce(stripe.sdk, { ...KINDS[method], path: PATHS[method], params: given }, inTime());
          const [own, ours, ...others] = stripe.requests.map(decoded);
          expect(ours).toEqual(own);
          expect(others).toEqual([]);
        }),
        { numRuns: 150 },
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
    await sendOnce(stripe.sdk, { ...READ, path: "/v1/subscriptions", params: given }, inTime());
    expect(decodeURIComponent(stripe.requests[0]?.url ?? "")).toBe(
      "/v1/subscriptions?customer=cus_1&expand[0]=data.customer&expand[1]=data.items&created[gte]=1&active=true" +
        `&status=&query=metadata["tenantId"]:"☃" OR a&b`,
    );
    expect(stripe.requests[0]?.url).toContain("a%26b");
  });

  it.each(SDK_VERSIONS)(
    "through %s names the account, the key and the API's version, and nothing else where there is none",
    async (version) => {
      const client = stripe.clients[version];
      await sendOnce(client, { ...WRITE, account: "acct_1" }, inTime());
      await sendOnce(client, READ, inTime());
      const [write, read] = stripe.requests.map(({ headers }) => headers);
      expect(write).toMatchObject({ "stripe-account": "acct_1", "idempotency-key": "billing_1" });
      expect(read).not.toHaveProperty("stripe-account");
      expect(read).not.toHaveProperty("idempotency-key");
      for (const headers of [write, read]) expect(headers?.["stripe-version"]).toBe(Stripe.API_VERSION);
    },
  );

  it("leaves the parameters it was given as they were", async () => {
    const given = Object.freeze({ metadata: Object.freeze({ a: "b" }), expand: Object.freeze(["x"]) });
    for (const request of [READ, WRITE, DELETION])
      await sendOnce(stripe.sdk, { ...request, params: given }, inTime());
    expect(given).toEqual({ metadata: { a: "b" }, expand: ["x"] });
  });
});
