import { invalid } from "../api-error.js";
import { isPast, isUsedUp } from "../billing/discounts/redemption.js";
import { listRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import { integer, oneOf, text, timestamp, type Values } from "../declare/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../declare/route.js";
import { randomText } from "../ids.js";
import type { CouponRecord } from "../store/records/discounts.js";
import type { Wire } from "../store/wire.js";

const CREATE = {
  amount_off: integer({ min: 1 }),
  currency: text({ max: 3 }),
  duration: oneOf("forever", "once", "repeating"),
  duration_in_months: integer({ min: 1 }),
  id: text({ max: 200 }),
  max_redemptions: integer({ min: 1 }),
  metadata: metadata(),
  name: text({ max: 40 }),
  percent_off: percentage(),
  redeem_by: timestamp(),
};

const UPDATE = { metadata: metadata(), name: text({ max: 40 }) };

export const coupons: Resource<"coupon"> = {
  kind: {
    object: "coupon",
    noun: "coupon",
    render: (coupon, account) => ({
      ...coupon,
      valid: !isPast(coupon.redeem_by, account.now) && !isUsedUp(coupon),
    }),
  },
  permission: "coupon",
  routes: [
    route("POST /v1/coupons", CREATE, createCoupon),
    listRoute("coupon", "/v1/coupons", {}, () => ({})),
    retrieveRoute("coupon", "/v1/coupons"),
    route("POST /v1/coupons/:id", UPDATE, updateCoupon),
    route("DELETE /v1/coupons/:id", {}, ({ tx, id }) => {
      tx.remove("coupon", id, "coupon.deleted");
      return { id, object: "coupon", deleted: true };
    }),
  ],
};

function createCoupon({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  const { id = randomText(8), amount_off, percent_off, currency, duration = "once" } = params;
  if ((amount_off === undefined) === (percent_off === undefined)) {
    throw invalid("You must pass either `percent_off` or `amount_off`, but not both.");
  }
  if (amount_off !== undefined && currency === undefined) {
    throw invalid("Missing required param: currency.", "currency", "parameter_missing");
  }
  if ((duration === "repeating") !== (params.duration_in_months !== undefined)) {
    throw invalid("`duration_in_months` goes with a `duration` of `repeating`.", "duration_in_months");
  }
  if (account.of("coupon").get(id) !== undefined) {
    throw invalid("Coupon already exists.", "id", "resource_already_exists");
  }
  const coupon: CouponRecord = {
    id,
    object: "coupon",
    amount_off: amount_off ?? null,
    created: tx.now,
    currency: amount_off === undefined ? null : (currency?.toLowerCase() ?? null),
    duration,
    duration_in_months: params.duration_in_months ?? null,
    livemode: account.livemode,
    max_redemptions: params.max_redemptions ?? null,
    metadata: mergeMetadata({}, params.metadata),
    name: params.name ?? null,
    percent_off: percent_off ?? null,
    redeem_by: params.redeem_by ?? null,
    times_redeemed: 0,
  };
  tx.insert("coupon", coupon, "coupon.created");
  return account.render("coupon", coupon);
}

function updateCoupon({ tx, account, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = account.getFromPath("coupon", id);
  const { metadata: change, name } = params;
  const after = tx.change(
    "coupon",
    id,
    {
      ...(name !== undefined && { name }),
      ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
    },
    "coupon.updated",
  );
  return account.render("coupon", after);
}

function percentage(): ReturnType<typeof integer> {
  return {
    read: (value, name) => {
      const percent = typeof value === "string" && /^\d{1,3}(\.\d{1,2}0*)?$/.test(value) ? Number(value) : 0;
      if (percent > 0 && percent <= 100) return percent;
      throw invalid(`Invalid ${name}: must be greater than 0 and at most 100`, name);
    },
  };
}
