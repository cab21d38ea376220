import { invalid } from "../../api-error.js";
import { type MetadataChange, mergeMetadata } from "../../declare/metadata.js";
import { newId } from "../../ids.js";
import type { Transaction } from "../../store/account-data.js";
import type { ProductRecord } from "../../store/records/catalog.js";

interface NewProduct {
  readonly id?: string;
  readonly name: string;
  readonly active?: boolean;
  readonly description?: string | null;
  readonly images?: string[];
  readonly marketing_features?: { name: string }[];
  readonly metadata?: MetadataChange;
  readonly shippable?: boolean;
  readonly statement_descriptor?: string;
  readonly unit_label?: string | null;
  readonly url?: string | null;
}

/** Makes a product, by itself or as the `product_data` of its first price. `idParam` names the id in messages. */
export function insertProduct(tx: Transaction, fields: NewProduct, idParam = "id"): ProductRecord {
  if (fields.id !== undefined && !/^[\w-]+$/.test(fields.id)) {
    throw invalid(
      `This value must match the regex pattern. (/\\A[a-zA-Z0-9_\\-]+\\z/ does not match for the value ${fields.id}).`,
      idParam,
    );
  }
  if (fields.id !== undefined && tx.account.of("product").get(fields.id) !== undefined) {
    throw invalid(`Product already exists: ${fields.id}`, idParam, "resource_already_exists");
  }
  const product: ProductRecord = {
    id: fields.id ?? newId("prod", "short"),
    object: "product",
    active: fields.active ?? true,
    created: tx.now,
    default_price: null,
    description: fields.description ?? null,
    images: fields.images ?? [],
    livemode: tx.account.livemode,
    marketing_features: fields.marketing_features ?? [],
    metadata: mergeMetadata({}, fields.metadata),
    name: fields.name,
    package_dimensions: null,
    shippable: fields.shippable ?? null,
    statement_descriptor: fields.statement_descriptor ?? null,
    tax_code: null,
    type: "service",
    unit_label: fields.unit_label ?? null,
    updated: tx.now,
    url: fields.url ?? null,
  };
  return tx.insert("product", product, "product.created");
}
