import { describe, expect } from "vitest";
import type { StripeBillingService } from "../../../src/index.js";
import { itWithNewTenant as it } from "../../in-world.js";
import type { StripeWorld, TenantWorld } from "../../stripe-world.js";
import { addCard, addPlan, addPrice } from "../../subscriptions/plans.js";

/** A call with its key, something that changes its object after it, and what reads the object. */
interface Row {
  readonly prepare?: (world: StripeWorld, own: TenantWorld) => Promise<string>;
  readonly call: (acme: StripeBillingService, own: TenantWorld, other: string) => Promise<{ id: string }>;
  readonly change: (
    acme: StripeBillingService,
    own: TenantWorld,
    made: { id: string },
    world: StripeWorld,
  ) => Promise<unknown>;
  readonly read: (acme: StripeBillingService, own: TenantWorld, made: { id: string }) => Promise<object>;
}

const key = { idempotencyKey: "evt_1" };
const readSubscription: Row["read"] = (acme, _own, { id }) => acme.getSubscription(id);
const readProduct: Row["read"] = (acme, { productId }) => acme.getProduct(productId);
const findPrice: Row["read"] = async (acme, { productId }, { id }) =>
  (await acme.getProduct(productId)).prices.find((price) => price.id === id) ?? { active: false };

const ROWS: Readonly<Record<string, Row>> = {
  "createSubscription, which was canceled": {
    prepare: async (world, own) => (await addPlan(world, own.tenantId)).priceId,
    call: (acme, { customerId }, priceId) => acme.createSubscription({ customerId, priceId, ...key }),
    change: (acme, _, { id }) => acme.cancelSubscription(id, { when: "now" }),
    read: readSubscription,
  },
  "updateSubscription, which was changed once more": {
    call: (acme, { subscriptionId }) => acme.updateSubscription(subscriptionId, { quantity: 7, ...key }),
    change: (acme, { subscriptionId }) => acme.updateSubscription(subscriptionId, { quantity: 2 }),
    read: readSubscription,
  },
  "updateSubscription at the period's end, which was dropped": {
    call: (acme, { subscriptionId }) =>
      acme.updateSubscription(subscriptionId, { quantity: 7, when: "period_end", ...key }),
    change: (acme, { subscriptionId }) => acme.updateSubscription(subscriptionId, { scheduledChange: null }),
    read: readSubscription,
  },
  "cancelSubscription, which was resumed": {
    call: (acme, { subscriptionId }) => acme.cancelSubscription(subscriptionId, key),
    change: (acme, { subscriptionId }) => acme.resumeSubscription(subscriptionId),
    read: readSubscription,
  },
  "pauseSubscription, which was unpaused": {
    call: (acme, { subscriptionId }) => acme.pauseSubscription(subscriptionId, key),
    change: (acme, { subscriptionId }) => acme.unpauseSubscription(subscriptionId),
    read: readSubscription,
  },
  "updateCustomer, who was renamed": {
    call: (acme, { customerId }) => acme.updateCustomer(customerId, { name: "Ann", ...key }),
    change: (acme, { customerId }) => acme.updateCustomer(customerId, { name: "Bea" }),
    read: (acme, { customerId }) => acme.getCustomer(customerId),
  },
  "setDefaultPaymentMethod, which another became": {
    prepare: (world, { customerId }) => addCard(world, customerId, "mastercard"),
    call: (acme, _, paymentMethodId) => acme.setDefaultPaymentMethod(paymentMethodId, key),
    change: async (acme, { customerId }, _, world) =>
      acme.setDefaultPaymentMethod(await addCard(world, customerId)),
    read: async () => ({ isDefault: false }),
  },
  "updateProduct, which was renamed": {
    call: (acme, { productId }) => acme.updateProduct(productId, { name: "Gold", ...key }),
    change: (acme, { productId }) => acme.updateProduct(productId, { name: "Silver" }),
    read: readProduct,
  },
  "createPrice, which was archived": {
    call: (acme, { productId }) => acme.createPrice(productId, { unitAmount: 5, currency: "usd", ...key }),
    change: (acme, _, { id }) => acme.archivePrice(id),
    read: findPrice,
  },
  "archivePrice, which is on sale again": {
    prepare: (world, own) => addPrice(world, own),
    call: (acme, _, priceId) => acme.archivePrice(priceId, key),
    change: (_acme, _own, { id }, world) => world.stripe.prices.update(id, { active: true }),
    read: findPrice,
  },
};

describe("a call that is repeated with its key", () => {
  for (const [name, { prepare, call, change, read }] of Object.entries(ROWS)) {
    it(`changes nothing more, and tells what is so now: ${name}`, async ({ world, acme, billing }) => {
      const other = (await prepare?.(world, acme)) ?? "";
      const made = await call(billing, acme, other);
      await change(billing, acme, made, world);
      const now = await read(billing, acme, made);

      expect(await call(billing, acme, other)).toMatchObject(now);
      expect(await read(billing, acme, made)).toEqual(now);
    });
  }

  it("finds nothing of a tax id that was deleted", async ({ acme, billing }) => {
    const create = () =>
      billing.createTaxId(acme.customerId, { type: "eu_vat", value: "DE123456789", ...key });
    await billing.deleteTaxId((await create()).id);

    await expect(create()).rejects.toMatchObject({ code: "not_found" });
  });
});
