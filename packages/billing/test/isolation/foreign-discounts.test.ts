import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isBillingError } from "../../src/index.js";
import { REALMS, type Realm } from "./realms.js";
import { missingId, type TenantIds } from "./tenants.js";

/**
 * A discount that a subscription has is named by an id of its own when it is to be kept. It can be read by nobody, so that
 * only the subscription itself says which are its own.
 */
describe.each(Object.entries(REALMS))("with %s", (_, openRealm) => {
  let realm: Realm;
  let a: TenantIds;
  let own: string;
  let another: string;
  let foreign: string;

  beforeAll(async () => {
    realm = await openRealm();
    a = await realm.addTenant("tenant-a");
    const b = await realm.addTenant("tenant-b");
    own = await discounted(a, a.subscriptionId);
    const { backdoor } = realm;
    const second = await backdoor.subscriptions.create(
      { customer: a.customerId, items: [{ price: a.otherPriceId }] },
      accountOf(a),
    );
    another = await discounted(a, second.id);
    foreign = await discounted(b, b.subscriptionId);
  });
  afterAll(() => realm.close(), 120_000);

  const accountOf = ({ tenantId }: TenantIds) => {
    const stripeAccount = realm.accountOf(tenantId);
    return stripeAccount === undefined ? {} : { stripeAccount };
  };

  async function discounted(tenant: TenantIds, subscriptionId: string): Promise<string> {
    const discounts = [{ coupon: tenant.couponId }];
    const { discounts: made } = await realm.backdoor.subscriptions.update(
      subscriptionId,
      { discounts },
      accountOf(tenant),
    );
    const [discount] = made;
    return typeof discount === "string" ? discount : (discount?.id ?? "");
  }

  const methods = ["updateSubscription", "previewSubscriptionChange"] as const;
  const refusalOf = async (method: (typeof methods)[number], discountId: string): Promise<unknown> => {
    const { local } = realm.world;
    local.clearRequests();
    const error: unknown = await realm
      .service()
      .forTenant(a.tenantId)
      [method](a.subscriptionId, { discounts: [{ discountId }] })
      .then(
        () => expect.unreachable(),
        (reason: unknown) => reason,
      );
    if (!isBillingError(error)) throw error;
    const requests = local.requests.map(({ method: verb, path }) => `${verb} ${path}`);
    return { code: error.code, message: error.message, requests };
  };

  it.each(methods)(
    "%s refuses another's discount, and another subscription's, as a missing one",
    async (method) => {
      const missing = await refusalOf(method, missingId("di_1"));

      expect(missing).toMatchObject({ code: "not_found", requests: [expect.stringMatching(/^GET /)] });
      expect(await refusalOf(method, foreign)).toEqual(missing);
      expect(await refusalOf(method, another)).toEqual(missing);
    },
  );

  it("keeps the subscription's own", async () => {
    const billing = realm.service().forTenant(a.tenantId);
    const kept = await billing.updateSubscription(a.subscriptionId, { discounts: [{ discountId: own }] });

    expect(kept.discountIds).toEqual([own]);
  });
});
