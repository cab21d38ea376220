import { inspect } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  AbortedError,
  AccountMismatchError,
  ConfigurationError,
  createWebhookReceiver,
  DeadlineError,
  memoryInbox,
  type Outcome,
  type TenantResolver,
  type WebhookHandlers,
  type WebhookInbox,
  WebhookPayloadError,
  type WebhookReceiverOptions,
  WebhookSignatureError,
} from "../../src/webhooks.js";
import {
  type BoundBilling,
  errorOf,
  eventBody,
  headerFor,
  NOW_SECONDS,
  now,
  OTHER_SECRET,
  SECRET,
  twoTenants,
} from "./signed-delivery.js";

type Handlers = WebhookHandlers<BoundBilling, undefined>;
type Options = Partial<WebhookReceiverOptions<BoundBilling>>;

function receiver(on: Handlers, options: Options = {}) {
  return createWebhookReceiver({
    signingSecrets: [SECRET],
    billing: twoTenants(),
    inbox: memoryInbox(),
    now,
    on,
    ...options,
  });
}

/** A receiver with one handler, and a way to deliver an event to it as Stripe does. */
function delivering(handler: Handlers["customer.subscription.updated"] & {}, options: Options = {}) {
  const webhooks = receiver({ "customer.subscription.updated": handler }, options);
  const deliver = (fields: Record<string, unknown> = {}) => {
    const body = eventBody(fields);
    return webhooks.receive(body, headerFor(body));
  };
  return { ...webhooks, deliver };
}

const about = { delivery: { eventId: "evt_1", livemode: false }, eventType: "customer.subscription.updated" };

describe("a delivery", () => {
  test("is handled once with its event, its tenant and the service bound to that tenant", async () => {
    const handler = vi.fn<Handlers["customer.subscription.updated"] & {}>();
    const { deliver } = delivering(handler);
    expect(await deliver()).toEqual({ ...about, status: "handled", tenantId: "acme", attempt: 1 });
    expect(handler).toHaveBeenCalledExactlyOnceWith(JSON.parse(eventBody()), {
      tenantId: "acme",
      billing: { boundTo: "acme" },
      tx: undefined,
      idempotencyKey: "evt_1",
      signal: expect.any(AbortSignal),
      attempt: 1,
    });
  });

  test("that repeats is a duplicate and not handled again, however Stripe signs it anew", async () => {
    const handler = vi.fn();
    const { receive } = delivering(handler);
    const body = eventBody();
    for (const [age, status] of [
      [0, "handled"],
      [0, "duplicate"],
      [200, "duplicate"],
    ] as const) {
      const outcome = await receive(body, headerFor(body, { timestamp: NOW_SECONDS - age }));
      expect(outcome).toMatchObject({ ...about, status });
    }
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test("is handled once out of hundreds that arrive together", async () => {
    let running = 0;
    const handler = vi.fn(async () => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    const { deliver } = delivering(handler);
    const outcomes = await Promise.all(Array.from({ length: 500 }, () => deliver()));
    const count = (status: Outcome["status"]) =>
      outcomes.filter((outcome) => outcome.status === status).length;
    expect(handler).toHaveBeenCalledTimes(1);
    expect(count("handled")).toBe(1);
    expect(count("busy") + count("duplicate")).toBe(499);
  });

  test("is its own in every account and mode", async () => {
    const keys: string[] = [];
    const { deliver } = delivering(
      (_event, { idempotencyKey }) => {
        keys.push(idempotencyKey);
      },
      { billing: { ...twoTenants(), resolveTenant: async () => ({ status: "tenant", tenantId: "acme" }) } },
    );
    for (const from of [{}, { livemode: true }, { account: "acct_acme" }, { account: "acct_globex" }]) {
      expect((await deliver(from)).status).toBe("handled");
      expect((await deliver(from)).status).toBe("duplicate");
    }
    expect(keys).toEqual(["evt_1", "evt_1", "acct_acme:evt_1", "acct_globex:evt_1"]);
  });

  test("of a type that nobody listens to is ignored before it is claimed", async () => {
    const inbox = memoryInbox();
    const process = vi.spyOn(inbox, "process");
    const { deliver } = delivering(vi.fn(), { inbox });
    for (const type of ["customer.updated", "constructor", "__proto__", "toString", "a.type.of.tomorrow"]) {
      expect(await deliver({ type })).toEqual({
        ...about,
        eventType: type,
        status: "ignored",
        reason: "no_handler",
      });
    }
    expect(process).not.toHaveBeenCalled();
  });

  test("is rejected, with the error, unless it is signed and an event", async () => {
    const handler = vi.fn();
    const { receive } = delivering(handler, {
      signingSecrets: [{ secret: SECRET, source: "connect" }, OTHER_SECRET],
    });
    const body = eventBody();
    const cases = [
      [body, undefined, WebhookSignatureError],
      [`${body} `, headerFor(body), WebhookSignatureError],
      ["{}", headerFor("{}"), WebhookPayloadError],
      [body, headerFor(body), AccountMismatchError],
    ] as const;
    for (const [rawBody, header, type] of cases) {
      const outcome = await receive(rawBody, header);
      expect(outcome).toEqual({ status: "rejected", error: expect.any(type) });
    }
    expect(handler).not.toHaveBeenCalled();
  });

  test("may be given as a promise of its body; one that cannot be read is rejected without its error", async () => {
    const { receive } = delivering(vi.fn());
    const body = eventBody();
    expect((await receive(Promise.resolve(body), headerFor(body))).status).toBe("handled");
    const broken = Promise.reject(Object.assign(new Error(body), { body }));
    const outcome = await receive(broken, headerFor(body));
    expect(outcome).toEqual({ status: "rejected", error: expect.any(WebhookPayloadError) });
    expect(inspect(outcome, { depth: 12 })).not.toContain("sub_1");
  });
});

describe("a handler that does not succeed", () => {
  test("has the event fail, and handled when it is delivered again", async () => {
    const error = new Error("database is down");
    const handler = vi.fn().mockRejectedValueOnce(error).mockResolvedValue(undefined);
    const { deliver } = delivering(handler);
    expect(await deliver()).toEqual({ ...about, status: "failed", attempt: 1, error });
    expect(await deliver()).toEqual({ ...about, status: "handled", tenantId: "acme", attempt: 2 });
    expect(handler.mock.calls.map(([, context]) => context.idempotencyKey)).toEqual(["evt_1", "evt_1"]);
  });

  const trap = {
    get message(): string {
      throw new Error("read the message");
    },
  };
  const throwTrap = () => {
    throw trap;
  };
  test.each<[string, () => unknown]>([
    [
      "throws at once",
      () => {
        throw new Error("sync");
      },
    ],
    [
      "throws undefined",
      () => {
        throw undefined;
      },
    ],
    [
      "throws text",
      () => {
        throw "text";
      },
    ],
    [
      "throws an object whose getters throw",
      () => {
        throw trap;
      },
    ],
    [
      "throws a frozen null-prototype object",
      () => {
        throw Object.freeze(Object.create(null));
      },
    ],
    ["rejects with a promise", () => Promise.reject(Promise.resolve(1))],
    ["returns a thenable that throws", () => new Proxy({}, { get: throwTrap })],
    ["returns a thenable that never settles", () => new Proxy({}, { get: () => () => undefined })],
    ["never settles", () => new Promise(() => undefined)],
    [
      "overflows the stack",
      function overflow(): unknown {
        return [overflow()];
      },
    ],
  ])("that %s ends as failed, and frees the claim", async (_, poison) => {
    let healed = false;
    const handler = () => (healed ? undefined : poison()) as undefined;
    const { deliver } = delivering(handler, { handlerTimeoutMs: 20 });
    expect(await deliver()).toMatchObject({ ...about, status: "failed", attempt: 1 });
    healed = true;
    expect((await deliver()).status).toBe("handled");
  });

  test("is dead after its attempts, stays so, and can be requeued", async () => {
    const error = new Error("poison");
    const handler = vi.fn().mockRejectedValue(error);
    const { deliver, listDead, requeue } = delivering(handler, { inbox: memoryInbox({ maxAttempts: 3 }) });
    for (const attempt of [1, 2]) expect(await deliver()).toMatchObject({ status: "failed", attempt });
    expect(await deliver()).toEqual({ ...about, status: "dead", attempt: 3, error });
    expect(await deliver()).toEqual({ ...about, status: "dead", attempt: 3 });
    expect(handler).toHaveBeenCalledTimes(3);
    const [dead] = await listDead();
    expect(dead).toMatchObject({ key: about.delivery, eventType: about.eventType, attempts: 3 });

    expect(await requeue(about.delivery)).toEqual({ ...about, status: "dead", attempt: 4, error });
    handler.mockResolvedValue(undefined);
    expect(await requeue(about.delivery)).toEqual({
      ...about,
      status: "handled",
      tenantId: "acme",
      attempt: 5,
    });
    expect(handler.mock.lastCall?.[0]).toEqual(JSON.parse(eventBody()));
    expect(await requeue(about.delivery)).toBeUndefined();
    expect((await deliver()).status).toBe("duplicate");
    expect(await listDead()).toEqual([]);
  });

  test("does not hold up others", async () => {
    const { deliver } = delivering(
      (event) => (event.id === "evt_hangs" ? new Promise(() => undefined) : undefined),
      { handlerTimeoutMs: 200 },
    );
    const hanging = deliver({ id: "evt_hangs" });
    for (let index = 0; index < 20; index += 1) {
      expect((await deliver({ id: `evt_${index}` })).status).toBe("handled");
    }
    expect((await hanging).status).toBe("failed");
  });
});

describe("the deadline of a handler", () => {
  test("aborts its signal, fails the delivery, and takes no late result", async () => {
    let finish = () => {};
    let seen: AbortSignal | undefined;
    const handler = vi.fn((_event, { signal }) => {
      seen = signal;
      return new Promise<void>((resolve) => (finish = resolve));
    });
    const { deliver } = delivering(handler, { handlerTimeoutMs: 20 });
    const outcome = await deliver();
    expect(outcome).toMatchObject({ status: "failed", error: expect.any(DeadlineError) });
    expect(seen?.aborted).toBe(true);
    expect(seen?.reason).toBeInstanceOf(DeadlineError);
    finish();
    handler.mockResolvedValue(undefined);
    expect(await deliver()).toMatchObject({ status: "handled", attempt: 2 });
  });

  test("takes a late rejection without a stir", async () => {
    let fail = () => {};
    const { deliver } = delivering(
      () => new Promise<void>((_, reject) => (fail = () => reject(new Error("late")))),
      {
        handlerTimeoutMs: 20,
      },
    );
    expect((await deliver()).status).toBe("failed");
    fail();
    await new Promise((resolve) => setTimeout(resolve, 5));
  });

  test("also bounds the search for the tenant, after which no handler starts", async () => {
    const handler = vi.fn();
    let answer = () => {};
    const billing: TenantResolver<BoundBilling> = {
      ...twoTenants(),
      resolveTenant: () =>
        new Promise((resolve) => {
          answer = () => resolve({ status: "tenant", tenantId: "acme" });
        }),
    };
    const { deliver } = delivering(handler, { billing, handlerTimeoutMs: 20 });
    expect(await deliver()).toMatchObject({ status: "failed", error: expect.any(DeadlineError) });
    answer();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(handler).not.toHaveBeenCalled();
  });

  test("leaves no timer and no listener behind", async () => {
    const controller = new AbortController();
    const added = vi.spyOn(controller.signal, "addEventListener");
    const removed = vi.spyOn(controller.signal, "removeEventListener");
    const { receive } = delivering(vi.fn());
    const body = eventBody();
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    await receive(body, headerFor(body), { signal: controller.signal });
    expect(timers()).toBe(before);
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed).toHaveBeenCalledTimes(1);
  });

  test("comes early when the caller aborts, as for a shutdown", async () => {
    const controller = new AbortController();
    const { receive } = delivering(() => new Promise(() => undefined));
    const body = eventBody();
    const outcome = receive(body, headerFor(body), { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    expect(await outcome).toMatchObject({ status: "failed", error: expect.any(AbortedError) });
    expect((await receive(body, headerFor(body), { signal: controller.signal })).status).toBe("failed");
  });
});

describe("the tenant of a delivery", () => {
  test("is each event's own", async () => {
    const bound: unknown[] = [];
    const { deliver } = delivering((_event, { tenantId, billing }) => {
      bound.push([tenantId, billing.boundTo]);
    });
    for (const [index, customer] of ["cus_acme", "cus_globex", "cus_acme"].entries()) {
      await deliver({ id: `evt_${index}`, data: { object: { object: "subscription", customer } } });
    }
    await deliver({ id: "evt_3", account: "acct_globex", data: { object: { object: "account" } } });
    expect(bound).toEqual([
      ["acme", "acme"],
      ["globex", "globex"],
      ["acme", "acme"],
      ["globex", "globex"],
    ]);
  });

  test("that is not known yet leaves the event unresolved until it is", async () => {
    const handler = vi.fn();
    const known = new Map<string, string>();
    const billing: TenantResolver<BoundBilling> = {
      ...twoTenants(),
      async resolveTenant({ customerId = "" }) {
        const tenantId = known.get(customerId);
        return tenantId === undefined ? { status: "unknown" } : { status: "tenant", tenantId };
      },
    };
    const { deliver } = delivering(handler, { billing });
    expect(await deliver()).toEqual({ ...about, status: "unresolved", attempt: 1 });
    expect(handler).not.toHaveBeenCalled();
    known.set("cus_acme", "acme");
    expect(await deliver()).toEqual({ ...about, status: "handled", tenantId: "acme", attempt: 2 });
  });

  test("that never becomes known leaves the event dead, for a requeue", async () => {
    const { deliver, listDead } = delivering(vi.fn(), { inbox: memoryInbox({ maxAttempts: 2 }) });
    const data = { object: { object: "subscription", customer: "cus_nobody" } };
    expect((await deliver({ data })).status).toBe("unresolved");
    expect((await deliver({ data })).status).toBe("dead");
    expect(await listDead()).toHaveLength(1);
  });

  test("that could not be looked up fails the delivery", async () => {
    const error = new Error("Stripe is down");
    const billing = { ...twoTenants(), resolveTenant: () => Promise.reject(error) };
    const handler = vi.fn();
    expect(await delivering(handler, { billing }).deliver()).toMatchObject({ status: "failed", error });
    expect(handler).not.toHaveBeenCalled();
  });

  test("who is nobody has the event ignored, and remembered", async () => {
    const handler = vi.fn();
    const { deliver } = delivering(handler);
    const data = { object: { object: "product", metadata: { tenantId: "*" } } };
    expect(await deliver({ data })).toEqual({ ...about, status: "ignored", reason: "foreign" });
    expect((await deliver({ data })).status).toBe("duplicate");
    const ownerless = { object: { object: "balance" } };
    expect(await deliver({ data: ownerless, id: "evt_2" })).toMatchObject({
      status: "ignored",
      reason: "no_owner",
    });
    expect(handler).not.toHaveBeenCalled();
  });

  test("is looked up once for an event that arrives many times at once", async () => {
    const billing = twoTenants();
    const resolveTenant = vi.spyOn(billing, "resolveTenant");
    const { deliver } = delivering(vi.fn(), { billing });
    await Promise.all(Array.from({ length: 50 }, () => deliver()));
    expect(resolveTenant).toHaveBeenCalledTimes(1);
    expect(resolveTenant).toHaveBeenCalledWith(
      { customerId: "cus_acme" },
      { signal: expect.any(AbortSignal) },
    );
  });
});

describe("an inbox", () => {
  test("that fails leaves the delivery unacknowledged", async () => {
    const error = new Error("storage is down");
    const inbox = { ...memoryInbox(), process: () => Promise.reject(error) };
    expect(await delivering(vi.fn(), { inbox }).deliver()).toEqual({ ...about, status: "failed", error });
  });

  test("that cannot settle leaves the delivery unacknowledged, although the handler ran", async () => {
    const inbox: WebhookInbox<undefined> = {
      ...memoryInbox(),
      async process(delivery, work) {
        await work({ ...delivery, attempt: 1, tx: undefined });
        throw new Error("connection lost at commit");
      },
    };
    const handler = vi.fn();
    expect((await delivering(handler, { inbox }).deliver()).status).toBe("failed");
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test("that loses its claim aborts the handler and takes no result of it", async () => {
    const lease = new AbortController();
    const inbox: WebhookInbox<undefined> = {
      ...memoryInbox(),
      async process(delivery, work) {
        const result = work({ ...delivery, attempt: 1, tx: undefined, signal: lease.signal });
        await expect(result).rejects.toBeInstanceOf(AbortedError);
        return { status: "busy" };
      },
    };
    const { deliver } = delivering(
      (_event, { signal }) => {
        lease.abort();
        expect(signal.aborted).toBe(true);
        return new Promise(() => undefined);
      },
      { inbox },
    );
    expect(await deliver()).toEqual({ ...about, status: "busy" });
  });

  test("in memory is used when none is given, with a warning", () => {
    const { inbox: _, ...options } = {
      inbox: undefined,
      signingSecrets: [SECRET],
      billing: twoTenants(),
      on: {},
    };
    const warn = vi.fn();
    createWebhookReceiver({ ...options, logger: { warn } });
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/in memory.*memoryInbox\(\)/));
    const emitWarning = vi.spyOn(process, "emitWarning").mockReturnValue();
    createWebhookReceiver(options);
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/in memory/), {
      type: "BillingWarning",
    });
    createWebhookReceiver({ ...options, inbox: memoryInbox() });
    expect(emitWarning).toHaveBeenCalledTimes(1);
  });
});

describe("onOutcome", () => {
  test("is told of every outcome before it is answered", async () => {
    const seen: Outcome[] = [];
    const onOutcome = (outcome: Outcome) => void seen.push(outcome);
    const { deliver, receive, requeue } = delivering(vi.fn().mockRejectedValue(new Error("no")), {
      onOutcome,
      inbox: memoryInbox({ maxAttempts: 2 }),
    });
    const answers = [
      await deliver(),
      await deliver(),
      await deliver({ type: "customer.updated" }),
      await receive("", ""),
    ];
    answers.push((await requeue(about.delivery)) ?? (await deliver()));
    expect(seen).toEqual(answers);
    expect(seen.map(({ status }) => status)).toEqual(["failed", "dead", "ignored", "rejected", "dead"]);
  });

  test("cannot change the answer by throwing, now or later", async () => {
    const warn = vi.fn();
    for (const onOutcome of [
      () => {
        throw new Error("metrics are down");
      },
      () => Promise.reject(new Error("metrics are down")),
    ]) {
      const { deliver } = delivering(vi.fn(), { onOutcome, logger: { warn } });
      expect((await deliver()).status).toBe("handled");
    }
    expect(warn).toHaveBeenCalledTimes(2);
  });

  test("sees no payload: what the event carries is in no outcome", async () => {
    const seen: Outcome[] = [];
    const { deliver } = delivering(vi.fn().mockRejectedValueOnce(new Error("no")), {
      onOutcome: (outcome) => void seen.push(outcome),
    });
    const canary = "jenny@example.com";
    for (const id of ["evt_1", "evt_1", "evt_1", "evt_2\r\nforged: line"]) {
      await deliver({
        id,
        data: { object: { object: "subscription", customer: "cus_acme", email: canary } },
      });
    }
    expect(seen.map(({ status }) => status)).toEqual(["failed", "handled", "duplicate", "rejected"]);
    const printed = inspect(seen, { depth: 12 }) + JSON.stringify(seen);
    expect(printed).not.toContain(canary);
    expect(printed).not.toContain("forged");
  });
});

describe("a receiver", () => {
  afterEach(() => vi.restoreAllMocks());

  test("is refused with options that cannot be right", () => {
    const right = { signingSecrets: [SECRET], billing: twoTenants(), inbox: memoryInbox(), on: {} };
    for (const wrong of [
      { signingSecrets: [] },
      { signingSecrets: [""] },
      { billing: undefined },
      { billing: {} },
      { billing: { forTenant: () => ({}) } },
      { on: undefined },
      { on: { "invoice.paid": "handler" } },
      { handlerTimeoutMs: 0 },
      { handlerTimeoutMs: Number.POSITIVE_INFINITY },
      { handlerTimeoutMs: 2 ** 31 },
      { bodyTimeoutMs: -1 },
      { maxBodyBytes: 0 },
      { toleranceSeconds: 0 },
    ]) {
      const call = () => Reflect.apply(createWebhookReceiver, undefined, [{ ...right, ...wrong }]);
      expect(errorOf(call), JSON.stringify(wrong)).toBeInstanceOf(ConfigurationError);
    }
  });

  test("knows the handlers it was made with and no others", async () => {
    const on: Record<string, () => void> = { "customer.subscription.updated": vi.fn() };
    const { receive } = receiver(on);
    const late = vi.fn();
    on["customer.subscription.updated"] = late;
    on["customer.updated"] = late;
    const body = eventBody();
    expect((await receive(body, headerFor(body))).status).toBe("handled");
    const updated = eventBody({ id: "evt_2", type: "customer.updated" });
    expect((await receive(updated, headerFor(updated))).status).toBe("ignored");
    expect(late).not.toHaveBeenCalled();
  });
});
