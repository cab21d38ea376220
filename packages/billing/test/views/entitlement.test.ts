import type Stripe from "stripe";
import { expect, it } from "vitest";
import { toEntitlement } from "../../src/views/entitlement.js";
import { shaped } from "./stripe-shape.js";

it("an entitlement's view names its feature, expanded or not, and is frozen", () => {
  const view = (feature: unknown) =>
    toEntitlement(
      shaped<Stripe.Entitlements.ActiveEntitlement>({
        id: "ent_1",
        lookup_key: "sso",
        feature,
        livemode: true,
      }),
    );
  const expected = { id: "ent_1", lookupKey: "sso", featureId: "feat_1", livemode: true };
  expect(view("feat_1")).toEqual(expected);
  expect(view({ id: "feat_1" })).toEqual(expected);
  expect(Object.isFrozen(view("feat_1"))).toBe(true);
});
