import type Stripe from "stripe";
import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import {
  boundedList,
  callOptions,
  checkInput,
  onFirstUse,
  optionsObject,
  text,
  writeFields,
  writeOptions,
} from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { CallerMetadata, StripeMetadata } from "../../tenancy/caller-metadata.js";
import type { CatalogScope } from "../../tenancy/scope/tenant-scope.js";
import type { Product, RawMetadata } from "../../views/product.js";
import { type Catalog, productView, withDefault } from "./catalog.js";
import { type NewPrice, newPriceFields, toPriceParams } from "./new-price.js";
import { assertMetadata } from "./product-metadata.js";

export async function getProduct<TMetadata>(
  scope: CatalogScope,
  product: string,
  options: CallOptions,
  catalog: Catalog<TMetadata>,
): Promise<Product<TMetadata>> {
  const productId = parseObjectId("product", product);
  checkInput(callOptions, options);
  // guard (as table): a product to read is one that the tenant sees
  const found = await scope.catalog.product(productId);
  return productView(scope, catalog, found, await scope.catalog.productPrices(productId));
}

/** Details of a product. Those left out stay as they are; null, or an empty list, clears one. */
export interface ProductDetails {
  readonly description?: string | null | undefined;
  /** URLs, at most 8. */
  readonly images?: readonly string[] | undefined;
  /** Marketing features for pricing tables, at most 15 of up to 80 characters. */
  readonly features?: readonly string[] | undefined;
  /** The name of one unit on receipts and in Checkout, such as `"seat"`; up to 12 characters. */
  readonly unitLabel?: string | null | undefined;
  /** The URL of a web page about the product. */
  readonly url?: string | null | undefined;
  /**
   * Merged key by key; a null value removes its key. Refuses keys that this package writes, and metadata that the catalog's
   * schema would refuse.
   */
  readonly metadata?: CallerMetadata | undefined;
}

export interface CreateProductOptions extends ProductDetails, CallOptions, IdempotencyOptions {
  readonly name: string;
  /** The product's first price, which becomes its default. */
  readonly price?: NewPrice | undefined;
}

const URL_FORM = /^https?:\/\/[^\s]{1,2000}$/;
const IMAGES = "images must be a list of at most 8 http or https URLs.";
const FEATURES = "features must be a list of at most 15 strings of 1 to 80 characters in one line.";

const productName = onFirstUse(() =>
  text("name must be a string of 1 to 250 characters in one line.", /^[^\p{Cc}]{1,250}$/u),
);

const detailFields = onFirstUse(() => ({
  description: z.optional(
    z.nullable(text("description must be null or a string of 1 to 40000 characters.", /^.{1,40000}$/s)),
  ),
  images: z.optional(boundedList(text(IMAGES, URL_FORM), { most: 8 }, IMAGES)),
  features: z.optional(boundedList(text(FEATURES, /^[^\p{Cc}]{1,80}$/u), { most: 15 }, FEATURES)),
  unitLabel: z.optional(
    z.nullable(
      text("unitLabel must be null or a string of 1 to 12 characters in one line.", /^[^\p{Cc}]{1,12}$/u),
    ),
  ),
  url: z.optional(z.nullable(text("url must be null or an http or https URL.", URL_FORM))),
  // parseCallerMetadata checks it.
  metadata: z.optional(z.unknown()),
}));

const createOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    ...detailFields(),
    name: productName(),
    price: z.optional(z.strictObject(newPriceFields(), "price must be an object.")),
  }),
);

export async function createProduct<TMetadata>(
  scope: CatalogScope,
  options: CreateProductOptions,
  catalog: Catalog<TMetadata>,
): Promise<Product<TMetadata>> {
  const { name, price, idempotencyKey, ...details } = checkInput(createOptions, options);
  // guard (argument of callerMetadata): a new product's metadata names no reserved key
  const metadata = scope.callerMetadata(details.metadata === undefined ? {} : details.metadata);
  const priceParams = price && toPriceParams(price);
  await assertMetadata(scope, catalog.schema, mergeMetadata({}, metadata));
  const product = await scope.write(
    "POST /v1/products",
    {},
    {
      name,
      ...omitBlanks(toParams(details)),
      metadata,
      ...(priceParams && { default_price_data: priceParams }),
      expand: ["default_price"],
    },
    idempotencyKey,
  );
  return productView(scope, catalog, product, withDefault(product, []));
}

export interface UpdateProductOptions extends ProductDetails, CallOptions, IdempotencyOptions {
  readonly name?: string | undefined;
  /** False archives the product, true puts it on sale again. */
  readonly active?: boolean | undefined;
}

const updateOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    ...detailFields(),
    name: z.optional(productName()),
    active: z.optional(z.boolean("active must be true or false.")),
  }),
);

export async function updateProduct<TMetadata>(
  scope: CatalogScope,
  product: string,
  options: UpdateProductOptions,
  catalog: Catalog<TMetadata>,
): Promise<Product<TMetadata>> {
  const productId = parseObjectId("product", product);
  const { name, active, idempotencyKey, ...details } = checkInput(updateOptions, options);
  // guard (argument of callerMetadata): a product's new metadata names no reserved key
  const metadata = details.metadata === undefined ? undefined : scope.callerMetadata(details.metadata);
  const params = {
    ...toParams(details),
    ...(name !== undefined && { name }),
    ...(active !== undefined && { active }),
    ...(metadata && { metadata }),
  };
  if (Object.keys(params).length === 0) throw new InvalidArgumentError("Name at least one detail to change.");
  // guard (call product): a product to change is the tenant's own
  const before = await scope.catalog.ownProduct(productId);
  if (metadata) {
    const known = scope.withoutReserved(before.metadata);
    await assertMetadata(scope, catalog.schema, mergeMetadata(known, metadata));
  }
  return change(scope, productId, params, catalog, idempotencyKey);
}

export async function archiveProduct<TMetadata>(
  scope: CatalogScope,
  product: string,
  options: CallOptions & IdempotencyOptions,
  catalog: Catalog<TMetadata>,
): Promise<Product<TMetadata>> {
  const productId = parseObjectId("product", product);
  const { idempotencyKey } = checkInput(writeOptions, options);
  // guard (call product): a product to archive is the tenant's own
  const before = await scope.catalog.ownProduct(productId);
  return before.active
    ? change(scope, productId, { active: false }, catalog, idempotencyKey)
    : productView(scope, catalog, before, await scope.catalog.productPrices(productId));
}

/** Changes a product that was proved to be the tenant's own. Two requests. */
export async function change<TMetadata>(
  scope: CatalogScope,
  productId: string,
  params: Stripe.ProductUpdateParams,
  catalog: Catalog<TMetadata>,
  idempotencyKey: string | undefined,
): Promise<Product<TMetadata>> {
  const changed = await scope.write(
    "POST /v1/products/{product}",
    { product: productId },
    { ...params, expand: ["default_price.tiers"] },
    idempotencyKey,
  );
  return productView(scope, catalog, changed, await scope.catalog.productPrices(productId));
}

interface CheckedDetails {
  readonly description?: string | null | undefined;
  readonly images?: string[] | undefined;
  readonly features?: readonly string[] | undefined;
  readonly unitLabel?: string | null | undefined;
  readonly url?: string | null | undefined;
}

/** Stripe clears a field that is sent as an empty string. */
function toParams({ description, images, features, unitLabel, url }: CheckedDetails) {
  return {
    ...(description !== undefined && { description: description ?? "" }),
    ...(images && { images: listOrBlank(images) }),
    ...(features && { marketing_features: listOrBlank(features.map((name) => ({ name }))) }),
    ...(unitLabel !== undefined && { unit_label: unitLabel ?? "" }),
    ...(url !== undefined && { url: url ?? "" }),
  };
}

/** Drops what would clear a field, since a new product has nothing to clear. */
function omitBlanks<T extends object>(params: T): { [Name in keyof T]?: Exclude<T[Name], ""> } {
  const entries = Object.entries(params).filter(([, value]) => value !== "");
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], ""> }; // what is left of it
}

/** Sends an empty list as a blank, because form encoding cannot express an empty list. */
function listOrBlank<T>(list: T[]): T[] | "" {
  return list.length === 0 ? "" : list;
}

/** Merges a change into metadata; an empty value removes its key. */
function mergeMetadata(before: RawMetadata, change: StripeMetadata): RawMetadata {
  return Object.fromEntries(Object.entries({ ...before, ...change }).filter(([, value]) => value !== ""));
}
