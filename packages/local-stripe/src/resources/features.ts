import { invalid } from "../api-error.js";
import { listRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import { bool, required, text, type Values } from "../declare/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../declare/route.js";
import { newId } from "../ids.js";
import type { FeatureRecord } from "../store/records/entitlements.js";
import type { Wire } from "../store/wire.js";

const CREATE = {
  lookup_key: required(text({ max: 80 })),
  metadata: metadata(),
  name: required(text({ max: 80 })),
};

const UPDATE = { active: bool(), metadata: metadata(), name: text({ max: 80 }) };

/** Features that products give access to. Stripe sends no events about them. */
export const features: Resource<"entitlements.feature"> = {
  kind: {
    object: "entitlements.feature",
    noun: "feature",
    keys: { lookup_key: (feature) => [feature.lookup_key] },
    render: ({ created: _created, ...feature }) => feature,
  },
  permission: "entitlement",
  routes: [
    route("POST /v1/entitlements/features", CREATE, createFeature),
    listRoute(
      "entitlements.feature",
      "/v1/entitlements/features",
      { archived: bool(), lookup_key: text() },
      ({ params: { archived = false, lookup_key } }) => ({
        match: { ...(lookup_key !== undefined && { lookup_key }) },
        where: (feature) => feature.active !== archived,
      }),
    ),
    retrieveRoute("entitlements.feature", "/v1/entitlements/features"),
    route("POST /v1/entitlements/features/:id", UPDATE, updateFeature),
  ],
};

function createFeature({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  const { lookup_key, name } = params;
  // The key of an archived feature is free again.
  if (account.of("entitlements.feature").all({ lookup_key }, (one) => one.active).length > 0) {
    throw invalid(
      `A feature with lookup_key ${lookup_key} already exists.`,
      "lookup_key",
      "resource_already_exists",
    );
  }
  const feature: FeatureRecord = {
    id: newId(account.livemode ? "feat" : "feat_test"),
    object: "entitlements.feature",
    active: true,
    created: tx.now,
    livemode: account.livemode,
    lookup_key,
    metadata: mergeMetadata({}, params.metadata),
    name,
  };
  return account.render("entitlements.feature", tx.insert("entitlements.feature", feature));
}

function updateFeature({ tx, account, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = account.getFromPath("entitlements.feature", id);
  const { metadata: change, ...fields } = params;
  if (fields.active === true && !before.active) {
    throw invalid("An archived feature cannot be made active again.", "active");
  }
  const after = tx.change("entitlements.feature", id, {
    ...fields,
    ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
  });
  return account.render("entitlements.feature", after);
}
