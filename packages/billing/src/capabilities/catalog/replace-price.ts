import type Stripe from "stripe";
import * as z from "zod/mini";
import { ConflictError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, writeFields } from "../../input.js";
import { sha256Hex } from "../../sha256.js";
import { Steps } from "../../steps.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { isReplay } from "../../stripe/replay.js";
import type { OwnedPrice } from "../../tenancy/scope/scoped-catalog.js";
import type { CatalogScope } from "../../tenancy/scope/tenant-scope.js";
import { unlessOvertaken } from "../../unless-overtaken.js";
import { type Price, toPrice } from "../../views/price.js";
import { type NewAmount, type NewPrice, newPriceFields, toPriceParams } from "./new-price.js";
import { assertTakesPrices, nickname } from "./prices.js";

/** Details of the new price. The amount is required; anything else that is left out is copied from the old price. */
export interface ReplacePriceOptions
  extends NewAmount,
    Partial<Pick<NewPrice, "currency" | "recurring" | "taxBehavior">>,
    CallOptions,
    IdempotencyOptions {
  /** Seen only by your team; up to 250 characters. */
  readonly nickname?: string | undefined;
}

const replaceOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    ...newPriceFields(),
    currency: z.optional(newPriceFields().currency),
    nickname: nickname(),
  }),
);

/**
 * Creates the new price with only its unchangeable terms, under a key derived from the replacement. Then applies the
 * remaining details, whichever are done already. So it can fail at any step and be repeated.
 */
export async function replacePrice(
  scope: CatalogScope,
  price: string,
  options: ReplacePriceOptions,
): Promise<Price> {
  const priceId = parseObjectId("price", price);
  const { nickname, idempotencyKey, ...terms } = checkInput(replaceOptions, options);
  const { currency = "", ...newTerms } = terms;
  const newParams = toPriceParams({ currency, ...newTerms });
  const key = idempotencyKey ?? toReplacementKey(priceId, terms);
  // guard (call price): a price to replace is the tenant's own
  const owned = await scope.catalog.ownPrice(priceId, ["currency_options"]);
  assertReplaceable(owned.price);
  const params = {
    product: owned.product.id,
    ...copyTerms(owned.price),
    ...newParams,
    ...(currency === "" && { currency: owned.price.currency }),
  };
  const steps = new Steps(key);
  const created = await steps.take("the new price", () =>
    unlessOvertaken(
      async () => assertTakesPrices((await scope.catalog.ownPrice(priceId)).product),
      () => scope.write("POST /v1/prices", {}, params, key),
    ),
  );
  return toPrice(await putInPlace(scope, steps, owned, created, nickname), scope);
}

/** Moves the lookup key and the place as default to the new price. Archives the old one last, so that one is always for sale. */
async function putInPlace(
  scope: CatalogScope,
  steps: Steps,
  { price: old, product }: OwnedPrice,
  created: Stripe.Price,
  nickname: string | undefined,
): Promise<Stripe.Price> {
  // A repeated replacement is answered as before, and its price may have been archived since.
  let made = isReplay(created) ? (await scope.catalog.ownPrice(created.id)).price : created;
  if (!made.active) {
    throw new ConflictError(
      "The same replacement was made before, and its price has been archived since. Use another idempotencyKey to repeat it.",
    );
  }
  const details = detailsToMove(scope, old, nickname);
  const priceId = made.id;
  await steps.takeSideBySide({
    ...(Object.keys(details).length > 0 && {
      "its details": async () => {
        const key = crypto.randomUUID();
        made = await scope.write("POST /v1/prices/{price}", { price: priceId }, details, key);
      },
    }),
    ...(product.default_price === old.id && {
      "the product's default price": () =>
        scope.write("POST /v1/products/{product}", { product: product.id }, { default_price: priceId }),
    }),
  });
  if (old.active) {
    await steps.take("the end of the old price", () =>
      scope.write("POST /v1/prices/{price}", { price: old.id }, { active: false }, crypto.randomUUID()),
    );
  }
  return made;
}

function detailsToMove(scope: CatalogScope, old: Stripe.Price, nickname: string | undefined) {
  const metadata = scope.withoutReserved(old.metadata);
  const name = nickname ?? old.nickname;
  return {
    ...(name !== null && { nickname: name }),
    ...(old.lookup_key !== null && { lookup_key: old.lookup_key, transfer_lookup_key: true }),
    ...(Object.keys(metadata).length > 0 && { metadata: { ...metadata } }),
  };
}

/** The terms of a price, without its amount. */
function copyTerms({ currency, recurring, tax_behavior: tax, transform_quantity: transform }: Stripe.Price) {
  return {
    currency,
    ...(recurring && {
      recurring: { interval: recurring.interval, interval_count: recurring.interval_count },
    }),
    ...(tax !== null && tax !== "unspecified" && { tax_behavior: tax }),
    ...(transform && { transform_quantity: transform }),
  };
}

/** @throws ConflictError for a price with amounts, or a meter, that one new amount cannot stand for. */
function assertReplaceable(price: Stripe.Price): void {
  const isPlain =
    // Null with tiers, and where the customer chooses.
    price.unit_amount_decimal !== null &&
    price.recurring?.usage_type !== "metered" &&
    Object.keys(price.currency_options ?? {}).every((currency) => currency === price.currency);
  if (isPlain) return;
  throw new ConflictError(
    "A price with tiers, a meter, an amount that customers choose, or amounts in several currencies cannot be " +
      "replaced by one of a single amount.",
  );
}

/** Derives the idempotency key, which is equal for equal replacements. */
function toReplacementKey(priceId: string, terms: object): string {
  return `replace ${sha256Hex(JSON.stringify([priceId, terms]))}`;
}
