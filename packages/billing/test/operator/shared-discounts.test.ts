import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

let world: StripeWorld;
let acme: TenantWorld;
beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
});
afterAll(() => world.close());

const shared = () => world.service().asOperator({ actor: "test" }).sharedCatalog;
const refusal = { code: "not_found" };
const invalid = { code: "invalid_argument" };

describe("shared coupons and promotion codes", () => {
  it("are shown as they are now where a call is repeated with its key", async () => {
    const coupon = () => shared().createCoupon({ percentOff: 5, name: "Five", idempotencyKey: "five" });
    const { id: couponId } = await coupon();
    const code = () => shared().createPromotionCode({ couponId, idempotencyKey: "code" });
    const rename = () => shared().updateCoupon(couponId, { name: "Fünf", idempotencyKey: "rename" });
    const open = () => shared().updatePromotionCode(id, { active: true, idempotencyKey: "open" });
    const { id } = await code();
    await rename();
    await open();
    await shared().updateCoupon(couponId, { name: "Cinq" });
    await shared().updatePromotionCode(id, { active: false });

    for (const again of [coupon, rename]) expect(await again()).toMatchObject({ id: couponId, name: "Cinq" });
    for (const again of [code, open]) expect(await again()).toMatchObject({ id, active: false });
    await shared().deleteCoupon(couponId);
    await expect(coupon()).rejects.toMatchObject(refusal);
  });

  it("are made, changed and ended by an operator, and given by every tenant", async () => {
    const coupon = await shared().createCoupon({ name: "Ten", percentOff: 10, metadata: { team: "growth" } });
    expect(coupon).toMatchObject({ name: "Ten", percentOff: 10, duration: "once", valid: true });
    expect(coupon.metadata).toEqual({ team: "growth" });
    expect((await world.stripe.coupons.retrieve(coupon.id)).metadata).toEqual({
      team: "growth",
      tenantId: "*",
    });
    expect(await shared().updateCoupon(coupon.id, { name: "Ten percent" })).toMatchObject({
      name: "Ten percent",
    });
    const code = await shared().createPromotionCode({
      couponId: coupon.id,
      code: "TEN",
      maxRedemptions: 5,
      expiresAt: new Date(Date.now() + 86_400_000),
    });
    expect(code).toMatchObject({ code: "TEN", couponId: coupon.id, active: true, maxRedemptions: 5 });
    const { items } = await world
      .service()
      .forTenant("acme")
      .updateSubscription(acme.subscriptionId, {
        discounts: [{ couponId: coupon.id }],
      });
    expect(items).toHaveLength(1);
    expect((await shared().listPromotionCodes({ code: "ten" })).data.map(({ id }) => id)).toEqual([code.id]);
    expect(await shared().updatePromotionCode(code.id, { active: false })).toMatchObject({ active: false });
    expect((await shared().listPromotionCodes({ active: true })).data).toEqual([]);
    await shared().deleteCoupon(coupon.id);
    expect((await shared().listCoupons()).data).toEqual([]);
  });

  it("are all ended by a walk that deletes each coupon", async () => {
    for (let more = 0; more < 5; more++) await shared().createCoupon({ percentOff: 10 });
    const seen: string[] = [];
    for await (const { id } of shared().listCoupons({ limit: 2 })) {
      seen.push(id);
      await shared().deleteCoupon(id);
    }
    expect(new Set(seen).size).toBe(5);
    expect((await shared().listCoupons({ limit: 100 })).data).toEqual([]);
  });

  it("are nothing of a tenant's, to see, to change or to sell", async () => {
    await expect(shared().updateCoupon(acme.couponId, { name: "Mine" })).rejects.toMatchObject(refusal);
    await expect(shared().deleteCoupon(acme.couponId)).rejects.toMatchObject(refusal);
    await expect(shared().createPromotionCode({ couponId: acme.couponId })).rejects.toMatchObject(refusal);
    await expect(shared().updatePromotionCode(acme.promotionCodeId, { active: false })).rejects.toMatchObject(
      refusal,
    );
    const coupons = (await shared().listCoupons({ limit: 100 })).data;
    const codes = (await shared().listPromotionCodes({ limit: 100 })).data;
    expect([...coupons, ...codes].map(({ id }) => id)).not.toContain(acme.couponId);
    expect(codes.map(({ id }) => id)).not.toContain(acme.promotionCodeId);
    expect((await world.stripe.promotionCodes.retrieve(acme.promotionCodeId)).active).toBe(true);
  });

  it("repeat nothing under one idempotency key", async () => {
    const options = { amountOff: 500, currency: "USD", idempotencyKey: "once" } as const;
    const first = await shared().createCoupon(options);
    expect(first).toMatchObject({ amountOff: 500, currency: "usd" });
    expect((await shared().createCoupon(options)).id).toBe(first.id);
  });

  it("are refused with options that contradict, before anything is sent", async () => {
    world.takeRequests();
    const odd: object[] = [
      {},
      { percentOff: 10, amountOff: 500, currency: "usd" },
      { amountOff: 500 },
      { percentOff: 10, currency: "usd" },
      { percentOff: 0 },
      { percentOff: 101 },
      { percentOff: 10, duration: "repeating" },
      { percentOff: 10, durationInMonths: 3 },
      { percentOff: 10, redeemBy: "2026-12-01" },
      { percentOff: 10, percent_off: 10 },
    ];
    for (const options of odd) await expect(shared().createCoupon(options)).rejects.toMatchObject(invalid);
    await expect(
      shared().createCoupon({ percentOff: 1, metadata: { tenantId: "acme" } }),
    ).rejects.toMatchObject({
      code: "reserved_metadata",
    });
    await expect(shared().updateCoupon("ten", {})).rejects.toMatchObject(invalid);
    await expect(shared().updateCoupon("../customers", { name: "x" })).rejects.toMatchObject(invalid);
    await expect(shared().createPromotionCode({ couponId: "ten", code: "a b" })).rejects.toMatchObject(
      invalid,
    );
    await expect(shared().updatePromotionCode("cus_1", { active: true })).rejects.toMatchObject(invalid);
    await expect(shared().listCoupons({ limit: 0 })).rejects.toMatchObject(invalid);
    expect(world.takeRequests()).toEqual([]);
  });
});
