import { entitle } from "../billing/customers/entitlements.js";
import { listed, listRoute } from "../declare/list.js";
import { required, text } from "../declare/params.js";
import { type Resource, retrieveRoute } from "../declare/route.js";
import type { Reaction } from "../store/account-data.js";

const FIRST_PAGE = 10;

const onSubscription: Reaction = (tx, subscription) =>
  entitle(tx, tx.account.getFromPath("subscription", String(subscription["id"])));

/** Features that customers have through their subscriptions, updated as these change. */
export const activeEntitlements: Resource<"entitlements.active_entitlement"> = {
  kind: {
    object: "entitlements.active_entitlement",
    noun: "active entitlement",
    keys: { customer: (entitlement) => [entitlement.customer] },
    render: ({ created: _created, customer: _customer, ...entitlement }) => entitlement,
    expandable: { feature: "entitlements.feature" },
  },
  permission: "entitlement",
  routes: [
    listRoute(
      "entitlements.active_entitlement",
      "/v1/entitlements/active_entitlements",
      { customer: required(text()) },
      ({ account, params }) => ({
        match: { customer: account.getFromParam("customer", params.customer, "customer").id },
      }),
    ),
    retrieveRoute("entitlements.active_entitlement", "/v1/entitlements/active_entitlements"),
  ],
  reactions: {
    "customer.subscription.created": onSubscription,
    "customer.subscription.deleted": onSubscription,
    "customer.subscription.paused": onSubscription,
    "customer.subscription.resumed": onSubscription,
    "customer.subscription.updated": onSubscription,
  },
};

/** All that a customer is entitled to, as events tell it: its first page. */
export const entitlementSummaries: Resource<"entitlements.active_entitlement_summary"> = {
  kind: {
    object: "entitlements.active_entitlement_summary",
    noun: "active entitlement summary",
    render: ({ customer, livemode, object }, account) => {
      const page = account
        .of("entitlements.active_entitlement")
        .page({ match: { customer }, limit: FIRST_PAGE });
      const data = page?.data.map((one) => account.render("entitlements.active_entitlement", one)) ?? [];
      return {
        object,
        customer,
        entitlements: listed(`/v1/customer/${customer}/entitlements`, page?.hasMore ?? false, data),
        livemode,
      };
    },
  },
  permission: "entitlement",
  routes: [],
};
