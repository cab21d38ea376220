import { invalid } from "../api-error.js";
import { isPast, isUsedUp } from "../billing/discounts/redemption.js";
import { listRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import { bool, hash, integer, oneOf, required, text, timestamp, type Values } from "../declare/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../declare/route.js";
import { newId, randomText } from "../ids.js";
import type { AccountData } from "../store/account-data.js";
import type { PromotionCodeRecord } from "../store/records/discounts.js";
import type { Wire } from "../store/wire.js";

const CREATE = {
  active: bool(),
  code: text({ max: 500 }),
  customer: text(),
  expires_at: timestamp(),
  max_redemptions: integer({ min: 1 }),
  metadata: metadata(),
  promotion: required(hash({ coupon: text(), type: required(oneOf("coupon")) })),
};

const UPDATE = { active: bool(), metadata: metadata() };

export const promotionCodes: Resource<"promotion_code"> = {
  kind: {
    object: "promotion_code",
    noun: "promotion code",
    keys: { code: (one) => [one.code.toLowerCase()], customer: (one) => [one.customer] },
    render: (one, account) => ({ ...one, active: isRedeemableCode(one, account) }),
    expandable: { customer: "customer", "promotion.coupon": "coupon", promotion: "shown" },
  },
  permission: "promotion_code",
  routes: [
    route("POST /v1/promotion_codes", CREATE, createPromotionCode),
    listRoute(
      "promotion_code",
      "/v1/promotion_codes",
      { active: bool(), code: text(), customer: text() },
      ({ account, params: { active, code, customer } }) => ({
        match: {
          ...(code !== undefined && { code: code.toLowerCase() }),
          ...(customer !== undefined && { customer }),
        },
        where: (one) => active === undefined || isRedeemableCode(one, account) === active,
      }),
    ),
    retrieveRoute("promotion_code", "/v1/promotion_codes"),
    route("POST /v1/promotion_codes/:id", UPDATE, updatePromotionCode),
  ],
};

/** Whether a code can be redeemed at all, whoever has it; its customers and their purchases aside. */
function isRedeemableCode(code: PromotionCodeRecord, account: AccountData): boolean {
  const coupon = account.of("coupon").get(code.promotion.coupon ?? "");
  const both = coupon === undefined ? [] : [code, coupon];
  return (
    code.active &&
    both.length === 2 &&
    !both.some(isUsedUp) &&
    !isPast(code.expires_at, account.now) &&
    !isPast(coupon?.redeem_by ?? null, account.now)
  );
}

function createPromotionCode({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  const { active = true, code = randomText(8).toUpperCase(), customer, promotion } = params;
  if (promotion.coupon === undefined) {
    throw invalid("Missing required param: promotion[coupon].", "promotion[coupon]", "parameter_missing");
  }
  const coupon = account.getFromParam("coupon", promotion.coupon, "promotion[coupon]");
  if (customer !== undefined) account.getFromParam("customer", customer, "customer");
  const taken = account
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
    created: tx.now,
    customer: customer ?? null,
    customer_account: null,
    expires_at: params.expires_at ?? null,
    livemode: account.livemode,
    max_redemptions: params.max_redemptions ?? null,
    metadata: mergeMetadata({}, params.metadata),
    promotion: { coupon: coupon.id, type: "coupon" },
    restrictions: { first_time_transaction: false, minimum_amount: null, minimum_amount_currency: null },
    times_redeemed: 0,
  };
  tx.insert("promotion_code", promotionCode, "promotion_code.created");
  return account.render("promotion_code", promotionCode);
}

function updatePromotionCode({ tx, account, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = account.getFromPath("promotion_code", id);
  const { active, metadata: change } = params;
  const after = tx.change(
    "promotion_code",
    id,
    {
      ...(active !== undefined && { active }),
      ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
    },
    "promotion_code.updated",
  );
  return account.render("promotion_code", after);
}
