import { invalid } from "../api-error.js";
import { isPast, isUsedUp } from "../billing/discounts/discounts.js";
import { listRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import {
  bool,
  hash,
  integer,
  oneOf,
  required,
  text,
  timestamp,
  unsupported,
  type Values,
} from "../declare/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../declare/route.js";
import { newId, randomText } from "../ids.js";
import type { PromotionCodeRecord, Wire } from "../store/records.js";
import type { World } from "../store/world.js";

const CREATE = {
  active: bool(),
  code: text({ max: 500 }),
  customer: text(),
  expires_at: timestamp(),
  max_redemptions: integer({ min: 1 }),
  metadata: metadata(),
  promotion: required(hash({ coupon: text(), type: required(oneOf("coupon")) })),
  ...unsupported("customer_account", "restrictions"),
};

const UPDATE = { active: bool(), metadata: metadata(), ...unsupported("restrictions") };

export const promotionCodes: Resource<"promotion_code"> = {
  kind: {
    object: "promotion_code",
    noun: "promotion code",
    keys: { code: (one) => [one.code.toLowerCase()], customer: (one) => [one.customer] },
    render: (one, world) => ({ ...one, active: isRedeemableCode(one, world) }),
    expandable: { customer: "customer", "promotion.coupon": "coupon", promotion: "shown" },
  },
  permission: "promotion_code",
  routes: [
    route("POST /v1/promotion_codes", CREATE, createPromotionCode),
    listRoute(
      "promotion_code",
      "/v1/promotion_codes",
      { active: bool(), code: text(), customer: text() },
      ({ world, params: { active, code, customer } }) => ({
        match: {
          ...(code !== undefined && { code: code.toLowerCase() }),
          ...(customer !== undefined && { customer }),
        },
        where: (one) => active === undefined || isRedeemableCode(one, world) === active,
      }),
    ),
    retrieveRoute("promotion_code", "/v1/promotion_codes"),
    route("POST /v1/promotion_codes/:id", UPDATE, updatePromotionCode),
  ],
};

/** Whether a code can be redeemed at all, whoever has it; its customers and their purchases aside. */
function isRedeemableCode(code: PromotionCodeRecord, world: World): boolean {
  const coupon = world.of("coupon").get(code.promotion.coupon ?? "");
  const both = coupon === undefined ? [] : [code, coupon];
  return (
    code.active &&
    both.length === 2 &&
    !both.some(isUsedUp) &&
    !isPast(code.expires_at, world.now) &&
    !isPast(coupon?.redeem_by ?? null, world.now)
  );
}

function createPromotionCode({ act, world, params }: Call<Values<typeof CREATE>>): Wire {
  const { active = true, code = randomText(8).toUpperCase(), customer, promotion } = params;
  if (promotion.coupon === undefined) {
    throw invalid("Missing required param: promotion[coupon].", "promotion[coupon]", "parameter_missing");
  }
  const coupon = world.named("coupon", promotion.coupon, "promotion[coupon]");
  if (customer !== undefined) world.named("customer", customer, "customer");
  const taken = world
    .of("promotion_code")
    .all({ code: code.toLowerCase() }, (one) => one.active && (one.customer ?? undefined) === customer);
  if (active && taken.length > 0) {
    throw invalid("An active promotion code with this code already exists.", "code");
  }
  const promotionCode: PromotionCodeRecord = {
    id: newId("promo"),
    object: "promotion_code",
    active,
    code,
    created: act.now,
    customer: customer ?? null,
    customer_account: null,
    expires_at: params.expires_at ?? null,
    livemode: world.livemode,
    max_redemptions: params.max_redemptions ?? null,
    metadata: mergeMetadata({}, params.metadata),
    promotion: { coupon: coupon.id, type: "coupon" },
    restrictions: { first_time_transaction: false, minimum_amount: null, minimum_amount_currency: null },
    times_redeemed: 0,
  };
  act.insert("promotion_code", promotionCode, "promotion_code.created");
  return world.render("promotion_code", promotionCode);
}

function updatePromotionCode({ act, world, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = world.inPath("promotion_code", id);
  const { active, metadata: change } = params;
  const after = act.change(
    "promotion_code",
    id,
    {
      ...(active !== undefined && { active }),
      ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
    },
    "promotion_code.updated",
  );
  return world.render("promotion_code", after);
}
