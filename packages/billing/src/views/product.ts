import type Stripe from "stripe";
import { toDate } from "./epoch.js";
import { type LookupKeys, type Price, toPrice } from "./price.js";

/**
 * Something a tenant sells or is sold: its own product, or one shared by all tenants. `TMetadata` is what the schema in
 * `catalog.metadata` makes of its metadata; without a schema that is text.
 */
export interface Product<TMetadata = undefined> {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly active: boolean;
  /** True where every tenant sees the product and none may change it. */
  readonly shared: boolean;
  readonly defaultPrice: Price | null;
  /** Its active prices, the newest first. */
  readonly prices: readonly Price[];
  readonly images: readonly string[];
  /** The marketing features shown in pricing tables, in their order. */
  readonly features: readonly string[];
  readonly unitLabel: string | null;
  readonly url: string | null;
  /** As the catalogue's schema reads it; null where the schema refuses it, and then {@link metadataIssues} say why. */
  readonly metadata: MetadataOf<TMetadata>;
  /** What the schema has against the product's metadata, which may have been written elsewhere; empty when it is fine. */
  readonly metadataIssues: readonly MetadataIssue[];
  /** As it stands in Stripe, without the keys that say whose the product is. */
  readonly rawMetadata: RawMetadata;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type RawMetadata = Readonly<Record<string, string>>;

/** With a schema, what it makes of the text or null; without one, the text itself. */
export type MetadataOf<TMetadata> = [TMetadata] extends [undefined] ? RawMetadata : TMetadata | null;

export interface MetadataIssue {
  /** In the schema's words. */
  readonly message: string;
  /** The keys that lead to what it is about; empty for the metadata as a whole. */
  readonly path: readonly string[];
}

/** What a product itself does not say. */
export interface ProductFacts<TMetadata> {
  readonly shared: boolean;
  readonly prices: readonly Stripe.Price[];
  readonly metadata: MetadataOf<TMetadata>;
  readonly metadataIssues: readonly MetadataIssue[];
  readonly rawMetadata: RawMetadata;
}

/** Wants `default_price` expanded. */
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
