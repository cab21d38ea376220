import type Stripe from "stripe";
import { toDate } from "./epoch.js";
import { type LookupKeys, type Price, toPrice } from "./price.js";

/**
 * A product of the tenant's own, or one shared by all tenants. `TMetadata` is the output of the schema in `catalog.metadata`;
 * without a schema, metadata holds strings.
 */
export interface Product<TMetadata = undefined> {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly active: boolean;
  /** True if every tenant sees the product and none may change it. */
  readonly shared: boolean;
  readonly defaultPrice: Price | null;
  /** Its active prices, the newest first. */
  readonly prices: readonly Price[];
  readonly images: readonly string[];
  /** The marketing features shown in pricing tables, in their order. */
  readonly features: readonly string[];
  readonly unitLabel: string | null;
  readonly url: string | null;
  /** The catalog schema's output; null if the schema refuses the metadata, as {@link metadataIssues} explain. */
  readonly metadata: MetadataOf<TMetadata>;
  /** What the schema finds wrong with the metadata, which may have been written elsewhere; empty if it is valid. */
  readonly metadataIssues: readonly MetadataIssue[];
  /** The metadata as Stripe holds it, without the keys that mark the owner. */
  readonly rawMetadata: RawMetadata;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type RawMetadata = Readonly<Record<string, string>>;

/** The schema's output or null; without a schema, the strings themselves. */
export type MetadataOf<TMetadata> = [TMetadata] extends [undefined] ? RawMetadata : TMetadata | null;

export interface MetadataIssue {
  /** The schema's own message. */
  readonly message: string;
  /** The path to the value; empty for the metadata as a whole. */
  readonly path: readonly string[];
}

/** The parts of a product's view that the Stripe object lacks. */
export interface ProductFacts<TMetadata> {
  readonly shared: boolean;
  readonly prices: readonly Stripe.Price[];
  readonly metadata: MetadataOf<TMetadata>;
  readonly metadataIssues: readonly MetadataIssue[];
  readonly rawMetadata: RawMetadata;
}

/** Needs `default_price` expanded. */
export function toProduct<TMetadata>(
  product: Stripe.Product,
  { shared, prices, metadata, metadataIssues, rawMetadata }: ProductFacts<TMetadata>,
  lookupKeys: LookupKeys,
): Product<TMetadata> {
  const { default_price: price } = product;
  return Object.freeze({
    id: product.id,
    name: product.name,
    description: product.description,
    active: product.active,
    shared,
    defaultPrice: typeof price === "object" && price !== null ? toPrice(price, lookupKeys) : null,
    prices: Object.freeze(prices.map((one) => toPrice(one, lookupKeys))),
    images: Object.freeze([...product.images]),
    features: Object.freeze(product.marketing_features.flatMap(({ name }) => name ?? [])),
    unitLabel: product.unit_label ?? null,
    url: product.url,
    metadata,
    metadataIssues,
    rawMetadata,
    createdAt: toDate(product.created),
    updatedAt: toDate(product.updated),
  });
}
