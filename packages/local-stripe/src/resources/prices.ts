import { invalid } from "../api-error.js";
import { insertPrice } from "../billing/catalog/insert-price.js";
import { insertProduct } from "../billing/catalog/insert-product.js";
import { listRoute, searchRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import {
  bool,
  clearable,
  decimal,
  either,
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
import type { Transaction } from "../store/account-data.js";
import type { Wire } from "../store/wire.js";

const RECURRING = hash({
  interval: required(oneOf("day", "month", "week", "year")),
  interval_count: integer({ min: 1 }),
  usage_type: oneOf("licensed", "metered"),
  meter: text(),
  ...unsupported("trial_period_days"),
});

const CREATE = {
  active: bool(),
  billing_scheme: oneOf("per_unit", "tiered"),
  currency: required(text({ max: 3 })),
  lookup_key: text({ max: 200 }),
  metadata: metadata(),
  nickname: text(),
  product: text(),
  product_data: hash({
    active: bool(),
    id: text(),
    metadata: metadata(),
    name: required(text()),
    statement_descriptor: text({ max: 22 }),
    unit_label: text({ max: 12 }),
    ...unsupported("tax_details"),
  }),
  recurring: RECURRING,
  tax_behavior: oneOf("exclusive", "inclusive", "unspecified"),
  tiers: list(
    hash({
      flat_amount: integer({ min: 0 }),
      flat_amount_decimal: decimal(),
      unit_amount: integer({ min: 0 }),
      unit_amount_decimal: decimal(),
      up_to: required(either(oneOf("inf"), integer({ min: 1 }))),
    }),
    { max: 100 },
  ),
  tiers_mode: oneOf("graduated", "volume"),
  transfer_lookup_key: bool(),
  unit_amount: integer({ min: 0, max: 99_999_999 }),
  unit_amount_decimal: decimal(),
};

const UPDATE = {
  active: bool(),
  lookup_key: clearable(text({ max: 200 })),
  metadata: metadata(),
  nickname: clearable(text()),
  tax_behavior: oneOf("exclusive", "inclusive", "unspecified"),
  transfer_lookup_key: bool(),
};

const LIST = {
  active: bool(),
  created: range(),
  currency: text({ max: 3 }),
  lookup_keys: list(text(), { max: 10 }),
  product: text(),
  recurring: hash({
    interval: oneOf("day", "month", "week", "year"),
    usage_type: oneOf("licensed", "metered"),
    meter: text(),
  }),
  type: oneOf("one_time", "recurring"),
};

export const prices: Resource<"price"> = {
  kind: {
    object: "price",
    noun: "price",
    keys: {
      product: (price) => [price.product],
      // A search is blind to case.
      product_searched: (price) => [price.product.toLowerCase()],
      lookup_key: (price) => [price.lookup_key],
      active: (price) => [String(price.active)],
    },
    // Stripe shows tiers only where they are expanded.
    render: ({ inline: _inline, tiers: _tiers, ...price }) => price,
    expandable: {
      product: "product",
      // This server has prices in one currency only, so there are no others to show.
      currency_options: "shown",
      recurring: "shown",
      tiers: ({ id }, account) => account.getFromPath("price", String(id)).tiers ?? undefined,
      transform_quantity: "shown",
      custom_unit_amount: "shown",
    },
  },
  permission: "plan",
  routes: [
    route("POST /v1/prices", CREATE, createPrice),
    searchRoute("price", "/v1/prices", {
      active: { type: "token", of: (price) => price.active, index: "active" },
      currency: { type: "token", of: (price) => price.currency },
      lookup_key: { type: "token", of: (price) => price.lookup_key },
      product: { type: "token", of: (price) => price.product, index: "product_searched" },
      type: { type: "token", of: (price) => price.type },
    }),
    listRoute("price", "/v1/prices", LIST, ({ params }) => {
      const { product, lookup_keys: keys, active, created, currency, recurring, type } = params;
      const only = keys?.length === 1 ? keys[0] : undefined;
      return {
        match: {
          ...(product !== undefined && { product }),
          ...(only !== undefined && { lookup_key: only }),
          active: String(active ?? true),
        },
        where: (price) =>
          price.inline === undefined &&
          (keys?.includes(price.lookup_key ?? "") ?? true) &&
          (created === undefined || isWithin(created, price.created)) &&
          (currency === undefined || price.currency === currency.toLowerCase()) &&
          (recurring?.interval === undefined || price.recurring?.interval === recurring.interval) &&
          (recurring?.usage_type === undefined || price.recurring?.usage_type === recurring.usage_type) &&
          (recurring?.meter === undefined || price.recurring?.meter === recurring.meter) &&
          (type === undefined || price.type === type),
      };
    }),
    retrieveRoute("price", "/v1/prices"),
    route("POST /v1/prices/:id", UPDATE, updatePrice),
  ],
};

function createPrice({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  const { product_data: productData, product, transfer_lookup_key: transfer, ...fields } = params;
  if ((product === undefined) === (productData === undefined)) {
    throw invalid("You must specify either `product` or `product_data` when creating a price.", "product");
  }
  const owner = productData
    ? insertProduct(tx, productData, "product_data[id]")
    : account.getFromParam("product", product ?? "", "product");
  if (!owner.active) {
    throw invalid(
      "The product this price would belong to is inactive. Activate the product first.",
      "product",
      "product_inactive",
    );
  }
  if (fields.lookup_key !== undefined) claimLookupKey(tx, fields.lookup_key, transfer ?? false);
  return account.render("price", insertPrice(tx, { ...fields, product: owner.id }));
}

function updatePrice({ tx, account, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = account.getFromPath("price", id);
  const {
    metadata: change,
    lookup_key,
    transfer_lookup_key: transfer,
    tax_behavior,
    active,
    ...fields
  } = params;
  if (active === false && account.of("product").get(before.product)?.default_price === id) {
    throw invalid("This price cannot be archived because it is the default price of its product.", "active");
  }
  if (
    tax_behavior !== undefined &&
    before.tax_behavior !== "unspecified" &&
    tax_behavior !== before.tax_behavior
  ) {
    throw invalid(
      "You can't change `tax_behavior` after it has been set to `inclusive` or `exclusive`.",
      "tax_behavior",
    );
  }
  if (typeof lookup_key === "string" && lookup_key !== before.lookup_key) {
    claimLookupKey(tx, lookup_key, transfer ?? false);
  }
  const after = tx.change(
    "price",
    id,
    {
      ...fields,
      ...(active !== undefined && { active }),
      ...(tax_behavior !== undefined && { tax_behavior }),
      ...(lookup_key !== undefined && { lookup_key }),
      ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
    },
    "price.updated",
  );
  return account.render("price", after);
}

/** A lookup key belongs to one price of the account; only `transfer_lookup_key` takes it from another. */
function claimLookupKey(tx: Transaction, lookupKey: string, transfer: boolean): void {
  const holder = tx.account.of("price").all({ lookup_key: lookupKey })[0];
  if (holder === undefined) return;
  if (!transfer) {
    throw invalid(
      `A price (\`${holder.id}\`) already uses that lookup key. Use \`transfer_lookup_key\` if you want to transfer it.`,
      "lookup_key",
      "resource_already_exists",
    );
  }
  tx.change("price", holder.id, { lookup_key: null }, "price.updated");
}
