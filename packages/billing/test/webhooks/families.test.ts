import { describe, expect, test, vi } from "vitest";
import { ConfigurationError, type TenantResolver, type WebhookLogger } from "../../src/webhooks.js";
import { type Handlers, receiver } from "./delivering.js";
import {
  type BoundBilling,
  catchError,
  eventBody,
  headerFor,
  NOW_SECONDS,
  SECRET,
  thinBody,
  twoTenants,
} from "./signed-delivery.js";

const TWIN = "v1.customer.subscription.updated";

/** Every object that a thin event names is acme's. */
function readingTenants(fetched: object[] = []): TenantResolver<BoundBilling> {
  return {
    ...twoTenants(),
    resolveTenant: async () => ({ status: "tenant", tenantId: "acme" }),
    forTenant: (tenantId) => ({
      boundTo: tenantId,
      fetchEventObject: async (object: object) => {
        fetched.push(object);
        return { id: "sub_1", object: "subscription", status: "past_due" };
      },
    }),
  };
}

function delivering(on: Handlers, options: Parameters<typeof receiver>[1] = {}) {
  const webhooks = receiver(on, { billing: readingTenants(), ...options });
  return (body: string) => webhooks.receive(body, headerFor(body));
}

describe("a thin event", () => {
  test("is handled by the handler of its own type, which is given the notification", async () => {
    const handler = vi.fn();
    const outcome = await delivering({ [TWIN]: handler })(thinBody());
    expect(outcome).toMatchObject({
      status: "handled",
      tenantId: "acme",
      eventType: TWIN,
      delivery: { eventId: "evt_1", livemode: false },
    });
    expect(handler.mock.calls[0]?.[0]).toEqual(JSON.parse(thinBody()));
    expect(handler.mock.calls[0]?.[1]).toMatchObject({ tenantId: "acme", idempotencyKey: "evt_1" });
  });

  test("has its object read through the tenant's service, when it is asked for, and once", async () => {
    const fetched: object[] = [];
    const seen: unknown[] = [];
    const billing = readingTenants(fetched);
    const deliver = delivering(
      {
        [TWIN]: async (_event, { fetchObject }) => {
          expect(fetched).toEqual([]);
          const [first, second] = await Promise.all([fetchObject(), fetchObject()]);
          expect(second).toBe(first);
          seen.push(first.status);
        },
      },
      { billing },
    );
    expect((await deliver(thinBody())).status).toBe("handled");
    expect(seen).toEqual(["past_due"]);
    expect(fetched).toEqual([{ type: "subscription", id: "sub_1" }]);
  });

  test("finds its tenant by its twin, its object and when it happened", async () => {
    const billing = readingTenants();
    const resolveTenant = vi.spyOn(billing, "resolveTenant");
    await delivering({ [TWIN]: vi.fn() }, { billing })(thinBody({ context: "acct_1" }));
    expect(resolveTenant.mock.calls[0]?.[0]).toEqual({
      account: "acct_1",
      reference: { kind: "subscription", id: "sub_1" },
      snapshotEventId: "evt_1",
      happenedAtSeconds: NOW_SECONDS,
    });
  });

  test("of an account of Accounts v2 is that customer's", async () => {
    const billing = readingTenants();
    const resolveTenant = vi.spyOn(billing, "resolveTenant");
    const type = "v2.core.account.updated";
    const related_object = { id: "acct_1", type: "v2.core.account", url: "/v2/core/accounts/acct_1" };
    await delivering(
      { [type]: vi.fn() },
      { billing },
    )(thinBody({ type, related_object, snapshot_event: undefined }));
    expect(resolveTenant.mock.calls[0]?.[0]).toMatchObject({ customerAccount: "acct_1" });
  });

  test("that is about nothing but an account is nobody's where it names none", async () => {
    const type = "v2.core.event_destination.ping";
    const deliver = delivering({ [type]: vi.fn() });
    const related_object = {
      id: "ed_1",
      type: "v2.core.event_destination",
      url: "/v2/core/event_destinations/ed_1",
    };
    const body = thinBody({ type, related_object, snapshot_event: null });
    expect(await deliver(body)).toMatchObject({ status: "ignored", reason: "no_owner" });
  });

  test("is one delivery with its twin, whichever comes first", async () => {
    for (const bodies of [
      [thinBody(), eventBody()],
      [eventBody(), thinBody()],
    ]) {
      const handler = vi.fn();
      const deliver = delivering({ [TWIN]: handler, "customer.subscription.updated": handler });
      const statuses = [];
      for (const body of bodies) statuses.push((await deliver(body)).status);
      expect(statuses).toEqual(["handled", "duplicate"]);
      expect(handler).toHaveBeenCalledTimes(1);
    }
  });

  test("without a twin is a delivery of its own", async () => {
    const deliver = delivering({ [TWIN]: vi.fn() });
    const outcome = await deliver(thinBody({ snapshot_event: null }));
    expect(outcome).toMatchObject({ status: "handled", delivery: { eventId: "evt_test_65" } });
  });

  test("whose twin alone has a handler is ignored, and told once", async () => {
    const warn = vi.fn<WebhookLogger["warn"]>();
    const deliver = delivering({ "customer.subscription.updated": vi.fn() }, { logger: { warn } });
    for (const id of ["evt_test_1", "evt_test_2"]) {
      expect(await deliver(thinBody({ id }))).toMatchObject({ status: "ignored", reason: "no_handler" });
    }
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0]?.[0]).toMatch(/v1\.customer\.subscription\.updated webhook was ignored/);
    expect(warn.mock.calls[0]?.[0]).toMatch(/add a handler\.$/);
  });

  test("is not told of where it is handled as well, whatever becomes of the event", async () => {
    const warn = vi.fn<WebhookLogger["warn"]>();
    const on = { [TWIN]: vi.fn(), "customer.subscription.updated": vi.fn() };
    const deliver = delivering(on, { logger: { warn } });
    const data = { object: { id: "sub_1", object: "subscription", customer: null, metadata: {} } };
    expect((await deliver(eventBody())).status).toBe("handled");
    expect((await deliver(eventBody({ id: "evt_2", data }))).status).toBe("ignored");
    expect(warn).not.toHaveBeenCalled();
  });
});

describe("a secret registered for a payload", () => {
  test("signs no event of the other family", async () => {
    const on = { [TWIN]: vi.fn(), "customer.subscription.updated": vi.fn() };
    const secrets = (payload: "thin" | "snapshot") => ({
      signingSecrets: [{ secret: SECRET, payload }, `${SECRET}0`],
    });
    expect((await delivering(on, secrets("thin"))(eventBody())).status).toBe("rejected");
    expect((await delivering(on, secrets("thin"))(thinBody())).status).toBe("handled");
    expect((await delivering(on, secrets("snapshot"))(thinBody())).status).toBe("rejected");
  });

  test("is refused where the handlers are for events of the other family", () => {
    const make = (payload: "thin" | "snapshot", type: typeof TWIN | "invoice.paid") => () =>
      receiver({ [type]: vi.fn() }, { signingSecrets: [{ secret: SECRET, payload }] });
    for (const call of [make("snapshot", TWIN), make("thin", "invoice.paid")]) {
      expect(catchError(call)).toBeInstanceOf(ConfigurationError);
    }
    expect(make("thin", TWIN)).not.toThrow();
  });
});
