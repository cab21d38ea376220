import { expect, test, vi } from "vitest";
import { NotFoundError } from "../../src/errors.js";
import type { TenantResolver } from "../../src/webhooks.js";
import { type Handlers, receiver } from "./delivering.js";
import { type BoundBilling, eventBody, headerFor, NOW_SECONDS, twoTenants } from "./signed-delivery.js";

const TYPE = "entitlements.active_entitlement_summary.updated";

/** The body of an event that tells of a customer's only feature. */
function summaryBody(id: string, customer: string, lookupKey: string, second = 0): string {
  const feature = {
    id: `ent_${lookupKey}`,
    object: "entitlements.active_entitlement",
    lookup_key: lookupKey,
  };
  const object = {
    object: "entitlements.active_entitlement_summary",
    customer,
    livemode: false,
    entitlements: { object: "list", data: [feature], has_more: false },
  };
  return eventBody({ id, type: TYPE, created: NOW_SECONDS + second, data: { object } });
}

/** A Stripe in which customers have some entitlements now. */
function stripeWith(listEntitlements: () => Promise<readonly object[]>): TenantResolver<BoundBilling> {
  return {
    ...twoTenants(),
    forTenant: (tenantId) => ({ boundTo: tenantId, listEntitlements }),
  };
}

/** A receiver that writes down which features its handler was told of. */
function recording(billing: TenantResolver<BoundBilling>) {
  const seen: { lookupKeys: readonly string[]; isStale: boolean }[] = [];
  const on: Handlers = {
    [TYPE]: ({ data }, { isStale }) =>
      void seen.push({
        lookupKeys: data.object.entitlements.data.map(({ lookup_key: lookupKey }) => lookupKey),
        isStale,
      }),
  };
  const { receive } = receiver(on, { billing });
  const deliver = async (body: string) => (await receive(body, headerFor(body))).status;
  return { seen, deliver };
}

test("the summaries of one customer's entitlements are handled one at a time, beside others'", async () => {
  const started: string[] = [];
  let finish = () => {};
  const gate = new Promise<void>((resolve) => (finish = resolve));
  const wait = async ({ id }: { readonly id: string }) => {
    started.push(id);
    await gate;
  };
  const { receive } = receiver({ [TYPE]: wait, "customer.updated": wait });
  const customer = { id: "cus_acme", object: "customer", metadata: {} };
  const outcomes = [
    summaryBody("evt_1", "cus_acme", "sso"),
    summaryBody("evt_2", "cus_acme", "sso"),
    summaryBody("evt_3", "cus_globex", "sso"),
    eventBody({ id: "evt_4", type: "customer.updated", data: { object: customer } }),
  ].map((body) => receive(body, headerFor(body)));
  await vi.waitFor(() => expect(started).toHaveLength(3));
  expect(started).not.toContain("evt_2");
  finish();
  for (const outcome of await Promise.all(outcomes)) expect(outcome.status).toBe("handled");
  expect(started).toContain("evt_2");
});

test("a summary has all of the customer's entitlements as they are now, whatever order events come in", async () => {
  const names = Array.from({ length: 12 }, (_, n) => `feature-${String(n).padStart(2, "0")}`);
  const listEntitlements = vi.fn(async () =>
    names.map((lookupKey) => ({
      id: `ent_${lookupKey}`,
      lookupKey,
      featureId: `feat_${lookupKey}`,
      livemode: false,
    })),
  );
  const { seen, deliver } = recording(stripeWith(listEntitlements));
  expect(await deliver(summaryBody("evt_2", "cus_acme", "second", 2))).toBe("handled");
  expect(await deliver(summaryBody("evt_1", "cus_acme", "first", 1))).toBe("handled");
  expect(seen).toEqual([
    { lookupKeys: names, isStale: false },
    { lookupKeys: names, isStale: false },
  ]);
  expect(listEntitlements).toHaveBeenCalledTimes(2);
  expect(listEntitlements).toHaveBeenCalledWith("cus_acme", { signal: expect.any(AbortSignal) });
});

test("a summary that was read is as Stripe's own, sorted by id and with no more to come", async () => {
  const entitlement = (lookupKey: string) => ({
    id: `ent_${lookupKey}`,
    lookupKey,
    featureId: `feat_${lookupKey}`,
    livemode: false,
  });
  const handler = vi.fn();
  const billing = stripeWith(async () => ["b", "c", "a"].map(entitlement));
  const { receive } = receiver({ [TYPE]: handler }, { billing });
  const body = summaryBody("evt_1", "cus_acme", "sso");
  await receive(body, headerFor(body));
  const [event] = handler.mock.calls[0] ?? [];
  expect(event.data.object).toEqual({
    object: "entitlements.active_entitlement_summary",
    customer: "cus_acme",
    livemode: false,
    entitlements: {
      object: "list",
      data: ["a", "b", "c"].map((lookupKey) => ({
        id: `ent_${lookupKey}`,
        object: "entitlements.active_entitlement",
        feature: `feat_${lookupKey}`,
        livemode: false,
        lookup_key: lookupKey,
      })),
      has_more: false,
      url: "/v1/customer/cus_acme/entitlements",
    },
  });
  for (const part of [event.data.object, event.data.object.entitlements, event.data.object.entitlements.data])
    expect(Object.isFrozen(part)).toBe(true);
});

test.each<[string, TenantResolver<BoundBilling>]>([
  ["the tenant's service lists none", twoTenants()],
  ["the customer is gone", stripeWith(() => Promise.reject(new NotFoundError("It is gone.")))],
])("a late summary is stale where %s", async (_, billing) => {
  const { seen, deliver } = recording(billing);
  await deliver(summaryBody("evt_2", "cus_acme", "second", 2));
  await deliver(summaryBody("evt_1", "cus_acme", "first", 1));
  await deliver(summaryBody("evt_tied", "cus_acme", "tied", 2));
  expect(seen.slice(1)).toEqual([
    { lookupKeys: ["first"], isStale: true },
    { lookupKeys: ["tied"], isStale: true },
  ]);
});
