import type Stripe from "stripe";
import { toDate } from "./epoch.js";
import { type Price, toPrice } from "./price.js";

/** Something a tenant sells or is sold: its own product, or one shared by all tenants. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly active: boolean;
  /** True where every tenant sees the product and none may change it. */
  readonly shared: boolean;
  readonly defaultPrice: Price | null;
  readonly images: readonly string[];
  /** The marketing features shown in pricing tables, in their order. */
  readonly features: readonly string[];
  readonly unitLabel: string | null;
  readonly url: string | null;
  /** Without the keys that say whose the product is. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a product itself does not say. */
interface ProductFacts {
  readonly shared: boolean;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Wants `default_price` expanded. */
export function toProduct(product: Stripe.Product, { shared, metadata }: ProductFacts): Product {
  const { default_price: price } = product;
  return Object.freeze({
    id: product.id,
    name: product.name,
    description: product.description,
    active: product.active,
    shared,
    defaultPrice: typeof price === "object" && price !== null ? toPrice(price) : null,
    images: Object.freeze([...product.images]),
    features: Object.freeze(product.marketing_features.flatMap(({ name }) => name ?? [])),
    unitLabel: product.unit_label ?? null,
    url: product.url,
    metadata,
    createdAt: toDate(product.created),
    updatedAt: toDate(product.updated),
  });
}
