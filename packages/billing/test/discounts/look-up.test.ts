import { describe, expect } from "vitest";
import { itWithTenants as it } from "../in-world.js";

describe("getCoupon", () => {
  it("tells what the tenant's own and a shared coupon take off, without the mark", async ({
    world,
    acme,
    billing,
  }) => {
    const shared = await world.stripe.coupons.create({
      id: "LAUNCH",
      amount_off: 500,
      currency: "usd",
      metadata: { tenantId: "*", team: "blue" },
    });
    world.takeRequests();
    const bound = billing.forTenant("acme");

    expect(await bound.getCoupon(acme.couponId)).toMatchObject({
      id: acme.couponId,
      percentOff: 25,
      amountOff: null,
      duration: "once",
      valid: true,
      metadata: { note: "acme" },
    });
    expect(world.takeRequests()).toEqual([`GET /v1/coupons/${acme.couponId}`]);
    expect(await bound.getCoupon(shared.id)).toMatchObject({
      amountOff: 500,
      currency: "usd",
      metadata: { team: "blue" },
    });
  });

  it("says of another tenant's, an unmarked and a missing one that it is not found", async ({
    world,
    globex,
    billing,
  }) => {
    const unmarked = await world.stripe.coupons.create({ percent_off: 10 });
    for (const id of [globex.couponId, unmarked.id, "nothing"]) {
      await expect(billing.forTenant("acme").getCoupon(id)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("refuses what is no coupon's id before anything is sent", async ({ world, billing }) => {
    for (const id of ["", "a b", "../x", "x".repeat(201), 7, null]) {
      await expect(billing.forTenant("acme").getCoupon(id as never)).rejects.toMatchObject({
        code: "invalid_argument",
      });
    }
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("getPromotionCode", () => {
  it("tells the code, its coupon and its limits", async ({ world, acme, billing }) => {
    const { id } = await world.stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: acme.couponId },
      code: "ONCE",
      customer: acme.customerId,
      max_redemptions: 3,
      metadata: { tenantId: "acme" },
    });
    world.takeRequests();

    expect(await billing.forTenant("acme").getPromotionCode(id)).toMatchObject({
      id,
      code: "ONCE",
      couponId: acme.couponId,
      customerId: acme.customerId,
      active: true,
      maxRedemptions: 3,
      timesRedeemed: 0,
      firstTimeOnly: false,
      minimumAmount: null,
      minimumAmountCurrency: null,
      metadata: {},
    });
    expect(world.takeRequests()).toEqual([`GET /v1/promotion_codes/${id}`]);
  });

  it("is missing where it is another tenant's, or its own mark stands on one for another's customer", async ({
    world,
    acme,
    globex,
    billing,
  }) => {
    const lent = await world.stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: acme.couponId },
      customer: globex.customerId,
      metadata: { tenantId: "acme" },
    });
    for (const id of [globex.promotionCodeId, lent.id]) {
      await expect(billing.forTenant("acme").getPromotionCode(id)).rejects.toMatchObject({
        code: "not_found",
      });
    }
  });

  it("refuses what is no promotion code's id before anything is sent", async ({ world, billing }) => {
    for (const id of ["", "FRIEND", "promo_1/x", "cus_1", 7]) {
      await expect(billing.forTenant("acme").getPromotionCode(id as never)).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining("promotionCodeId"),
      });
    }
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("findPromotionCode", () => {
  it("finds the tenant's own and a shared code in any letter case, in one request", async ({
    world,
    acme,
    billing,
  }) => {
    const shared = await world.stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: acme.couponId },
      code: "WELCOME",
      metadata: { tenantId: "*" },
    });
    world.takeRequests();
    const bound = billing.forTenant("acme");

    const own = await bound.findPromotionCode({ code: acme.promotionCode.toLowerCase() });
    expect(own?.id).toBe(acme.promotionCodeId);
    expect(world.takeRequests()).toEqual(["GET /v1/promotion_codes"]);
    expect((await bound.findPromotionCode({ code: "welcome" }))?.id).toBe(shared.id);
  });

  it("tells an unknown code, another tenant's and one that has ended alike", async ({
    world,
    acme,
    globex,
    billing,
  }) => {
    const ended = await world.stripe.promotionCodes.create({
      promotion: { type: "coupon", coupon: acme.couponId },
      code: "GONE",
      metadata: { tenantId: "acme" },
    });
    await world.stripe.promotionCodes.update(ended.id, { active: false });
    for (const code of ["UNKNOWN", globex.promotionCode, "GONE"]) {
      expect(await billing.forTenant("acme").findPromotionCode({ code })).toBeNull();
    }
  });

  it("prefers the code of the customer to the one for everybody, and finds no other customer's", async ({
    world,
    acme,
    globex,
    billing,
  }) => {
    const promotion = { type: "coupon" as const, coupon: acme.couponId };
    const metadata = { tenantId: "acme" };
    const create = (customer?: string) =>
      world.stripe.promotionCodes.create({
        promotion,
        metadata,
        code: "FRIEND",
        ...(customer !== undefined && { customer }),
      });
    const other = await world.stripe.customers.create({ metadata });
    const forAll = await create();
    const personal = await create(acme.customerId);
    await create(globex.customerId);
    const bound = billing.forTenant("acme");
    const find = async (customerId?: string) =>
      (await bound.findPromotionCode({ code: "friend", customerId }))?.id;

    expect(await find()).toBe(forAll.id);
    expect(await find(acme.customerId)).toBe(personal.id);
    expect(await find(other.id)).toBe(forAll.id);
    await expect(find(globex.customerId)).rejects.toMatchObject({ code: "not_found" });
  });

  it("refuses what nobody can have typed before anything is sent", async ({ world, billing }) => {
    for (const code of ["", "a b", " a", "a ", "x".repeat(101), "ä", undefined]) {
      await expect(
        billing.forTenant("acme").findPromotionCode({ code: code as never }),
      ).rejects.toMatchObject({ code: "invalid_argument", message: expect.stringContaining("code must be") });
    }
    expect(world.takeRequests()).toEqual([]);
  });
});
