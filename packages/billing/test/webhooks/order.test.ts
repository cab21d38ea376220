import { describe, expect, test, vi } from "vitest";
import { InvalidArgumentError, NotFoundError, StripeUnavailableError } from "../../src/errors.js";
import {
  ConfigurationError,
  type EventObjects,
  memoryInbox,
  type TenantResolver,
  type WebhookEvent,
  type WebhookReceiverOptions,
} from "../../src/webhooks.js";
import { type Handlers, receiver } from "./delivering.js";
import {
  type BoundBilling,
  catchError,
  eventBody,
  headerFor,
  NOW_SECONDS,
  now,
  objectOf,
  thinBody,
  twoTenants,
} from "./signed-delivery.js";

/** A Stripe in which the subscription has one state. */
function stripeWith(read: () => Promise<object>): TenantResolver<BoundBilling> {
  return {
    ...twoTenants(),
    resolveTenant: async () => ({ status: "tenant", tenantId: "acme" }),
    forTenant: (tenantId) => ({ boundTo: tenantId, fetchEventObject: read }),
  };
}

type Options = Partial<WebhookReceiverOptions<BoundBilling>>;

/** A receiver that writes down what its handlers were given. */
function recording(options: Options) {
  const seen: { status: unknown; isStale: boolean }[] = [];
  const record = (event: WebhookEvent, { isStale }: { readonly isStale: boolean }) =>
    void seen.push({ status: Reflect.get(objectOf(event), "status"), isStale });
  const on: Handlers = { "customer.subscription.updated": record, "customer.subscription.deleted": record };
  const { receive } = receiver(on, { logger: { warn: () => undefined }, ...options });
  const deliver = (id: string, status: string, second: number, type = "customer.subscription.updated") => {
    const object = { id: "sub_1", object: "subscription", customer: "cus_acme", status, metadata: {} };
    const body = eventBody({ id, type, created: NOW_SECONDS + second, data: { object } });
    return receive(body, headerFor(body));
  };
  return { seen, deliver };
}

const read = async () => ({ id: "sub_1", object: "subscription", status: "as it is now" });
const missing = () => Promise.reject(new NotFoundError("It is gone."));
const unreadable = () => Promise.reject(new InvalidArgumentError("Not of this kind."));

describe("the object of an event", () => {
  test("is the one that Stripe has now, read once", async () => {
    const reading = vi.fn(read);
    const { seen, deliver } = recording({ billing: stripeWith(reading) });
    expect((await deliver("evt_1", "active", 0)).status).toBe("handled");
    expect(seen).toEqual([{ status: "as it is now", isStale: false }]);
    expect(reading).toHaveBeenCalledExactlyOnceWith(
      { type: "subscription", id: "sub_1" },
      { signal: expect.any(AbortSignal) },
    );
  });

  test("is what fetchObject returns, without another request", async () => {
    const reading = vi.fn(read);
    const same = vi.fn();
    const on: Handlers = {
      "customer.subscription.updated": async (event, { fetchObject }) =>
        same((await fetchObject()) === event.data.object),
    };
    const body = eventBody();
    await receiver(on, { billing: stripeWith(reading) }).receive(body, headerFor(body));
    expect(same).toHaveBeenCalledWith(true);
    expect(reading).toHaveBeenCalledTimes(1);
  });

  test("keeps the rest of the event as it was delivered", async () => {
    const handler = vi.fn();
    const body = eventBody({
      data: {
        object: { id: "sub_1", object: "subscription", customer: "cus_acme" },
        previous_attributes: { status: "trialing" },
      },
    });
    const { receive } = receiver(
      { "customer.subscription.updated": handler },
      { billing: stripeWith(read), objects: "current" },
    );
    await receive(body, headerFor(body));
    const event = JSON.parse(body);
    expect(handler.mock.calls[0]?.[0]).toEqual({ ...event, data: { ...event.data, object: await read() } });
  });

  test("makes the event come again when Stripe cannot be asked", async () => {
    const down = () => Promise.reject(new StripeUnavailableError("Stripe is down."));
    const { seen, deliver } = recording({ billing: stripeWith(down) });
    expect(await deliver("evt_1", "active", 0)).toMatchObject({
      status: "failed",
      error: expect.any(StripeUnavailableError),
    });
    expect(seen).toEqual([]);
  });

  test.each<[EventObjects, () => Promise<object>]>([
    ["current", unreadable],
    ["delivered", unreadable],
    ["delivered", missing],
  ])(
    "that cannot be read is handed over %s as delivered, and marked stale where it is late",
    async (objects, refuse) => {
      const { seen, deliver } = recording({ billing: stripeWith(refuse), objects });
      for (const [id, status, second] of [
        ["evt_2", "second", 2],
        ["evt_1", "first", 1],
        ["evt_tied", "tied", 2],
        ["evt_3", "third", 3],
      ] as const)
        expect((await deliver(id, status, second)).status).toBe("handled");
      expect(seen).toEqual([
        { status: "second", isStale: false },
        { status: "first", isStale: true },
        { status: "tied", isStale: true },
        { status: "third", isStale: false },
      ]);
    },
  );

  test("that cannot be read is not stale because another one was read before", async () => {
    const reads = [read, unreadable];
    const { seen, deliver } = recording({ billing: stripeWith(() => (reads.shift() ?? read)()) });
    await deliver("evt_1", "first", 1);
    await deliver("evt_2", "second", 2);
    expect(seen).toEqual([
      { status: "as it is now", isStale: false },
      { status: "second", isStale: false },
    ]);
  });

  test("that is gone is stale, for it may have been handled in a later state", async () => {
    const { seen, deliver } = recording({ billing: stripeWith(missing) });
    await deliver("evt_1", "active", 0);
    expect(seen).toEqual([{ status: "active", isStale: true }]);
  });

  test.each([missing, unreadable])("whose deletion is told is never stale", async (refuse) => {
    const { seen, deliver } = recording({ billing: stripeWith(refuse) });
    await deliver("evt_2", "active", 2);
    await deliver("evt_1", "canceled", 2, "customer.subscription.deleted");
    expect(seen.at(-1)).toEqual({ status: "canceled", isStale: false });
  });

  test("that was detached is never stale", async () => {
    const seen: boolean[] = [];
    const on: Handlers = { "payment_method.detached": (_event, { isStale }) => void seen.push(isStale) };
    const { receive } = receiver(on, { billing: stripeWith(missing) });
    const object = { id: "pm_1", object: "payment_method", customer: "cus_acme" };
    const body = eventBody({ type: "payment_method.detached", data: { object } });
    expect((await receive(body, headerFor(body))).status).toBe("handled");
    expect(seen).toEqual([false]);
  });

  test("is the event's own where the tenant's service reads none, and stale where it is late", async () => {
    const { seen, deliver } = recording({});
    await deliver("evt_2", "second", 2);
    await deliver("evt_1", "first", 1);
    expect(seen).toEqual([
      { status: "second", isStale: false },
      { status: "first", isStale: true },
    ]);
  });
});

describe('with objects: "delivered", the object of an event', () => {
  test("is the event's own while events come in order, without a request", async () => {
    const reading = vi.fn(read);
    const { seen, deliver } = recording({ billing: stripeWith(reading), objects: "delivered" });
    await deliver("evt_1", "first", 1);
    await deliver("evt_2", "second", 2);
    expect(seen.map(({ status }) => status)).toEqual(["first", "second"]);
    expect(reading).not.toHaveBeenCalled();
  });

  test("is read when a newer event was handled, or one of the same second", async () => {
    const { seen, deliver } = recording({ billing: stripeWith(read), objects: "delivered" });
    await deliver("evt_2", "second", 2);
    await deliver("evt_1", "first", 1);
    await deliver("evt_tied", "tied", 2);
    expect(seen.map(({ status }) => status)).toEqual(["second", "as it is now", "as it is now"]);
  });

  test("is read until a minute after it was read, so that it is never older than that", async () => {
    const { seen, deliver } = recording({ billing: stripeWith(read), objects: "delivered" });
    await deliver("evt_2", "second", 2);
    await deliver("evt_1", "first", 1);
    await deliver("evt_3", "third", 60);
    await deliver("evt_4", "fourth", 61);
    expect(seen.map(({ status }) => status)).toEqual(["second", "as it is now", "as it is now", "fourth"]);
  });

  test("is read after a handler has read it, too", async () => {
    const statuses: unknown[] = [];
    const on: Handlers = {
      "v1.customer.subscription.updated": async (_event, { fetchObject }) =>
        void statuses.push(Reflect.get(await fetchObject(), "status")),
      "customer.subscription.updated": (event) => void statuses.push(event.data.object.status),
    };
    const { receive } = receiver(on, { billing: stripeWith(read), objects: "delivered" });
    const thin = thinBody({ id: "evt_1", snapshot_event: null });
    await receive(thin, headerFor(thin));
    const snapshot = eventBody({ id: "evt_2", created: NOW_SECONDS + 1 });
    await receive(snapshot, headerFor(snapshot));
    expect(statuses).toEqual(["as it is now", "as it is now"]);
  });

  test("is read when the event is so old that the inbox may have forgotten a newer one", async () => {
    let nowMs = now();
    const clock = () => nowMs;
    let fail = true;
    const statuses: unknown[] = [];
    const on: Handlers = {
      "customer.subscription.updated": (event) => {
        if (event.id === "evt_1" && fail) throw new Error("broken");
        statuses.push(event.data.object.status);
      },
    };
    const { receive, requeue } = receiver(on, {
      billing: stripeWith(read),
      objects: "delivered",
      inbox: memoryInbox({ maxAttempts: 1, now: clock }),
      logger: { warn: () => undefined },
      now: clock,
    });
    const object = { id: "sub_1", object: "subscription", customer: "cus_acme", status: "canceled" };
    const older = eventBody();
    const newer = eventBody({ id: "evt_2", created: NOW_SECONDS + 1, data: { object } });
    expect((await receive(older, headerFor(older))).status).toBe("dead");
    await receive(newer, headerFor(newer));
    fail = false;
    // Has the inbox forget what it may forget.
    nowMs += 40 * 86_400_000;
    const timestamp = nowMs / 1000;
    const other = eventBody({
      id: "evt_3",
      created: timestamp,
      data: { object: { ...object, id: "sub_2" } },
    });
    await receive(other, headerFor(other, { timestamp }));
    await requeue({ eventId: "evt_1", livemode: false });
    expect(statuses).toEqual(["canceled", "canceled", "as it is now"]);
  });

  test("is its own again when the newer event failed", async () => {
    let fail = true;
    const statuses: unknown[] = [];
    const on: Handlers = {
      "customer.subscription.updated": (event) => {
        if (fail) throw new Error("broken");
        statuses.push(event.data.object.status);
      },
    };
    const { receive } = receiver(on, {
      billing: stripeWith(read),
      objects: "delivered",
      logger: { warn: () => undefined },
    });
    const newer = eventBody({ id: "evt_2", created: NOW_SECONDS + 1 });
    expect((await receive(newer, headerFor(newer))).status).toBe("failed");
    fail = false;
    const older = eventBody();
    await receive(older, headerFor(older));
    expect(statuses).toEqual(["active"]);
  });
});

describe("a thin event", () => {
  test("is handed over as it is, and is stale where it is late", async () => {
    const reading = vi.fn(read);
    const seen: unknown[] = [];
    const on: Handlers = {
      "v1.customer.subscription.updated": (event, { isStale }) => void seen.push([event.id, isStale]),
    };
    const { receive } = receiver(on, { billing: stripeWith(reading) });
    for (const [id, ms] of [
      ["evt_2", 1_400],
      ["evt_tied", 1_900],
      ["evt_1", 300],
    ] as const) {
      const created = new Date(NOW_SECONDS * 1000 + ms).toISOString();
      const body = thinBody({ id, snapshot_event: null, created });
      await receive(body, headerFor(body));
    }
    expect(seen).toEqual([
      ["evt_2", false],
      ["evt_tied", true],
      ["evt_1", true],
    ]);
    expect(reading).not.toHaveBeenCalled();
  });
});

describe("the events of one object", () => {
  test("are handled one at a time, also those of different types", async () => {
    let running = 0;
    let most = 0;
    const handler = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
    };
    const on: Handlers = {
      "customer.subscription.updated": handler,
      "customer.subscription.deleted": handler,
    };
    const { receive } = receiver(on, { billing: stripeWith(read) });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const type = index % 2 === 0 ? "customer.subscription.updated" : "customer.subscription.deleted";
        const body = eventBody({ id: `evt_${index}`, type });
        return receive(body, headerFor(body));
      }),
    );
    expect(outcomes.every(({ status }) => status === "handled")).toBe(true);
    expect(most).toBe(1);
  });

  test("of another object, account or mode do not wait for each other", async () => {
    const started: string[] = [];
    let finish = () => {};
    const gate = new Promise<void>((resolve) => (finish = resolve));
    const on: Handlers = {
      "customer.subscription.updated": async (event) => {
        started.push(event.id);
        await gate;
      },
    };
    const { receive } = receiver(on, { billing: stripeWith(read) });
    const object = { id: "sub_2", object: "subscription", customer: "cus_acme" };
    const bodies = [
      eventBody({ id: "evt_1" }),
      eventBody({ id: "evt_2", data: { object } }),
      eventBody({ id: "evt_3", account: "acct_1" }),
      eventBody({ id: "evt_4", livemode: true }),
    ];
    const outcomes = bodies.map((body) => receive(body, headerFor(body)));
    await vi.waitFor(() => expect(started).toHaveLength(4));
    finish();
    for (const outcome of await Promise.all(outcomes)) expect(outcome.status).toBe("handled");
  });
});

test("objects is refused where it is neither of its values", () => {
  const objects = "latest" as never;
  expect(catchError(() => receiver({}, { objects }))).toBeInstanceOf(ConfigurationError);
});
