import { describe, expect } from "vitest";
import { it } from "./support/it.js";
import { refusal, startLocal } from "./support/local.js";

describe("a planned fault", () => {
  it("befalls the requests it names, as often as it says, and no others", async ({ local, stripe }) => {
    local.faults.add({
      kind: "rate_limit",
      reason: "endpoint-rate",
      method: "GET",
      path: /^\/v1\/products/,
      times: 2,
      after: 1,
    });
    const outcomes: (string | undefined)[] = [];
    for (let count = 0; count < 4; count += 1) {
      await stripe.customers.list();
      outcomes.push(
        await stripe.products.list().then(
          () => "ok",
          (error: { type: string }) => error.type,
        ),
      );
    }
    expect(outcomes).toEqual(["ok", "StripeRateLimitError", "StripeRateLimitError", "ok"]);
  });

  it("befalls one account of several", async () => {
    const { local, stripe } = await startLocal({ accounts: ["acct_one"] });
    local.faults.add({ kind: "conflict", account: "acct_one" });
    await stripe.products.list();
    const there = await refusal(stripe.products.list({}, { stripeAccount: "acct_one" }));
    expect(there.code).toBe("idempotency_key_in_use");
  });

  it("is taken away again by the function that planned it, or with all others", async ({ local, stripe }) => {
    const undo = local.faults.add({ kind: "conflict", times: 9 });
    undo();
    await stripe.products.list();
    local.faults.add({ kind: "conflict", times: 9 });
    local.faults.clear();
    await stripe.products.list();
    expect(local.requests.map(({ status }) => status)).toEqual([200, 200]);
  });

  it("answers as Stripe does when it limits, locks and conflicts", async ({ local, stripe }) => {
    local.faults.add({ kind: "rate_limit", reason: "global-rate" });
    const limited = await refusal(stripe.products.list());
    expect(limited).toMatchObject({ statusCode: 429, code: "rate_limit" });
    expect(limited.headers).toMatchObject({ "stripe-rate-limited-reason": "global-rate" });
    local.faults.add({ kind: "lock_timeout" });
    const locked = await refusal(stripe.products.list());
    expect(locked).toMatchObject({ statusCode: 429, code: "lock_timeout", type: "StripeRateLimitError" });
    expect(locked.headers).toMatchObject({ "stripe-should-retry": "true" });
    local.faults.add({ kind: "conflict" });
    expect(await refusal(stripe.products.list())).toMatchObject({
      statusCode: 409,
      code: "idempotency_key_in_use",
    });
  });

  it("before the effect leaves the key free, after it keeps the effect and answers the same again", async ({
    local,
    stripe,
  }) => {
    local.faults.add({ kind: "server_error" });
    const options = { idempotencyKey: "one" };
    expect(await refusal(stripe.customers.create({}, options))).toMatchObject({ statusCode: 500 });
    await stripe.customers.create({}, options);
    expect((await stripe.customers.list()).data).toHaveLength(1);

    local.faults.add({ kind: "server_error", when: "after", method: "POST" });
    const lost = { idempotencyKey: "two" };
    expect(await refusal(stripe.customers.create({}, lost))).toMatchObject({ statusCode: 500 });
    expect(await refusal(stripe.customers.create({}, lost))).toMatchObject({ statusCode: 500 });
    expect((await stripe.customers.list()).data).toHaveLength(2);
  });

  it("resets the connection, and with the same key the effect happens once", async ({ local, stripe }) => {
    for (const when of ["before", "after"] as const) {
      local.faults.add({ kind: "reset", when, method: "POST", times: 1 });
      // The SDK itself tries once more after a first reset.
      await stripe.customers.create({ name: when });
    }
    expect((await stripe.customers.list()).data.map(({ name }) => name)).toEqual(["after", "before"]);
    expect(local.requests.filter(({ method }) => method === "POST")).toHaveLength(4);
  });

  it.each([
    ["before", 0],
    ["after", 1],
  ] as const)("stalls %s the effect until the client gives up", async (when, made) => {
    const { local, stripe } = await startLocal();
    local.faults.add({ kind: "stall", when });
    const error = await refusal(stripe.customers.create({}, { timeout: 50 }));
    expect(error.type).toBe("StripeConnectionError");
    expect((await stripe.customers.list()).data).toHaveLength(made);
  });

  it.each(["json", "connection"] as const)("cuts the answer short by %s", async (by) => {
    const { local, stripe } = await startLocal();
    local.faults.add({ kind: "truncated", by, method: "POST" });
    const error = await refusal(stripe.customers.create({}));
    expect(["StripeAPIError", "StripeConnectionError"]).toContain(error.type);
    expect((await stripe.customers.list()).data).toHaveLength(1);
  });

  it("makes a request slow, and a second one with its key a conflict", async ({ local, stripe }) => {
    local.faults.add({ kind: "latency", milliseconds: 50, method: "POST" });
    const options = { idempotencyKey: "one" };
    const outcomes = await Promise.allSettled([
      stripe.customers.create({}, options),
      stripe.customers.create({}, options),
    ]);
    const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(refused).toEqual([expect.objectContaining({ statusCode: 409, code: "idempotency_key_in_use" })]);
    const made = outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value.id] : []));
    expect([(await stripe.customers.create({}, options)).id]).toEqual(made);
  });
});
