/** The events that a comparison makes of what the application does not have so. */
import { describe, expect, test, vi } from "vitest";
import { InvalidArgumentError, NotFoundError, StripeUnavailableError } from "../../../src/errors.js";
import {
  ConfigurationError,
  createWebhookReceiver,
  memoryInbox,
  type TenantResolver,
  type WebhookReceiverOptions,
} from "../../../src/webhooks.js";
import { NOW_SECONDS, now, SECRET, twoTenants } from "../signed-delivery.js";

const SUMMARY = "entitlements.active_entitlement_summary.updated";
const DAY = "20270115";

const subscription = (id: string, customer: unknown = "cus_acme", fields: object = {}) => ({
  id,
  object: "subscription",
  customer,
  status: "active",
  livemode: false,
  ...fields,
});

const pageOf = (...subscriptions: readonly object[]) => vi.fn(async () => ({ subscriptions }));

/** A receiver of a Stripe that lists some subscriptions; its handler takes whatever is made. */
function comparing(
  listAccountSubscriptions: (...given: never) => Promise<object>,
  {
    types = ["customer.subscription.updated", "customer.subscription.deleted", SUMMARY],
    tenant = {} as object,
  } = {},
  options: Partial<WebhookReceiverOptions<object>> = {},
) {
  const handler = vi.fn();
  // Only what a comparison reads of a subscription.
  const billing = {
    ...twoTenants(),
    forTenant: () => tenant,
    listAccountSubscriptions,
  } as unknown as TenantResolver<object>;
  const webhooks = createWebhookReceiver({
    signingSecrets: [SECRET],
    billing,
    inbox: memoryInbox(),
    on: Object.fromEntries(types.map((type) => [type, handler])),
    logger: { warn: () => undefined },
    now,
    ...options,
  });
  return { ...webhooks, handler };
}

describe("an event of reconcileSubscriptions", () => {
  const findOutdated = (given: readonly { readonly id: string }[]) => given.map(({ id }) => id);

  test("is as Stripe would have made it, with an id of its object, the day and the state", async () => {
    const { reconcileSubscriptions, handler } = comparing(pageOf(subscription("sub_1")));
    expect(await reconcileSubscriptions({ findOutdated })).toEqual({
      listed: 1,
      recovered: 1,
      unsettled: 0,
      dead: 0,
    });
    expect(handler.mock.calls[0]?.[0]).toEqual({
      id: expect.stringMatching(new RegExp(`^reconciled_sub_1_${DAY}_[0-9a-f]{24}$`)),
      object: "event",
      type: "customer.subscription.updated",
      created: NOW_SECONDS,
      livemode: false,
      data: { object: subscription("sub_1") },
    });
    expect(handler.mock.calls[0]?.[1]).toMatchObject({ tenantId: "acme", isSynthetic: true });
  });

  test("is of live mode, and of its account", async () => {
    const list = pageOf(subscription("sub_1", "cus_acme", { livemode: true, status: "canceled" }));
    const { reconcileSubscriptions, handler } = comparing(list);
    await reconcileSubscriptions({ findOutdated, accounts: ["acct_acme"] });
    expect(handler.mock.calls[0]?.[0]).toMatchObject({
      type: "customer.subscription.deleted",
      livemode: true,
      account: "acct_acme",
    });
    expect(list).toHaveBeenCalledExactlyOnceWith(
      { account: "acct_acme", cursor: undefined },
      { signal: expect.any(AbortSignal) },
    );
  });

  test("is a thin one where those have the handlers", async () => {
    const types = ["v1.customer.subscription.updated", "v1.customer.subscription.deleted"];
    const resolveTenant = async () => ({ status: "tenant", tenantId: "acme" }) as const;
    const list = pageOf(subscription("sub_1"));
    const billing = { ...twoTenants(), resolveTenant, listAccountSubscriptions: list };
    const { reconcileSubscriptions, handler } = comparing(list, { types }, { billing: billing as never });
    for (const accounts of [undefined, ["acct_acme"]])
      await reconcileSubscriptions({ findOutdated, accounts });
    const thin = {
      id: expect.stringMatching(/^reconciled_sub_1_/),
      object: "v2.core.event",
      type: "v1.customer.subscription.updated",
      created: new Date(now()).toISOString(),
      livemode: false,
      related_object: { id: "sub_1", type: "subscription", url: "/v1/subscriptions/sub_1" },
    };
    expect(handler.mock.calls.map(([event]) => event)).toEqual([thin, { ...thin, context: "acct_acme" }]);
  });

  test("is made of those alone that are outdated; all are counted", async () => {
    const { reconcileSubscriptions, handler } = comparing(
      pageOf(subscription("sub_1"), subscription("sub_2"), subscription("sub_3")),
    );
    const report = await reconcileSubscriptions({
      findOutdated: async () => new Set(["sub_2", "sub_of_others"]),
    });
    expect(report).toEqual({ listed: 3, recovered: 1, unsettled: 0, dead: 0 });
    expect(handler.mock.calls.map(([event]) => event.data.object.id)).toEqual(["sub_2"]);
  });

  test.each([[undefined], [null], ["sub_1"], [5], [{ sub_1: true }], [[undefined]], [[{ id: "sub_1" }]]])(
    "is not made of an answer that is none: %o",
    async (answer) => {
      const { reconcileSubscriptions, handler } = comparing(pageOf(subscription("sub_1")));
      const run = Reflect.apply(reconcileSubscriptions, undefined, [{ findOutdated: async () => answer }]);
      await expect(run).rejects.toEqual(
        new InvalidArgumentError(
          "findOutdated must return an array or a Set of ids, empty if nothing differs.",
        ),
      );
      expect(handler).not.toHaveBeenCalled();
    },
  );

  test("is not asked for where a page is empty", async () => {
    const { reconcileSubscriptions } = comparing(pageOf());
    const asked = vi.fn(() => []);
    expect(await reconcileSubscriptions({ findOutdated: asked })).toEqual({
      listed: 0,
      recovered: 0,
      unsettled: 0,
      dead: 0,
    });
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('with objects: "delivered", an event of reconcileSubscriptions', () => {
  const findOutdated = () => ["sub_1"];

  test("has the object read, which may have changed since it was listed", async () => {
    const fetchEventObject = async () => subscription("sub_1", "cus_acme", { status: "canceled" });
    const list = pageOf(subscription("sub_1"));
    const options = { tenant: { fetchEventObject } };
    const { reconcileSubscriptions, handler } = comparing(list, options, { objects: "delivered" });
    await reconcileSubscriptions({ findOutdated });
    const [event, context] = handler.mock.calls[0] ?? [];
    expect(event.data.object.status).toBe("canceled");
    expect(context.isStale).toBe(false);
  });

  test("is stale where the object cannot be read", async () => {
    const list = pageOf(subscription("sub_1"));
    const { reconcileSubscriptions, handler } = comparing(list, {}, { objects: "delivered" });
    await reconcileSubscriptions({ findOutdated });
    expect(handler.mock.calls[0]?.[1]).toMatchObject({ isStale: true, isSynthetic: true });
  });
});

describe("an event of reconcileEntitlements", () => {
  const findOutdated = (given: readonly { readonly customerId: string }[]) =>
    given.map(({ customerId }) => customerId);
  const entitlement = { id: "ent_1", lookupKey: "sso", featureId: "feat_1", livemode: true };

  test("is of a customer with all its entitlements, whether its subscription names or holds it", async () => {
    const listEntitlements = vi.fn(async () => [entitlement]);
    const list = pageOf(
      subscription("sub_1", { id: "cus_acme", object: "customer" }, { livemode: true }),
      subscription("sub_2", "cus_acme", { livemode: true }),
    );
    const { reconcileEntitlements, handler } = comparing(list, { tenant: { listEntitlements } });
    expect(await reconcileEntitlements({ findOutdated })).toEqual({
      listed: 1,
      recovered: 1,
      unsettled: 0,
      dead: 0,
    });
    expect(listEntitlements.mock.calls[0]).toEqual(["cus_acme", { signal: expect.any(AbortSignal) }]);
    expect(handler.mock.calls[0]?.[0]).toMatchObject({
      id: expect.stringMatching(new RegExp(`^reconciled_cus_acme_${DAY}_`)),
      type: SUMMARY,
      livemode: true,
      data: {
        object: { customer: "cus_acme", livemode: true, entitlements: { data: [{ lookup_key: "sso" }] } },
      },
    });
  });

  test("finds the tenant by the account as well", async () => {
    const resolveTenant = vi.fn(async () => ({ status: "nobody" }) as const);
    const list = pageOf(subscription("sub_1"));
    const billing = { ...twoTenants(), resolveTenant, listAccountSubscriptions: list };
    const { reconcileEntitlements } = comparing(list, {}, { billing: billing as never });
    const report = await reconcileEntitlements({ findOutdated, accounts: ["acct_acme"] });
    expect(report).toEqual({ listed: 1, recovered: 0, unsettled: 0, dead: 0 });
    expect(resolveTenant.mock.calls[0]).toEqual([
      { customerId: "cus_acme", account: "acct_acme" },
      { signal: expect.any(AbortSignal) },
    ]);
  });

  test("is left for the next run where the tenant is not known yet", async () => {
    const asked = vi.fn(() => []);
    const { reconcileEntitlements, handler } = comparing(pageOf(subscription("sub_1", "cus_new")));
    expect(await reconcileEntitlements({ findOutdated: asked })).toEqual({
      listed: 1,
      recovered: 0,
      unsettled: 1,
      dead: 0,
    });
    expect(handler).not.toHaveBeenCalled();
    expect(asked).not.toHaveBeenCalled();
  });

  test("has none of a customer that is gone; what Stripe cannot say ends the run", async () => {
    const given: unknown[] = [];
    const comparer = (error: Error) =>
      comparing(pageOf(subscription("sub_1")), { tenant: { listEntitlements: () => Promise.reject(error) } });
    await comparer(new NotFoundError("It is gone.")).reconcileEntitlements({
      findOutdated: (customers) => {
        given.push(...customers);
        return [];
      },
    });
    expect(given).toEqual([{ tenantId: "acme", customerId: "cus_acme", entitlements: [] }]);
    for (const error of [new StripeUnavailableError("Stripe is down."), new Error("not_found")]) {
      await expect(comparer(error).reconcileEntitlements({ findOutdated })).rejects.toBe(error);
    }
  });

  test("needs a tenant's service that lists entitlements", async () => {
    const { reconcileEntitlements } = comparing(pageOf(subscription("sub_1")));
    await expect(reconcileEntitlements({ findOutdated })).rejects.toEqual(
      new ConfigurationError(
        "billing.forTenant must return a service with listEntitlements, as a StripeBillingService has, for reconcileEntitlements.",
      ),
    );
  });
});
