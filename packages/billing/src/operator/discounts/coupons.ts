import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import {
  callOptions,
  checkInput,
  listOptions,
  onFirstUse,
  optionsObject,
  text,
  writeFields,
} from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseCouponId } from "../../stripe/object-id.js";
import type { ListOptions, Page } from "../../stripe/page.js";
import { notFound } from "../../stripe/translate-error.js";
import type { CallerMetadata } from "../../tenancy/caller-metadata.js";
import { SHARED } from "../../tenancy/metadata-mark.js";
import type { OperatorScope } from "../../tenancy/scope/operator-scope.js";
import { type Coupon, toCoupon } from "../../views/coupon.js";
import { readPage } from "../each-page.js";
import { dateField, toPagingParams } from "../lists/list-fields.js";
import { toSharedPage } from "./shared-page.js";

/** Options of `createCoupon`. Give exactly one of `percentOff` and `amountOff`. */
export interface CreateCouponOptions extends CallOptions, IdempotencyOptions {
  /** The name that customers see on receipts, up to 40 characters. */
  readonly name?: string | undefined;
  /** Above 0, up to 100. */
  readonly percentOff?: number | undefined;
  /** The amount in the minor unit of `currency`, which it requires. */
  readonly amountOff?: number | undefined;
  readonly currency?: string | undefined;
  /** Default: `"once"`. `"repeating"` needs `durationInMonths`. */
  readonly duration?: Coupon["duration"] | undefined;
  readonly durationInMonths?: number | undefined;
  readonly maxRedemptions?: number | undefined;
  readonly redeemBy?: Date | undefined;
  readonly metadata?: CallerMetadata | undefined;
}

export interface UpdateCouponOptions extends CallOptions, IdempotencyOptions {
  readonly name?: string | undefined;
  readonly metadata?: CallerMetadata | undefined;
}

const PERCENT = "percentOff must be a number above 0, up to 100.";
const positive = (name: string) => {
  const sentence = `${name} must be a whole number of 1 or more.`;
  return z.optional(z.int(sentence).check(z.gte(1, sentence)));
};

const detailFields = onFirstUse(() => ({
  ...writeFields(),
  name: z.optional(text("name must be a string of 1 to 40 characters in one line.", /^[^\p{Cc}]{1,40}$/u)),
  metadata: z.optional(z.unknown()),
}));

const createOptions = onFirstUse(() =>
  optionsObject({
    ...detailFields(),
    percentOff: z.optional(z.number(PERCENT).check(z.gt(0, PERCENT), z.lte(100, PERCENT))),
    amountOff: positive("amountOff"),
    currency: z.optional(text('currency must be an ISO 4217 code, such as "usd".', /^[A-Za-z]{3}$/)),
    duration: z.optional(
      z.enum(["once", "repeating", "forever"], 'duration must be "once", "repeating" or "forever".'),
    ),
    durationInMonths: positive("durationInMonths"),
    maxRedemptions: positive("maxRedemptions"),
    redeemBy: z.optional(dateField("redeemBy")),
  }),
);

const updateOptions = onFirstUse(() => optionsObject(detailFields()));

export async function createCoupon(scope: OperatorScope, options: CreateCouponOptions): Promise<Coupon> {
  const given = checkInput(createOptions, options);
  const { percentOff, amountOff, currency, duration = "once", durationInMonths, idempotencyKey } = given;
  if ((percentOff === undefined) === (amountOff === undefined)) {
    throw new InvalidArgumentError("Give exactly one of percentOff and amountOff.");
  }
  if ((amountOff === undefined) !== (currency === undefined)) {
    throw new InvalidArgumentError("Give currency together with amountOff, and only then.");
  }
  if ((duration === "repeating") !== (durationInMonths !== undefined)) {
    throw new InvalidArgumentError(
      'Give durationInMonths together with duration "repeating", and only then.',
    );
  }
  const params = {
    duration,
    ...(given.name !== undefined && { name: given.name }),
    ...(percentOff !== undefined && { percent_off: percentOff }),
    ...(amountOff !== undefined && { amount_off: amountOff }),
    ...(currency !== undefined && { currency: currency.toLowerCase() }),
    ...(durationInMonths !== undefined && { duration_in_months: durationInMonths }),
    ...(given.maxRedemptions !== undefined && { max_redemptions: given.maxRedemptions }),
    ...(given.redeemBy && { redeem_by: Math.floor(given.redeemBy.getTime() / 1_000) }),
    ...(given.metadata !== undefined && { metadata: scope.callerMetadata(given.metadata) }),
  };
  return toCoupon(await scope.writeShared("POST /v1/coupons", {}, params, idempotencyKey), scope);
}

export async function updateCoupon(
  scope: OperatorScope,
  couponId: string,
  options: UpdateCouponOptions,
): Promise<Coupon> {
  const { name, metadata, idempotencyKey } = checkInput(updateOptions, options);
  if (name === undefined && metadata === undefined) {
    throw new InvalidArgumentError("Name at least one detail to change.");
  }
  const params = {
    ...(name !== undefined && { name }),
    ...(metadata !== undefined && { metadata: scope.callerMetadata(metadata) }),
  };
  const { id: coupon } = await readSharedCoupon(scope, couponId);
  return toCoupon(
    await scope.writeShared("POST /v1/coupons/{coupon}", { coupon }, params, idempotencyKey),
    scope,
  );
}

export async function deleteCoupon(
  scope: OperatorScope,
  couponId: string,
  options: CallOptions,
): Promise<void> {
  checkInput(callOptions, options);
  const { id: coupon } = await readSharedCoupon(scope, couponId);
  await scope.writeShared("DELETE /v1/coupons/{coupon}", { coupon }, {});
}

export async function listCoupons(
  scope: OperatorScope,
  options: CallOptions & ListOptions,
): Promise<Page<Coupon>> {
  const page = await readPage(scope, "GET /v1/coupons", toPagingParams(checkInput(listOptions, options)));
  return toSharedPage(scope, page, (coupon) => toCoupon(coupon, scope));
}

/** One request. @throws NotFoundError when it is missing or not shared by all. */
export async function readSharedCoupon(
  scope: OperatorScope,
  couponId: unknown,
): Promise<{ readonly id: string }> {
  const coupon = await scope.read("GET /v1/coupons/{coupon}", { coupon: parseCouponId(couponId) }, {});
  // guard: a coupon of one tenant is not the operator's to share
  if (scope.catalogOwner(coupon).tenantId !== SHARED) throw notFound();
  return coupon;
}
