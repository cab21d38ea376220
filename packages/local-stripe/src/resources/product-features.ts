import { ApiError, invalid } from "../api-error.js";
import { listRoute } from "../declare/list.js";
import { required, text, type Values } from "../declare/params.js";
import { type Call, type Resource, route } from "../declare/route.js";
import { newId } from "../ids.js";
import type { ProductFeatureRecord, Wire } from "../store/records.js";
import type { World } from "../store/world.js";

const CREATE = { entitlement_feature: required(text()) };

export const productFeatures: Resource<"product_feature"> = {
  kind: {
    object: "product_feature",
    noun: "product feature",
    keys: { product: (attached) => [attached.product] },
    render: ({ created: _created, product: _product, entitlement_feature: feature, ...attached }, world) => ({
      ...attached,
      entitlement_feature: world.render(
        "entitlements.feature",
        world.inPath("entitlements.feature", feature),
      ),
    }),
    expandable: { entitlement_feature: "shown" },
  },
  permission: "product",
  routes: [
    route("POST /v1/products/:id/features", CREATE, attachFeature),
    listRoute("product_feature", "/v1/products/:id/features", {}, ({ world, id }) => ({
      match: { product: world.inPath("product", id).id },
    })),
    route("GET /v1/products/:id/features/:feature", {}, ({ world, id, innerId }) =>
      world.render("product_feature", attachedTo(world, id, innerId)),
    ),
    route("DELETE /v1/products/:id/features/:feature", {}, ({ act, world, id, innerId }) => {
      act.remove("product_feature", attachedTo(world, id, innerId).id);
      return { id: innerId, object: "product_feature", deleted: true };
    }),
  ],
  reactions: {
    "product.deleted": (act, { id }) => {
      const attached = act.world.of("product_feature").all({ product: String(id) });
      for (const one of attached) act.remove("product_feature", one.id);
    },
  },
};

function attachFeature({ act, world, id, params }: Call<Values<typeof CREATE>>): Wire {
  const { id: product } = world.inPath("product", id);
  const feature = world.named("entitlements.feature", params.entitlement_feature, "entitlement_feature");
  if (!feature.active) {
    throw invalid(
      `The feature ${feature.id} is archived and cannot be attached to a product.`,
      "entitlement_feature",
    );
  }
  const present = world.of("product_feature").all({ product });
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
    created: act.now,
    entitlement_feature: feature.id,
    livemode: world.livemode,
    product,
  };
  return world.render("product_feature", act.insert("product_feature", attached));
}

function attachedTo(world: World, product: string, id: string): ProductFeatureRecord {
  const attached = world.inPath("product_feature", id);
  if (attached.product === world.inPath("product", product).id) return attached;
  throw new ApiError(404, `No such product feature: '${id}'`, { code: "resource_missing", param: "id" });
}
