import { ApiError, invalid } from "../api-error.js";
import { listRoute } from "../declare/list.js";
import { required, text, type Values } from "../declare/params.js";
import { type Call, type Resource, route } from "../declare/route.js";
import { newId } from "../ids.js";
import type { AccountData } from "../store/account-data.js";
import type { ProductFeatureRecord } from "../store/records/entitlements.js";
import type { Wire } from "../store/wire.js";

const CREATE = { entitlement_feature: required(text()) };

export const productFeatures: Resource<"product_feature"> = {
  kind: {
    object: "product_feature",
    noun: "product feature",
    keys: { product: (attached) => [attached.product] },
    render: (
      { created: _created, product: _product, entitlement_feature: feature, ...attached },
      account,
    ) => ({
      ...attached,
      entitlement_feature: account.render(
        "entitlements.feature",
        account.getFromPath("entitlements.feature", feature),
      ),
    }),
    expandable: { entitlement_feature: "shown" },
  },
  permission: "product",
  routes: [
    route("POST /v1/products/:id/features", CREATE, attachFeature),
    listRoute("product_feature", "/v1/products/:id/features", {}, ({ account, id }) => ({
      match: { product: account.getFromPath("product", id).id },
    })),
    route("GET /v1/products/:id/features/:feature", {}, ({ account, id, innerId }) =>
      account.render("product_feature", attachedTo(account, id, innerId)),
    ),
    route("DELETE /v1/products/:id/features/:feature", {}, ({ tx, account, id, innerId }) => {
      tx.remove("product_feature", attachedTo(account, id, innerId).id);
      return { id: innerId, object: "product_feature", deleted: true };
    }),
  ],
  reactions: {
    "product.deleted": (tx, { id }) => {
      const attached = tx.account.of("product_feature").all({ product: String(id) });
      for (const one of attached) tx.remove("product_feature", one.id);
    },
  },
};

function attachFeature({ tx, account, id, params }: Call<Values<typeof CREATE>>): Wire {
  const { id: product } = account.getFromPath("product", id);
  const feature = account.getFromParam(
    "entitlements.feature",
    params.entitlement_feature,
    "entitlement_feature",
  );
  if (!feature.active) {
    throw invalid(
      `The feature ${feature.id} is archived and cannot be attached to a product.`,
      "entitlement_feature",
    );
  }
  const present = account.of("product_feature").all({ product });
  if (present.some((one) => one.entitlement_feature === feature.id)) {
    throw invalid(
      `The feature ${feature.id} is already attached to the product ${product}.`,
      "entitlement_feature",
      "resource_already_exists",
    );
  }
  const attached: ProductFeatureRecord = {
    id: newId("prodft"),
    object: "product_feature",
    created: tx.now,
    entitlement_feature: feature.id,
    livemode: account.livemode,
    product,
  };
  return account.render("product_feature", tx.insert("product_feature", attached));
}

function attachedTo(account: AccountData, product: string, id: string): ProductFeatureRecord {
  const attached = account.getFromPath("product_feature", id);
  if (attached.product === account.getFromPath("product", product).id) return attached;
  throw new ApiError(404, `No such product feature: '${id}'`, { code: "resource_missing", param: "id" });
}
