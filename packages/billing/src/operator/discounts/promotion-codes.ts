import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { checkInput, listFields, onFirstUse, optionsObject, text, writeFields } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { ListOptions, Page } from "../../stripe/page.js";
import { notFound } from "../../stripe/translate-error.js";
import type { CallerMetadata } from "../../tenancy/caller-metadata.js";
import { SHARED } from "../../tenancy/metadata-mark.js";
import type { OperatorScope } from "../../tenancy/scope/operator-scope.js";
import { type PromotionCode, toPromotionCode } from "../../views/promotion-code.js";
import { readPage } from "../each-page.js";
import { dateField, toPagingParams } from "../lists/list-fields.js";
import { readSharedCoupon } from "./coupons.js";
import { toSharedPage } from "./shared-page.js";

export interface CreatePromotionCodeOptions extends CallOptions, IdempotencyOptions {
  /** The coupon that the code applies; a shared one. */
  readonly couponId: string;
  /** The code that customers type: 1 to 100 letters, digits and dashes. Default: Stripe generates one. */
  readonly code?: string | undefined;
  readonly expiresAt?: Date | undefined;
  readonly maxRedemptions?: number | undefined;
  /** Only for a customer's first purchase. Default: false. */
  readonly firstTimeOnly?: boolean | undefined;
  readonly metadata?: CallerMetadata | undefined;
}

export interface UpdatePromotionCodeOptions extends CallOptions, IdempotencyOptions {
  /** False disables the code, true enables it again. */
  readonly active?: boolean | undefined;
  readonly metadata?: CallerMetadata | undefined;
}

export interface ListPromotionCodesOptions extends CallOptions, ListOptions {
  /** The code that a customer typed, in any letter case. */
  readonly code?: string | undefined;
  readonly active?: boolean | undefined;
}

const CODE = "code must be 1 to 100 letters, digits and dashes.";
const REDEMPTIONS = "maxRedemptions must be a whole number of 1 or more.";
const codeField = () => z.optional(text(CODE, /^[A-Za-z0-9-]{1,100}$/));
const flag = (name: string) => z.optional(z.boolean(`${name} must be true or false.`));

const createOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    couponId: z.unknown(),
    code: codeField(),
    expiresAt: z.optional(dateField("expiresAt")),
    maxRedemptions: z.optional(z.int(REDEMPTIONS).check(z.gte(1, REDEMPTIONS))),
    firstTimeOnly: flag("firstTimeOnly"),
    metadata: z.optional(z.unknown()),
  }),
);

const updateOptions = onFirstUse(() =>
  optionsObject({ ...writeFields(), active: flag("active"), metadata: z.optional(z.unknown()) }),
);

const listOptions = onFirstUse(() =>
  optionsObject({ ...listFields(), code: codeField(), active: flag("active") }),
);

export async function createPromotionCode(
  scope: OperatorScope,
  options: CreatePromotionCodeOptions,
): Promise<PromotionCode> {
  const given = checkInput(createOptions, options);
  const metadata = given.metadata === undefined ? undefined : scope.callerMetadata(given.metadata);
  const { id: coupon } = await readSharedCoupon(scope, given.couponId);
  const params = {
    promotion: { type: "coupon" as const, coupon },
    ...(given.code !== undefined && { code: given.code }),
    ...(given.expiresAt && { expires_at: Math.floor(given.expiresAt.getTime() / 1_000) }),
    ...(given.maxRedemptions !== undefined && { max_redemptions: given.maxRedemptions }),
    ...(given.firstTimeOnly && { restrictions: { first_time_transaction: true } }),
    ...(metadata && { metadata }),
  };
  const made = await scope.writeShared("POST /v1/promotion_codes", {}, params, given.idempotencyKey);
  return toPromotionCode(made, scope);
}

export async function updatePromotionCode(
  scope: OperatorScope,
  promotionCodeId: string,
  options: UpdatePromotionCodeOptions,
): Promise<PromotionCode> {
  const code = parseObjectId("promotion_code", promotionCodeId);
  const { active, metadata, idempotencyKey } = checkInput(updateOptions, options);
  if (active === undefined && metadata === undefined) {
    throw new InvalidArgumentError("Name at least one detail to change.");
  }
  const params = {
    ...(active !== undefined && { active }),
    ...(metadata !== undefined && { metadata: scope.callerMetadata(metadata) }),
  };
  const ids = { promotion_code: code };
  const found = await scope.read("GET /v1/promotion_codes/{promotion_code}", ids, {});
  // guard: a promotion code of one tenant is not the operator's to change
  if (scope.catalogOwner(found).tenantId !== SHARED) throw notFound();
  const changed = await scope.writeShared(
    "POST /v1/promotion_codes/{promotion_code}",
    ids,
    params,
    idempotencyKey,
  );
  return toPromotionCode(changed, scope);
}

export async function listPromotionCodes(
  scope: OperatorScope,
  options: ListPromotionCodesOptions,
): Promise<Page<PromotionCode>> {
  const { code, active, ...paging } = checkInput(listOptions, options);
  const params = {
    ...toPagingParams(paging),
    ...(code === undefined ? {} : { code }),
    ...(active === undefined ? {} : { active }),
  };
  const page = await readPage(scope, "GET /v1/promotion_codes", params);
  return toSharedPage(scope, page, (found) => toPromotionCode(found, scope));
}
