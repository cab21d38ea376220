import { describe, expect } from "vitest";
import { itInWorld as it } from "../in-world.js";

describe("a portal flow", () => {
  const cancel = { type: "subscription_cancel", subscriptionId: "sub_1" };
  const confirmOf = (changes: object) => ({
    type: "subscription_update_confirm",
    subscriptionId: "sub_1",
    ...changes,
  });
  const then = (afterCompletion: object) => ({ type: "payment_method_update", afterCompletion });

  it.for<[unknown, string]>([
    [null, "flow.type must be"],
    ["subscription_cancel", "flow.type must be"],
    [then(null as never), "flow.afterCompletion.type must be portal_homepage"],
    [{}, "flow.type must be"],
    [{ type: "subscription_steal" }, "flow.type must be"],
    [{ type: "subscription_cancel" }, "subscriptionId"],
    [{ type: "subscription_cancel", subscriptionId: "cus_1" }, "subscriptionId"],
    [
      { type: "subscription_pause", subscriptionId: 7 },
      "flow.subscriptionId must be the id of a Stripe subscription.",
    ],
    [{ ...cancel, retentionCouponId: "../products" }, "coupon's id"],
    [{ ...cancel, retentionCouponId: "a b" }, "coupon's id"],
    [{ ...cancel, customer: "cus_1" }, "customer"],
    [{ type: "payment_method_update", subscriptionId: "sub_1" }, "subscriptionId"],
    [then({ type: "elsewhere" }), "afterCompletion.type must be"],
    [then({ type: "redirect" }), "afterCompletion.returnUrl must be"],
    [then({ type: "hosted_confirmation", message: "" }), "afterCompletion.message must be"],
    [then({ type: "hosted_confirmation", message: "x".repeat(501) }), "afterCompletion.message must be"],
    [confirmOf({}), "priceId or a quantity"],
    [confirmOf({ quantity: 1.5 }), "quantity must be"],
    [confirmOf({ quantity: -1 }), "quantity must not be"],
    [confirmOf({ priceId: "plan_1" }), "flow.priceId must be the id of a Stripe price."],
    [
      confirmOf({ itemId: "sub_1", quantity: 1 }),
      "flow.itemId must be the id of a Stripe subscription item.",
    ],
    [{ ...cancel, retentionCouponId: "x".repeat(201) }, "coupon's id"],
    [confirmOf({ quantity: 1, discount: {} }), "discount must be"],
    [confirmOf({ quantity: 1, discount: "SPRING" }), "discount must be"],
    [confirmOf({ quantity: 1, discount: { couponId: "a b" } }), "coupon's id"],
    [confirmOf({ quantity: 1, discount: { promotionCodeId: "SPRING" } }), "discount must be"],
    [confirmOf({ quantity: 1, discount: { couponId: "a", promotionCodeId: "promo_1" } }), "discount must be"],
  ])("refuses %o before anything is sent, and says %s", async ([flow, words], { world }) => {
    await expect(
      world
        .service()
        .forTenant("acme")
        .createCustomerPortalSession("cus_1", { flow: flow as never }),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(words),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});
