import type Stripe from "stripe";
import { invalid } from "../api-error.js";
import { checkRedeemable } from "../billing/discounts/redemption.js";
import { whyNotPausable } from "../billing/subscriptions/pausing.js";
import { hash, integer, list, oneOf, type Param, required, text } from "../declare/params.js";
import { webUrl } from "../declare/web-url.js";
import { whyFixed } from "../portal/portal-changes.js";
import { futureChange } from "../portal/portal-schedule.js";
import type { AccountData, Transaction } from "../store/account-data.js";
import type { PortalConfigurationRecord, PortalSessionRecord } from "../store/records/portal.js";

const SHAPE = {
  type: required(
    oneOf(
      "customer_update",
      "payment_method_update",
      "subscription_cancel",
      "subscription_pause",
      "subscription_update",
      "subscription_update_confirm",
    ),
  ),
  after_completion: hash({
    type: required(oneOf("hosted_confirmation", "portal_homepage", "redirect")),
    hosted_confirmation: hash({ custom_message: text({ max: 500 }) }),
    redirect: hash({ return_url: required(webUrl()) }),
  }),
  subscription_cancel: hash({
    retention: hash({
      coupon_offer: required(hash({ coupon: required(text()) })),
      type: required(oneOf("coupon_offer")),
    }),
    subscription: required(text()),
  }),
  subscription_pause: hash({ subscription: required(text()) }),
  subscription_update: hash({ subscription: required(text()) }),
  subscription_update_confirm: hash({
    subscription: required(text()),
    items: required(
      list(hash({ id: required(text()), price: text(), quantity: integer({ min: 0 }) }), { max: 1 }),
    ),
    discounts: list(hash({ coupon: text(), promotion_code: text() }), { max: 1 }),
  }),
};

/** A task that a session leads straight to, as a request names it. */
export const FLOW_DATA: Param<FlowData> = hash(SHAPE);

/** The SDK's type holds any text for a task that is newer than itself. */
export type FlowData = Omit<Stripe.BillingPortal.SessionCreateParams.FlowData, "type"> & {
  readonly type:
    | "customer_update"
    | "payment_method_update"
    | "subscription_cancel"
    | "subscription_pause"
    | "subscription_update"
    | "subscription_update_confirm";
};
type Flow = NonNullable<PortalSessionRecord["flow"]>;

/**
 * The task of a new session. Refuses what the configuration switches off, what is not the customer's, and a discount that
 * could not be redeemed.
 */
export function toFlow(
  tx: Transaction,
  data: FlowData,
  configuration: PortalConfigurationRecord,
  customer: string,
): Flow {
  const { account } = tx;
  const { features } = configuration;
  const flow: Flow = {
    after_completion: afterCompletion(data.after_completion),
    customer_update: null,
    subscription_cancel: null,
    subscription_pause: null,
    subscription_update: null,
    subscription_update_confirm: null,
    type: data.type,
  };
  switch (data.type) {
    case "customer_update":
      demandFeature(features.customer_update.enabled, "Customers cannot be updated", "customer update");
      return flow;
    case "payment_method_update":
      demandFeature(
        features.payment_method_update.enabled,
        "Payment methods cannot be updated",
        "payment method update",
      );
      return flow;
    case "subscription_cancel": {
      const subscription = flowSubscription(data, "subscription_cancel", customer, account);
      demandFeature(
        features.subscription_cancel.enabled,
        "This subscription cannot be canceled",
        "subscription cancellation",
      );
      return {
        ...flow,
        subscription_cancel: { retention: toRetention(tx, data, subscription), subscription },
      };
    }
    case "subscription_pause": {
      const subscription = flowSubscription(data, "subscription_pause", customer, account);
      demandFeature(
        features.subscription_pause.enabled,
        "This subscription cannot be paused",
        "subscription pause",
      );
      return { ...flow, subscription_pause: { subscription } };
    }
    case "subscription_update": {
      const subscription = flowSubscription(data, "subscription_update", customer, account);
      demandFeature(
        features.subscription_update.enabled,
        "This subscription cannot be updated",
        "subscription update",
      );
      return { ...flow, subscription_update: { subscription } };
    }
    case "subscription_update_confirm": {
      const subscription = flowSubscription(data, "subscription_update_confirm", customer, account);
      demandFeature(
        features.subscription_update.enabled,
        "This subscription cannot be updated",
        "subscription update",
      );
      const { items: given = [] } = data.subscription_update_confirm ?? {};
      const items = confirmedItems(given, subscription, configuration, account);
      const discounts = data.subscription_update_confirm?.discounts?.map((one) =>
        toFlowDiscount(tx, one, subscription),
      );
      return {
        ...flow,
        subscription_update_confirm: { discounts: discounts ?? null, items, subscription },
      };
    }
  }
}

function toRetention(
  tx: Transaction,
  data: FlowData,
  subscription: string,
): { type: "coupon_offer"; coupon_offer: { coupon: string } } | null {
  const offer = data.subscription_cancel?.retention?.coupon_offer;
  if (offer === undefined) return null;
  checkFlowDiscount(tx, offer, subscription, "flow_data[subscription_cancel][retention][coupon_offer]");
  return { type: "coupon_offer", coupon_offer: { coupon: offer.coupon } };
}

function toFlowDiscount(
  tx: Transaction,
  discount: { readonly coupon?: string; readonly promotion_code?: string },
  subscription: string,
): { coupon: string | null; promotion_code: string | null } {
  const { coupon, promotion_code: code } = discount;
  const param = "flow_data[subscription_update_confirm][discounts][0]";
  if ((coupon === undefined) === (code === undefined)) {
    throw invalid("A discount names either a coupon or a promotion code.", param);
  }
  checkFlowDiscount(tx, discount, subscription, param);
  return { coupon: coupon ?? null, promotion_code: code ?? null };
}

function checkFlowDiscount(
  tx: Transaction,
  discount: { readonly coupon?: string; readonly promotion_code?: string },
  id: string,
  param: string,
): void {
  const { currency, customer, test_clock: testClock } = tx.account.getFromPath("subscription", id);
  checkRedeemable(tx, discount, { currency, customer, subscription: id, item: null, testClock }, param);
}

type SubscriptionFlow = Extract<FlowData["type"], `subscription_${string}`>;

function flowSubscription(
  data: FlowData,
  type: SubscriptionFlow,
  customer: string,
  account: AccountData,
): string {
  const id = data[type]?.subscription;
  if (id === undefined) {
    throw invalid(`Missing required param: flow_data[${type}].`, `flow_data[${type}]`, "parameter_missing");
  }
  const param = `flow_data[${type}][subscription]`;
  const subscription = account.getFromParam("subscription", id, param);
  if (subscription.customer !== customer) {
    throw invalid(`The subscription ${id} does not belong to the customer ${customer}.`, param);
  }
  if (subscription.status === "canceled" || subscription.status === "incomplete_expired") {
    throw invalid(`The subscription ${id} is ${subscription.status}, so it cannot be changed.`, param);
  }
  if (type === "subscription_cancel" && subscription.cancel_at !== null) {
    throw invalid(`The subscription ${id} is already set to be canceled.`, param);
  }
  if (type === "subscription_cancel" && futureChange(account, subscription) !== undefined) {
    throw invalid(`A change of the subscription ${id} is scheduled, so it cannot be canceled.`, param);
  }
  if (type === "subscription_pause") {
    const reason = whyNotPausable(subscription);
    if (reason !== undefined) throw invalid(reason, param);
  }
  if (type === "subscription_update" || type === "subscription_update_confirm") {
    const reason = whyFixed(account, subscription);
    if (reason !== undefined) throw invalid(`${reason} It can only be canceled in the portal.`, param);
  }
  return id;
}

function confirmedItems(
  items: readonly { readonly id: string; readonly price?: string; readonly quantity?: number }[],
  subscriptionId: string,
  { features }: PortalConfigurationRecord,
  account: AccountData,
): { id: string; price: string; quantity?: number }[] {
  const offered = (features.subscription_update.products ?? []).flatMap(({ prices }) => prices);
  const subscription = account.getFromPath("subscription", subscriptionId);
  const param = "flow_data[subscription_update_confirm][items]";
  return items.map((item, at) => {
    const present = subscription.items.find((one) => one.id === item.id);
    if (present === undefined) {
      throw invalid(`No such subscription item: '${item.id}'`, `${param}[${at}][id]`, "resource_missing");
    }
    const price = account.getFromParam("price", item.price ?? present.price, `${param}[${at}][price]`);
    // Stripe documents it at the parameter: "The price must also be included in the configuration's products."
    if (item.price !== undefined && !offered.includes(item.price)) {
      throw invalid(
        `The price ${item.price} is not included in the portal configuration's \`features[subscription_update][products]\`.`,
        `${param}[${at}][price]`,
      );
    }
    const quantity = item.quantity ?? present.quantity;
    return { id: item.id, price: price.id, ...(quantity !== undefined && { quantity }) };
  });
}

function demandFeature(enabled: boolean, consequence: string, feature: string): void {
  if (enabled) return;
  throw invalid(
    `${consequence} because the ${feature} feature in the portal configuration is disabled.`,
    "flow_data[type]",
  );
}

function afterCompletion(data: FlowData["after_completion"]): Flow["after_completion"] {
  if (data?.type === "redirect") {
    if (data.redirect === undefined) {
      const param = "flow_data[after_completion][redirect]";
      throw invalid(`Missing required param: ${param}.`, param, "parameter_missing");
    }
    return {
      type: "redirect",
      redirect: { return_url: data.redirect.return_url },
      hosted_confirmation: null,
    };
  }
  if (data?.type === "hosted_confirmation") {
    const message = data.hosted_confirmation?.custom_message ?? null;
    return { type: "hosted_confirmation", hosted_confirmation: { custom_message: message }, redirect: null };
  }
  return { type: "portal_homepage", hosted_confirmation: null, redirect: null };
}
