import { invalid } from "../api-error.js";
import { insertPrice } from "../billing/catalog/insert-price.js";
import { insertProduct } from "../billing/catalog/insert-product.js";
import { listRoute, searchRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import {
  bool,
  clearable,
  clearableList,
  decimal,
  hash,
  integer,
  isWithin,
  list,
  oneOf,
  range,
  required,
  text,
  unsupported,
  type Values,
} from "../declare/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../declare/route.js";
import type { Wire } from "../store/wire.js";

const FIELDS = {
  active: bool(),
  description: clearable(text({ max: 40_000 })),
  images: clearableList(text(), { max: 8 }),
  marketing_features: clearableList(hash({ name: required(text({ max: 80 })) }), { max: 15 }),
  metadata: metadata(),
  shippable: bool(),
  statement_descriptor: text({ max: 22 }),
  unit_label: clearable(text({ max: 12 })),
  url: clearable(text()),
  ...unsupported("tax_details"),
};

const CREATE = {
  ...FIELDS,
  id: text(),
  name: required(text()),
  default_price_data: hash({
    currency: required(text({ max: 3 })),
    metadata: metadata(),
    recurring: hash({
      interval: required(oneOf("day", "month", "week", "year")),
      interval_count: integer({ min: 1 }),
    }),
    tax_behavior: oneOf("exclusive", "inclusive", "unspecified"),
    unit_amount: integer({ min: 0 }),
    unit_amount_decimal: decimal(),
  }),
};

const UPDATE = { ...FIELDS, name: text(), default_price: clearable(text()) };

export const products: Resource<"product"> = {
  kind: {
    object: "product",
    noun: "product",
    keys: { active: (product) => [String(product.active)] },
    expandable: { default_price: "price", marketing_features: "shown" },
  },
  permission: "product",
  routes: [
    route("POST /v1/products", CREATE, createProduct),
    searchRoute("product", "/v1/products", {
      active: { type: "token", of: (product) => product.active, index: "active" },
      description: { type: "text", of: (product) => product.description },
      name: { type: "text", of: (product) => product.name },
      shippable: { type: "token", of: (product) => product.shippable },
      url: { type: "text", of: (product) => product.url },
    }),
    listRoute(
      "product",
      "/v1/products",
      {
        active: bool(),
        created: range(),
        ids: list(text(), { max: 100 }),
        shippable: bool(),
        url: text(),
        type: text(),
      },
      listFilter,
    ),
    retrieveRoute("product", "/v1/products"),
    route("POST /v1/products/:id", UPDATE, updateProduct),
    route("DELETE /v1/products/:id", {}, deleteProduct),
  ],
};

function createProduct({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  const { default_price_data: priceData, ...fields } = params;
  const product = insertProduct(tx, fields);
  if (priceData === undefined) return account.render("product", product);
  const price = insertPrice(tx, { ...priceData, product: product.id }, "default_price_data");
  return account.render("product", tx.change("product", product.id, { default_price: price.id }));
}

function updateProduct({ tx, account, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = account.getFromPath("product", id);
  const { metadata: change, default_price, ...fields } = params;
  if (default_price !== undefined && default_price !== null) {
    const price = account.getFromParam("price", default_price, "default_price");
    if (price.product !== id) {
      throw invalid(`The price ${price.id} does not belong to the product ${id}.`, "default_price");
    }
    if (!price.active) {
      throw invalid(
        `The price ${price.id} is inactive, so it cannot be a product's default.`,
        "default_price",
      );
    }
  }
  const after = tx.change(
    "product",
    id,
    {
      ...fields,
      ...(default_price !== undefined && { default_price }),
      ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
      updated: tx.now,
    },
    "product.updated",
  );
  return account.render("product", after);
}

function deleteProduct({ tx, account, id }: Call): Wire {
  account.getFromPath("product", id);
  if (account.of("price").count("product", id) > 0) {
    throw invalid("This product cannot be deleted because it has one or more user-created prices.");
  }
  tx.remove("product", id, "product.deleted");
  return { id, object: "product", deleted: true };
}

function listFilter({
  params,
}: Call<{
  readonly active?: boolean;
  readonly created?: Parameters<typeof isWithin>[0];
  readonly ids?: string[];
  readonly shippable?: boolean;
  readonly url?: string;
  readonly type?: string;
  readonly starting_after?: string;
  readonly ending_before?: string;
}>): ReturnType<Parameters<typeof listRoute<"product", Record<never, never>>>[3]> {
  const { active, created, ids, shippable, url, type } = params;
  if (ids !== undefined && (params.starting_after ?? params.ending_before) !== undefined) {
    throw invalid("You cannot use `ids` together with `starting_after` or `ending_before`.", "ids");
  }
  const wanted = ids && new Set(ids);
  return {
    ...(active !== undefined && { match: { active: String(active) } }),
    where: (product) =>
      (wanted?.has(product.id) ?? true) &&
      (created === undefined || isWithin(created, product.created)) &&
      (shippable === undefined || (product.shippable ?? false) === shippable) &&
      (url === undefined || product.url === url) &&
      (type === undefined || product.type === type),
  };
}
