import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Deadline } from "../../src/deadline.js";
import { isBillingError, type StripeClient, toProblemResponse } from "../../src/index.js";
import type { StripeRequest } from "../../src/stripe/send.js";
import { bytesOf } from "../isolation/leaks.js";
import {
  type Act,
  DELETION,
  READ,
  type ScriptedStripe,
  SDK_VERSIONS,
  SECRET_KEY,
  sendOnce,
  startScriptedStripe,
  WRITE,
} from "./scripted-stripe.js";

/** In every field of Stripe's error that takes text, and in a header: none of it may get out of the SDK's error. */
const CANARIES = [
  "canary@example.com",
  "4242424242424242",
  "cus_canaryOfTheMessage",
  "sk_live_canaryOfTheMessage",
  "https://canary.example",
  SECRET_KEY,
];

function refusal(status: number, error: Readonly<Record<string, unknown>> = {}): Act {
  const said = `canary@example.com with 4242424242424242, cus_canaryOfTheMessage and sk_live_canaryOfTheMessage`;
  const told = {
    message: `It failed for ${said}.`,
    user_message: said,
    doc_url: "https://canary.example/doc",
    request_log_url: "https://canary.example/log",
    charge: "cus_canaryOfTheMessage",
    payment_intent: { id: "cus_canaryOfTheMessage", receipt_email: "canary@example.com" },
    payment_method: { id: "cus_canaryOfTheMessage", card: { number: "4242424242424242" } },
    advice_code: said,
    network_decline_code: said,
    source: { email: "canary@example.com" },
  };
  return { status, body: { error: { ...told, ...error } }, headers: { "X-Canary": said } };
}

/** Of what happened, and of what to do. */
const SENTENCES = /^[A-Z].{20,}\.$/;

interface Failure {
  readonly act: Act;
  /** What a read is told; a write too, where `write` says nothing else. */
  readonly read: Readonly<Record<string, unknown>>;
  readonly write?: Readonly<Record<string, unknown>>;
}

const UNAVAILABLE = { name: "StripeUnavailableError", code: "stripe_unavailable", retryable: true };
const UNKNOWN_OUTCOME = {
  name: "IndeterminateError",
  code: "indeterminate",
  retryable: true,
  idempotencyKey: "the caller's key",
};
const noOutcome = (act: Act): Failure => ({ act, read: UNAVAILABLE, write: UNKNOWN_OUTCOME });

const FAILURES: Readonly<Record<string, Failure>> = {
  "400 for a parameter": {
    act: refusal(400, { type: "invalid_request_error", code: "parameter_unknown", param: "items[0][price]" }),
    read: {
      name: "InvalidArgumentError",
      code: "invalid_argument",
      retryable: false,
      requestId: "req_1",
      message: `Stripe refused the request's parameter "items[0][price]".`,
      cause: { statusCode: 400, code: "parameter_unknown", param: "items[0][price]" },
    },
  },
  "400 for no parameter": {
    act: refusal(400, { type: "invalid_request_error" }),
    read: { code: "invalid_argument", message: "Stripe refused the request." },
  },
  "400 resource_missing": {
    act: refusal(400, { type: "invalid_request_error", code: "resource_missing", param: "customer" }),
    read: { name: "NotFoundError", code: "not_found", requestId: undefined },
  },
  "404 resource_missing": {
    act: refusal(404, { type: "invalid_request_error", code: "resource_missing", param: "id" }),
    read: { name: "NotFoundError", code: "not_found", requestId: undefined },
  },
  "404 without a code": {
    act: refusal(404, { type: "invalid_request_error" }),
    read: { code: "not_found", requestId: undefined },
  },
  "400 of a key used for something else": {
    act: refusal(400, { type: "idempotency_error" }),
    read: { name: "ConflictError", code: "conflict", retryable: false },
  },
  "409 of a key in use": {
    act: refusal(409, { type: "idempotency_error", code: "idempotency_key_in_use" }),
    read: { name: "RateLimitedError", code: "rate_limited", retryable: true },
  },
  "401": {
    act: refusal(401, { type: "invalid_request_error" }),
    read: { name: "AuthenticationError", code: "authentication", retryable: false },
  },
  "401 of a key that was rolled": {
    act: refusal(401, { type: "invalid_request_error", code: "api_key_expired" }),
    read: { code: "authentication", message: expect.stringContaining("expired") },
  },
  "402 of a card": {
    act: refusal(402, { type: "card_error", code: "card_declined", decline_code: "insufficient_funds" }),
    read: {
      name: "PaymentRequiredError",
      code: "payment_required",
      retryable: false,
      cause: { statusCode: 402, code: "card_declined", declineCode: "insufficient_funds" },
    },
  },
  "402 of a request": {
    act: refusal(402, { type: "invalid_request_error" }),
    read: { code: "payment_required", retryable: false, nextStep: "use_another_payment_method" },
  },
  "402 that wants the customer's word": {
    act: refusal(402, {
      type: "card_error",
      code: "authentication_required",
      decline_code: "authentication_required",
    }),
    read: {
      code: "payment_required",
      nextStep: "authenticate",
      declineCode: "authentication_required",
      message: expect.stringContaining("SCA"),
    },
  },
  "400 without a payment method": {
    act: refusal(400, {
      type: "invalid_request_error",
      code: "resource_missing",
      message:
        "This customer has no attached payment source or default payment method. Please consider adding one.",
    }),
    read: { name: "PaymentRequiredError", nextStep: "use_another_payment_method" },
  },
  "403 of a restricted key": {
    act: refusal(403, {
      type: "invalid_request_error",
      message: "The provided key 'rk_test_*****' lacks 'rak_customer_write' for canary@example.com.",
    }),
    read: {
      name: "PermissionError",
      code: "permission",
      retryable: false,
      message: expect.stringContaining("the permission rak_customer_write."),
    },
  },
  "403 of an account that is not connected": {
    act: refusal(403, {
      type: "invalid_request_error",
      code: "account_invalid",
      message: "The provided key 'sk_live_*****' does not have access to account 'acct_canary'.",
    }),
    read: { code: "permission", message: expect.stringContaining("connected account") },
  },
  "403 without a permission's name": {
    act: refusal(403, { type: "invalid_request_error" }),
    read: { code: "permission", message: expect.stringContaining("a permission that this call needs") },
  },
  "429 of the rate limit": {
    act: refusal(429, { type: "invalid_request_error", code: "rate_limit" }),
    read: { name: "RateLimitedError", code: "rate_limited", retryable: true },
  },
  "429 of a locked object": {
    act: refusal(429, { type: "invalid_request_error", code: "lock_timeout" }),
    read: { code: "rate_limited", retryable: true, message: expect.stringContaining("locked") },
  },
  "400 without a portal configuration": {
    act: refusal(400, {
      type: "invalid_request_error",
      message: "No configuration provided and your test mode default configuration has not been created.",
    }),
    read: { name: "PortalNotConfiguredError", code: "portal_not_configured", retryable: false },
  },
  "501 of a stand-in for Stripe": {
    act: refusal(501, { type: "api_error" }),
    read: {
      name: "NotImplementedError",
      code: "not_implemented",
      retryable: false,
      message: expect.stringContaining("does not implement what this request needs"),
    },
  },
  "501 of a stand-in for a parameter": {
    act: refusal(501, { type: "api_error", param: "items[0][price_data]" }),
    read: { code: "not_implemented", message: expect.stringContaining('"items[0][price_data]"') },
  },
  "a proxy's 501": noOutcome({ status: 501, body: "<html>canary@example.com</html>" }),
  "a proxy's 501 in JSON": noOutcome({ status: 501, body: { error: "canary@example.com" } }),
  ...Object.fromEntries(
    [400, 401, 402, 403, 404, 409, 429].flatMap((status) => [
      [`a gateway's ${status} of a type of its own`, noOutcome(refusal(status, { type: "surprise" }))],
      [`a gateway's ${status} without a type`, noOutcome(refusal(status))],
      [`a gateway's ${status} with a word for an error`, noOutcome({ status, body: { error: "timeout" } })],
      [`a gateway's ${status} with a message`, noOutcome({ status, body: { message: "no Route matched" } })],
      [`a gateway's ${status} page`, noOutcome({ status, body: "<html>" })],
    ]),
  ),
  ...Object.fromEntries(
    [408, 421, 425, 499].map((status) => [
      `a ${status}, which Stripe never gives`,
      noOutcome(refusal(status, { type: "invalid_request_error" })),
    ]),
  ),
  "200 with an error of Stripe's": noOutcome(refusal(200, { type: "invalid_request_error" })),
  "200 with an error of a gateway's": noOutcome({ status: 200, body: { error: { message: "timeout" } } }),
  "a redirection": noOutcome({ status: 307, body: { moved: true }, headers: { Location: "/v1/elsewhere" } }),
  "503 with an object of Stripe's": noOutcome({ status: 503, body: { id: "cus_1", object: "customer" } }),
  "an object of another kind": noOutcome({ status: 200, body: { id: "prod_1", object: "product" } }),
  "an object without an id": noOutcome({ status: 200, body: { object: "customer" } }),
  "a list in an object's place": noOutcome({ status: 200, body: { object: "list", data: [] } }),
  "424": noOutcome(refusal(424, { type: "api_error" })),
  "500": noOutcome(refusal(500, { type: "api_error" })),
  "502": noOutcome({ status: 502, body: "<html>canary@example.com</html>" }),
  "503": noOutcome(refusal(503, { type: "api_error" })),
  "504 without a body": noOutcome({ status: 504, body: "" }),
  "a proxy's 502 in JSON": noOutcome({ status: 502, body: { message: "canary@example.com" } }),
  "a proxy's 502 with a word for an error": noOutcome({ status: 502, body: { error: "canary@example.com" } }),
  "an answer of nothing": noOutcome({ status: 200, body: "null" }),
  "an answer of an empty object": noOutcome({ status: 200, body: {} }),
  "an answer of a list": noOutcome({ status: 200, body: [] }),
  "an answer that is not JSON": noOutcome({ status: 200, body: "<html>canary@example.com</html>" }),
  "half an answer that seems whole": noOutcome({
    status: 200,
    body: '{"id": "cus_1", "email": "canary@example.com',
  }),
  "a connection that is reset": noOutcome("reset"),
  "an answer that is cut off": noOutcome("cut off"),
};

let stripe: ScriptedStripe;
beforeAll(async () => {
  stripe = await startScriptedStripe();
});
afterAll(() => stripe.close());

describe.each(SDK_VERSIONS)("what %s throws", (version) => {
  let client: StripeClient;
  beforeEach(() => {
    client = stripe.clients[version];
  });

  const failureOf = async (request: StripeRequest): Promise<unknown> =>
    sendOnce(client, request, new Deadline(10_000)).then(
      () => expect.unreachable("It should have failed."),
      (error: unknown) => error,
    );

  // stripe 17 does not hear of an answer that is cut off; the call ends by its deadline.
  const failures = Object.entries(FAILURES).filter(
    ([name]) => version !== "stripe 17" || name !== "an answer that is cut off",
  );

  describe.each(failures)("after %s", (_, { act, read, write = read }) => {
    it("tells a read what it means", async () => {
      stripe.script(act);
      expect(await failureOf(READ)).toMatchObject({ message: expect.stringMatching(SENTENCES), ...read });
    });

    it("tells a write what it means", async () => {
      stripe.script(act);
      expect(await failureOf(WRITE)).toMatchObject({ message: expect.stringMatching(SENTENCES), ...write });
      const { idempotencyKey: _key, ...withoutKey } = write;
      expect(await failureOf(DELETION)).toMatchObject(withoutKey);
    });

    it("gives away nothing of what Stripe said", async () => {
      stripe.script(act);
      for (const request of [READ, WRITE, DELETION]) {
        const error = await failureOf(request);
        const shown = [bytesOf(error), String(error), ...Object.values({ ...(error as object) })]
          .map(String)
          .join();
        for (const canary of CANARIES) expect(shown).not.toContain(canary);
      }
    });
  });

  it("says the same of everything that is missing, whatever else Stripe said of it", async () => {
    stripe.script(refusal(404, { type: "invalid_request_error", code: "resource_missing", param: "id" }));
    const missing = await failureOf(READ);
    expect(Object.keys(missing as object)).not.toContain("cause");
    for (const other of [
      refusal(404, { type: "invalid_request_error" }),
      refusal(400, { type: "invalid_request_error", code: "resource_missing", param: "customer" }),
    ]) {
      stripe.script(other);
      expect(await failureOf(READ)).toStrictEqual(missing);
    }
  });

  it.each([
    ["authenticate", { code: "authentication_required" }],
    ["authenticate", { code: "subscription_payment_intent_requires_action" }],
    ["authenticate", { code: "payment_intent_authentication_failure" }],
    ["authenticate", { code: "card_declined", decline_code: "authentication_required" }],
    ["correct_details", { code: "incorrect_cvc", decline_code: "incorrect_cvc" }],
    ["correct_details", { code: "card_declined", decline_code: "invalid_number" }],
    ["correct_details", { code: "card_declined", advice_code: "confirm_card_data" }],
    ["try_again", { code: "processing_error" }],
    ["try_again", { code: "card_declined", decline_code: "issuer_not_available" }],
    ["try_again", { code: "card_declined", decline_code: "unheard_of", advice_code: "try_again_later" }],
    ["use_another_payment_method", { code: "card_declined", advice_code: "do_not_try_again" }],
    ["use_another_payment_method", { code: "expired_card" }],
    ["use_another_payment_method", { code: "card_declined", decline_code: "insufficient_funds" }],
    ["use_another_payment_method", { code: "card_declined", decline_code: "stolen_card" }],
    ["use_another_payment_method", {}],
  ])("says what a customer has to do next: %s after %o", async (nextStep, error) => {
    stripe.script(
      refusal(402, { type: "card_error", decline_code: undefined, advice_code: undefined, ...error }),
    );
    expect(await failureOf(WRITE)).toMatchObject({ code: "payment_required", nextStep });
  });

  it("tells nobody but the application that a card was reported as stolen", async () => {
    const codeAndMessage = async (declineCode: string) => {
      stripe.script(refusal(402, { type: "card_error", code: "card_declined", decline_code: declineCode }));
      return toProblemResponse(await failureOf(WRITE)).text();
    };
    const told = await codeAndMessage("stolen_card");
    expect(told).toBe(await codeAndMessage("insufficient_funds"));
    expect(JSON.parse(told)).toMatchObject({ status: 402, nextStep: "use_another_payment_method" });
  });

  it("has an answer of ours for every status that Stripe could give", async () => {
    for (let status = 400; status < 600; status++) {
      stripe.script(refusal(status, { type: "surprise", code: "surprise" }));
      for (const request of [READ, WRITE, DELETION])
        expect(isBillingError(await failureOf(request))).toBe(true);
    }
  });

  it("knows an expired key from one that was never right", async () => {
    const messageOf = async (code: string) => {
      stripe.script(refusal(401, { type: "invalid_request_error", code }));
      return String(await failureOf(READ));
    };
    expect(await messageOf("api_key_expired")).toMatch(/has expired/);
    expect(await messageOf("platform_api_key_expired")).toMatch(/has expired/);
    expect(await messageOf("secret_key_required")).toMatch(/refused the API key/);
  });

  it("tells a refused connection as one that failed", async () => {
    const gone = await startScriptedStripe();
    await gone.close();
    client = gone.clients[version];
    expect(await failureOf(READ)).toMatchObject(UNAVAILABLE);
    expect(await failureOf(WRITE)).toMatchObject(UNKNOWN_OUTCOME);
  });

  it("drops words of Stripe's that could be a person's", async () => {
    const said = "canary@example.com";
    stripe.script(refusal(402, { type: "card_error", code: said, decline_code: said, param: `${said} [0]` }));
    const error = await failureOf(WRITE);
    expect(error).toMatchObject({
      code: "payment_required",
      cause: { code: undefined, declineCode: undefined, param: undefined },
    });
    expect(bytesOf(error)).not.toContain("canary");
  });

  it.each([
    ["a read", { ...READ, params: { query: "half \ud800 of a character" } }],
    // stripe 17 writes another character in its place.
    ...(version === "stripe 17"
      ? []
      : ([["a write", { ...WRITE, params: { description: "half \ud800 of a character" } }]] as const)),
  ] as const)("refuses %s with a text that cannot be sent, and sends nothing", async (_, request) => {
    stripe.script();
    expect(await failureOf(request)).toMatchObject({ code: "invalid_argument", retryable: false });
    expect(stripe.requests).toEqual([]);
  });
});
