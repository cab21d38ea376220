import { describe, expect, test, vi } from "vitest";
import {
  AccountMismatchError,
  memoryInbox,
  type Outcome,
  type TenantResolver,
  WebhookPayloadError,
  WebhookSignatureError,
} from "../../src/webhooks.js";
import { about, delivering, type Handlers, measured } from "./delivering.js";
import {
  type BoundBilling,
  eventBody,
  headerFor,
  NOW_SECONDS,
  OTHER_SECRET,
  SECRET,
  twoTenants,
} from "./signed-delivery.js";

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
      isStale: false,
      isSynthetic: false,
      fetchObject: expect.any(Function),
    });
  });

  test("took no longer than its caller waited", async () => {
    const { deliver } = delivering(vi.fn());
    const startedAtMs = performance.now();
    const { durationMs } = await deliver();
    expect(durationMs).toBeGreaterThan(0);
    expect(durationMs).toBeLessThanOrEqual(performance.now() - startedAtMs);
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
      expect(outcome).toEqual({ ...measured, status: "rejected", error: expect.any(type) });
    }
    expect(handler).not.toHaveBeenCalled();
  });

  test("may be given as a promise of its body; one that breaks off fails with its cause, and comes again", async () => {
    const { receive } = delivering(vi.fn());
    const body = eventBody();
    expect((await receive(Promise.resolve(body), headerFor(body))).status).toBe("handled");
    const error = new Error("connection reset");
    const outcome = await receive(Promise.reject(error), headerFor(body));
    expect(outcome).toEqual({ ...measured, status: "failed", error });
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
    expect((await listDead()).map(({ lastError }) => lastError)).toEqual([
      expect.stringMatching(
        /^UnresolvedTenant: No tenant is known for the customer or account of this customer\.subscription\.updated event\.\n/,
      ),
    ]);
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
      { customerId: "cus_acme", happenedAtSeconds: NOW_SECONDS },
      { signal: expect.any(AbortSignal) },
    );
  });
});
