import type Stripe from "stripe";
import * as z from "zod/mini";
import { ConflictError, InvalidArgumentError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, text, writeFields, writeOptions } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { refusalOf } from "../../stripe/refusal.js";
import type { OwnedPrice } from "../../tenancy/scope/scoped-catalog.js";
import type { CatalogScope } from "../../tenancy/scope/tenant-scope.js";
import { unlessOvertaken } from "../../unless-overtaken.js";
import { type Price, toPrice } from "../../views/price.js";
import type { Product } from "../../views/product.js";
import { type Catalog, productView } from "./catalog.js";
import { type NewPrice, newPriceFields, toPriceParams } from "./new-price.js";
import { change } from "./products.js";

export interface CreatePriceOptions extends NewPrice, CallOptions, IdempotencyOptions {
  /** Seen only by your team; up to 250 characters. */
  readonly nickname?: string | undefined;
  /**
   * The tenant's own name for the price, which a replacement takes over; 1 to 100 characters without spaces. Unique
   * among the tenant's prices; other tenants may use the same name. Stripe stores it with the tenant's id in front.
   */
  readonly lookupKey?: string | undefined;
  /**
   * Takes the lookup key from the tenant's price that has it. Default: false, so that a key in use is a ConflictError.
   */
  readonly transferLookupKey?: boolean | undefined;
}

export const nickname: () => z.ZodMiniOptional<z.ZodMiniString> = onFirstUse(() =>
  z.optional(text("nickname must be a string of 1 to 250 characters in one line.", /^[^\p{Cc}]{1,250}$/u)),
);

const createOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    ...newPriceFields(),
    nickname: nickname(),
    lookupKey: z.optional(
      text("lookupKey must be 1 to 100 printable characters without spaces.", /^[\x21-\x7e]{1,100}$/),
    ),
    transferLookupKey: z.optional(z.boolean("transferLookupKey must be true or false.")),
  }),
);

export async function createPrice(
  scope: CatalogScope,
  product: string,
  options: CreatePriceOptions,
): Promise<Price> {
  const productId = parseObjectId("product", product);
  const { nickname, lookupKey, transferLookupKey, idempotencyKey, ...price } = checkInput(
    createOptions,
    options,
  );
  const params = {
    ...toPriceParams(price),
    product: productId,
    ...(nickname !== undefined && { nickname }),
    // guard (argument 2): a price's lookup key is given behind the tenant's name
    ...(lookupKey !== undefined && { lookup_key: storedLookupKey(scope, lookupKey) }),
    ...(transferLookupKey && { transfer_lookup_key: true }),
  };
  // guard: a price is added to a product of the tenant's own
  assertTakesPrices(await scope.catalog.ownProduct(productId));
  const created = await unlessOvertaken(
    async () => assertTakesPrices(await scope.catalog.ownProduct(productId)),
    () => scope.write("POST /v1/prices", {}, params, idempotencyKey).catch(explainLookupKey),
  );
  return toPrice(created, scope);
}

/** @throws ConflictError for an archived product. */
export function assertTakesPrices({ active }: Stripe.Product): undefined {
  if (active) return;
  throw new ConflictError(
    "The product is archived, so it takes no new price. Put it back on sale with updateProduct first.",
  );
}

function explainLookupKey(error: unknown): never {
  throw refusalOf(error).param === "lookup_key"
    ? new ConflictError("Another price has this lookup key. Use another key, or transferLookupKey.", {
        cause: error,
      })
    : error;
}

export async function archivePrice(
  scope: CatalogScope,
  price: string,
  options: CallOptions & IdempotencyOptions,
): Promise<Price> {
  const priceId = parseObjectId("price", price);
  const { idempotencyKey } = checkInput(writeOptions, options);
  // guard (call price): a price to archive is the tenant's own
  const before = ifArchived(await scope.catalog.ownPrice(priceId));
  if (before !== undefined) return toPrice(before, scope);
  const ids = { price: priceId };
  const params = { active: false, expand: ["tiers"] };
  const archived = await unlessOvertaken(
    async () => ifArchived(await scope.catalog.ownPrice(priceId)),
    () => scope.write("POST /v1/prices/{price}", ids, params, idempotencyKey),
  );
  return toPrice(archived, scope);
}

/** The price, if it is archived already. @throws ConflictError when it cannot be. */
function ifArchived({ price, product }: OwnedPrice): Stripe.Price | undefined {
  if (!price.active) return price;
  if (product.default_price !== price.id) return undefined;
  throw new ConflictError(
    "This is its product's default price, which cannot be archived. Set another one first, or replace it.",
  );
}

export async function setDefaultPrice<TMetadata>(
  scope: CatalogScope,
  price: string,
  options: CallOptions & IdempotencyOptions,
  catalog: Catalog<TMetadata>,
): Promise<Product<TMetadata>> {
  const priceId = parseObjectId("price", price);
  const { idempotencyKey } = checkInput(writeOptions, options);
  // guard (call price): a price to be the default is the tenant's own
  const { price: before, product } = await scope.catalog.ownPrice(priceId);
  if (product.default_price === priceId) {
    const expanded = { ...product, default_price: before };
    return productView(scope, catalog, expanded, await scope.catalog.productPrices(product.id));
  }
  assertActive(before);
  return unlessOvertaken(
    async () => assertActive((await scope.catalog.ownPrice(priceId)).price),
    () => change(scope, product.id, { default_price: priceId }, catalog, idempotencyKey),
  );
}

function assertActive({ active }: Stripe.Price): undefined {
  if (!active) throw new ConflictError("An archived price cannot be its product's default.");
}

/** Stripe takes 200 characters, and the tenant's id comes in front. */
function storedLookupKey(scope: CatalogScope, lookupKey: string): string {
  const stored = scope.catalog.lookupKey(lookupKey);
  if (stored.length <= 200) return stored;
  throw new InvalidArgumentError("lookupKey is too long: with the tenant's id it may have 198 characters.");
}
