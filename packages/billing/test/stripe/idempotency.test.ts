import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Deadline } from "../../src/deadline.js";
import { connectTenancy, type IndeterminateError, metadataTenancy } from "../../src/index.js";
import { type KeyScope, scopedName, scopeIdempotencyKey } from "../../src/stripe/idempotency.js";
import { createTransport } from "../../src/stripe/transport.js";
import { Gate } from "../../src/tenancy/gate/gate.js";
import { OwnershipCache } from "../../src/tenancy/ownership-cache.js";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";
import { startScriptedStripe } from "./scripted-stripe.js";

const tenantId = fc.stringMatching(/^[a1][a1_.:-]{0,3}$/);
const scope: fc.Arbitrary<KeyScope> = fc.record({
  account: fc.option(fc.stringMatching(/^acct_[a1]{1,3}$/), { nil: undefined }),
  tenantId,
  call: fc.constantFrom("POST /v1/customers", "POST /v1/customers/{customer}", "POST /v1/subscriptions"),
});
/** Of the characters that a join of the parts could be confused by. */
const callerKey = fc.string({
  unit: fc.constantFrom("a", "1", ":", ".", "/", "-", " ", "_", "{", "}"),
  minLength: 1,
  maxLength: 12,
});

describe("a name that Stripe is sent", () => {
  it("tells apart parts that a join would make alike", () => {
    expect(scopedName(["api:calls", "1"])).not.toBe(scopedName(["api", "calls:1"]));
  });
});

describe("the idempotency key that Stripe is sent", () => {
  it("is the same for the same key, tenant, account and call, and for nothing else", () => {
    fc.assert(
      fc.property(callerKey, scope, callerKey, scope, (key, owner, otherKey, other) => {
        const same = JSON.stringify([key, owner]) === JSON.stringify([otherKey, other]);
        const sent = scopeIdempotencyKey(key, owner).atStripe;
        expect(sent === scopeIdempotencyKey(otherKey, other).atStripe).toBe(same);
        expect(scopeIdempotencyKey(key, { ...owner }).atStripe).toBe(sent);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each<Partial<KeyScope>>([
    { account: undefined },
    { account: "acct_2" },
    { tenantId: "globex" },
    { tenantId: "ACME" },
    { call: "POST /v1/customers/{customer}" },
  ])("is another one where all is the same but for %j", (other) => {
    const owner = { account: "acct_1", tenantId: "acme", call: "POST /v1/customers" };
    const sent = scopeIdempotencyKey("key", owner).atStripe;

    expect(scopeIdempotencyKey("key", { ...owner, ...other }).atStripe).not.toBe(sent);
    expect(scopeIdempotencyKey("key", owner).atStripe).toBe(sent);
  });

  it("does not change when a part of one piece moves into the next", () => {
    const moved = [
      { account: undefined, tenantId: "acme", call: "POST /v1/customers" },
      { account: "acme", tenantId: "POST /v1/customers", call: "" },
      { account: "", tenantId: "acmePOST /v1/customers", call: "" },
      { account: "a", tenantId: "cme", call: "POST /v1/customers" },
    ];
    const sent = moved.flatMap((each) =>
      ["key", "ke", "y"].map((key) => scopeIdempotencyKey(key, each).atStripe),
    );
    expect(new Set(sent).size).toBe(sent.length);
  });

  it("fits Stripe's limit and holds nothing of what it was made of, however long that is", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\x20-\x7e]{20,255}$/), scope, (key, owner) => {
        const { atStripe, ofCaller } = scopeIdempotencyKey(key, owner);
        expect(atStripe).toMatch(/^billing_[\da-f]{64}$/);
        expect(ofCaller).toBe(key);
      }),
    );
  });

  it.each(["", "é", "line\nbreak", "\u0000", "a".repeat(256), 7, null, {}, ["key"]])(
    "is not made of %j",
    (key) => {
      const owner = { account: undefined, tenantId: "acme", call: "POST /v1/customers" };
      expect(() => Reflect.apply(scopeIdempotencyKey, undefined, [key, owner])).toThrow(
        expect.objectContaining({ code: "invalid_argument" }),
      );
    },
  );
});

describe("a caller's idempotency key over HTTP", () => {
  let world: StripeWorld;
  beforeAll(async () => {
    world = await startStripeWorld();
  });
  afterAll(() => world.close());

  const sentKeys = () =>
    world.local.requests.flatMap(({ method, idempotencyKey }) => (method === "POST" ? [idempotencyKey] : []));

  it("makes two effects when two tenants use the same one, and gives each its own answer", async () => {
    const acme = await world.addTenant("acme");
    const globex = await world.addTenant("globex");
    const service = world.service();
    world.takeRequests();
    for (const { tenantId, subscriptionId } of [acme, globex]) {
      const canceled = await service
        .forTenant(tenantId)
        .cancelSubscription(subscriptionId, { idempotencyKey: "cancel" });
      expect(canceled).toMatchObject({ id: subscriptionId, cancelsAt: expect.any(Date) });
    }
    expect(new Set(sentKeys()).size).toBe(2);
    for (const { subscriptionId } of [acme, globex]) {
      expect(await world.stripe.subscriptions.retrieve(subscriptionId)).toMatchObject({
        cancel_at_period_end: true,
      });
    }
  });

  it("makes two effects when two connected accounts use the same one", async () => {
    const accounts = new Map(["one", "two"].map((id) => [id, world.local.connectAccount()]));
    const tenancy = connectTenancy({
      accountOf: (id) => accounts.get(id),
      tenantOf: (account) => [...accounts].find(([, linked]) => linked === account)?.[0],
    });
    const keys = new Set<unknown>();
    for (const [id, stripeAccount] of accounts) {
      const { subscriptionId } = await world.addTenant(id, { stripeAccount, metadata: {} });
      world.takeRequests();
      await world
        .service({ tenancy })
        .forTenant(id)
        .cancelSubscription(subscriptionId, { idempotencyKey: "same" });
      keys.add(sentKeys()[0]);
    }
    expect(keys.size).toBe(2);
  });

  it("makes one effect however often a tenant uses it for the same thing", async () => {
    const { subscriptionId } = await world.addTenant("twice");
    const billing = world.service().forTenant("twice");
    const cancel = () => billing.cancelSubscription(subscriptionId, { idempotencyKey: "once" });
    expect(await cancel()).toEqual(await cancel());
    await world.stripe.subscriptions.update(subscriptionId, { cancel_at_period_end: false });

    // Shows what is so now, and not what Stripe answered then.
    expect(await cancel()).toMatchObject({ cancelsAt: null });
    expect(await world.stripe.subscriptions.retrieve(subscriptionId)).toMatchObject({
      cancel_at_period_end: false,
    });
  });

  it("is a conflict with other parameters, or for another object, and makes no effect", async () => {
    const { subscriptionId, customerId, priceId } = await world.addTenant("other");
    const other = await world.stripe.subscriptions.create({
      customer: customerId,
      items: [{ price: priceId }],
    });
    const billing = world.service().forTenant("other");
    const idempotencyKey = "used";
    await billing.cancelSubscription(subscriptionId, { idempotencyKey });

    await expect(
      billing.cancelSubscription(subscriptionId, { idempotencyKey, comment: "On second thoughts" }),
    ).rejects.toMatchObject({ name: "ConflictError", code: "conflict" });
    await expect(billing.cancelSubscription(other.id, { idempotencyKey })).rejects.toMatchObject({
      code: "conflict",
    });
    expect(await world.stripe.subscriptions.retrieve(other.id)).toMatchObject({
      cancel_at_period_end: false,
    });
  });

  it.each([
    ["random one", {}],
    ["caller's", { idempotencyKey: "mine" }],
  ])(
    "is kept by an error of unknown outcome, whose %s makes the retry the same request",
    async (_, options) => {
      const tenantId = `retry-${Object.keys(options).length}`;
      const { subscriptionId } = await world.addTenant(tenantId);
      const billing = world.service().forTenant(tenantId);
      world.local.faults.add({ kind: "stall", when: "after", method: "POST" });
      world.takeRequests();
      const error = await billing.cancelSubscription(subscriptionId, { timeoutMs: 200, ...options }).then(
        () => expect.unreachable(),
        (reason: IndeterminateError) => reason,
      );
      expect(error).toMatchObject({ code: "indeterminate", retryable: true, ...options });
      // The effect was made; that the retry makes none shows once it is taken back.
      await world.stripe.subscriptions.update(subscriptionId, { cancel_at_period_end: false });

      await billing.cancelSubscription(subscriptionId, { idempotencyKey: error.idempotencyKey ?? "" });
      expect(await world.stripe.subscriptions.retrieve(subscriptionId)).toMatchObject({
        cancel_at_period_end: false,
      });
      const [first, , retried] = sentKeys();
      expect(retried).toBe(first);
    },
  );
});

it("is one random key for all writes of a call, so that a retry with it repeats none of them", async () => {
  const stripe = await startScriptedStripe();
  stripe.script({ status: 500, body: { error: { type: "api_error" } } });
  const gate = new Gate({
    transport: createTransport(stripe.sdk, { maxRetries: 0 }),
    tenancy: metadataTenancy(),
    tenantId: "acme",
    account: undefined,
    mode: "test",
    cache: new OwnershipCache(300_000),
    configurations: new OwnershipCache(300_000),
    deadline: new Deadline(10_000),
    onAudit: () => undefined,
    trusted: [],
  });
  const keyOfFailure = () =>
    gate.write("POST /v1/customers", {}, {}).then(
      () => expect.unreachable(),
      (error: IndeterminateError) => error.idempotencyKey,
    );
  const key = await keyOfFailure();
  expect(key).toEqual(expect.any(String));
  expect(await keyOfFailure()).toBe(key);
  await stripe.close();
});
