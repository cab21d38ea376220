import { describe, expect, test, vi } from "vitest";
import { AbortedError, DeadlineError, memoryInbox, type TenantResolver } from "../../src/webhooks.js";
import { about, delivering } from "./delivering.js";
import { type BoundBilling, eventBody, headerFor, twoTenants } from "./signed-delivery.js";

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
    const inbox = memoryInbox();
    const { deliver } = delivering(() => poison() as undefined, { inbox, handlerTimeoutMs: 20 });
    expect(await deliver()).toMatchObject({ ...about, status: "failed", attempt: 1 });
    // In a time that a busy machine keeps.
    expect((await delivering(vi.fn(), { inbox }).deliver()).status).toBe("handled");
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

  test("is busy for a requeue while another one is at work on it, and not dead any more after that", async () => {
    let finish = () => {};
    const held = new Promise<void>((resolve) => (finish = resolve));
    const handler = vi.fn().mockRejectedValueOnce(new Error("poison")).mockReturnValueOnce(held);
    const { deliver, requeue } = delivering(handler, { inbox: memoryInbox({ maxAttempts: 1 }) });
    expect((await deliver()).status).toBe("dead");
    const first = requeue(about.delivery);
    expect(await requeue(about.delivery)).toEqual({ ...about, status: "busy" });
    finish();
    expect(await first).toMatchObject({ ...about, status: "handled", attempt: 2 });
    expect(await requeue(about.delivery)).toBeUndefined();
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
    const inbox = memoryInbox();
    const { deliver } = delivering(handler, { inbox, handlerTimeoutMs: 20 });
    const outcome = await deliver();
    expect(outcome).toMatchObject({ status: "failed", error: expect.any(DeadlineError) });
    expect(seen?.aborted).toBe(true);
    expect(seen?.reason).toBeInstanceOf(DeadlineError);
    finish();
    const again = await delivering(vi.fn(), { inbox }).deliver();
    expect(again).toMatchObject({ status: "handled", attempt: 2 });
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
