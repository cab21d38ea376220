import {
  CANCEL_AT,
  CANCELLATION_DETAILS,
  endSubscription,
  firstPeriodEnd,
  scheduleCancellation,
} from "../billing/cancellation.js";
import { plusIntervals } from "../billing/period.js";
import { planOf } from "../billing/plan.js";
import {
  type Billing,
  CHANGED_ITEMS,
  changedItems,
  checkItems,
  NEW_ITEMS,
  newItem,
  periodOf,
} from "../billing/subscription-items.js";
import { ApiError, invalid } from "../http/api-error.js";
import { listed, listRoute, searchRoute } from "../http/list.js";
import {
  bool,
  clearable,
  either,
  hash,
  integer,
  isWithin,
  mergeMetadata,
  metadata,
  oneOf,
  range,
  required,
  text,
  timestamp,
  unsupported,
  type Values,
} from "../http/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../http/route.js";
import { isBefore } from "../http/versions.js";
import { newId } from "../ids.js";
import type { SubscriptionRecord, Wire } from "../store/records.js";
import type { World } from "../store/world.js";

const MOST_PER_CUSTOMER = 500;
const TWO_YEARS = 730 * 24 * 3600;

const SHARED = {
  cancel_at_period_end: bool(),
  collection_method: oneOf("charge_automatically", "send_invoice"),
  days_until_due: integer({ min: 0 }),
  metadata: metadata(),
  off_session: bool(),
  payment_behavior: oneOf(
    "allow_incomplete",
    "default_incomplete",
    "error_if_incomplete",
    "pending_if_incomplete",
  ),
  proration_behavior: oneOf("always_invoice", "create_prorations", "none"),
  trial_end: either(oneOf("now"), timestamp()),
  trial_settings: hash({
    end_behavior: required(
      hash({
        missing_payment_method: oneOf("cancel", "create_invoice", "pause"),
        ...unsupported("billing_cycle_anchor"),
      }),
    ),
  }),
  ...unsupported(
    "add_invoice_items",
    "application_fee_percent",
    "automatic_tax",
    "billing_schedules",
    "billing_thresholds",
    "default_payment_method",
    "default_source",
    "default_tax_rates",
    "discounts",
    "invoice_settings",
    "on_behalf_of",
    "payment_settings",
    "pending_invoice_item_interval",
    "transfer_data",
    "trial_from_plan",
  ),
};

const CREATE = {
  ...SHARED,
  billing_cycle_anchor: timestamp(),
  billing_mode: hash({
    type: required(oneOf("classic", "flexible")),
    flexible: hash({ proration_discounts: oneOf("included", "itemized") }),
  }),
  cancel_at: CANCEL_AT,
  currency: text({ max: 3 }),
  customer: required(text()),
  description: text({ max: 500 }),
  items: required(NEW_ITEMS),
  trial_period_days: integer({ min: 1, max: 730 }),
  ...unsupported(
    "backdate_start_date",
    "billing_cycle_anchor_config",
    "customer_account",
    "managed_payments",
  ),
};

const ANCHOR = oneOf("now", "unchanged");

const UPDATE = {
  ...SHARED,
  billing_cycle_anchor: either(ANCHOR, hash({ type: required(ANCHOR) })),
  cancel_at: clearable(CANCEL_AT),
  cancellation_details: CANCELLATION_DETAILS,
  description: clearable(text({ max: 500 })),
  items: CHANGED_ITEMS,
  pause_collection: clearable(
    hash({
      behavior: required(oneOf("keep_as_draft", "mark_uncollectible", "void")),
      resumes_at: timestamp(),
    }),
  ),
  proration_date: timestamp(),
};

const CANCEL = {
  cancellation_details: CANCELLATION_DETAILS,
  invoice_now: bool(),
  prorate: bool(),
};

const STATUSES = [
  "active",
  "canceled",
  "incomplete",
  "incomplete_expired",
  "past_due",
  "paused",
  "trialing",
  "unpaid",
] as const;

const LIST = {
  collection_method: oneOf("charge_automatically", "send_invoice"),
  created: range(),
  current_period_end: range(),
  current_period_start: range(),
  customer: text(),
  price: text(),
  status: oneOf(...STATUSES, "all", "ended"),
  ...unsupported("automatic_tax", "customer_account", "plan", "test_clock"),
};

export const subscriptions: Resource<"subscription"> = {
  kind: {
    object: "subscription",
    noun: "subscription",
    keys: {
      customer: (subscription) => [subscription.customer],
      price: (subscription) => subscription.items.map((item) => item.price),
      status: (subscription) => [subscription.status],
      ended: (subscription) => [String(hasEnded(subscription))],
    },
    render: renderSubscription,
    expandable: {
      automatic_tax: "shown",
      billing_mode: "shown",
      cancellation_details: "shown",
      customer: "customer",
      discounts: "shown",
      invoice_settings: "shown",
      items: "shown",
      latest_invoice: "shown",
      pause_collection: "shown",
      payment_settings: "shown",
      pending_setup_intent: "shown",
      pending_update: "shown",
      schedule: "shown",
      trial_settings: "shown",
      default_payment_method: "shown",
    },
  },
  permission: "subscription",
  routes: [
    route("POST /v1/subscriptions", CREATE, createSubscription),
    searchRoute("subscription", "/v1/subscriptions", {
      canceled_at: { type: "number", of: (subscription) => subscription.canceled_at },
      created: { type: "number", of: (subscription) => subscription.created },
      status: { type: "token", of: (subscription) => subscription.status, index: "status" },
    }),
    listRoute("subscription", "/v1/subscriptions", LIST, ({ params }) => ({
      match: {
        ...only("customer", params.customer),
        ...only("price", params.price),
        ...statusMatch(params.status),
      },
      where: (subscription) =>
        (params.collection_method === undefined ||
          subscription.collection_method === params.collection_method) &&
        (params.created === undefined || isWithin(params.created, subscription.created)) &&
        (params.current_period_end === undefined ||
          isWithin(params.current_period_end, firstPeriodEnd(subscription))) &&
        (params.current_period_start === undefined ||
          isWithin(params.current_period_start, lastPeriodStart(subscription))),
    })),
    retrieveRoute("subscription", "/v1/subscriptions"),
    route("POST /v1/subscriptions/:id", UPDATE, updateSubscription),
    route("DELETE /v1/subscriptions/:id", CANCEL, cancelSubscription),
    route(
      "POST /v1/subscriptions/:id/resume",
      { ...unsupported("billing_cycle_anchor") },
      ({ world, id }) => {
        const subscription = world.inPath("subscription", id);
        throw invalid(
          `You cannot resume a subscription that is not paused: ${id} is ${subscription.status}.`,
          "subscription",
        );
      },
    ),
  ],
  reactions: {
    "customer.deleted": (act, customer) => {
      for (const one of act.world
        .of("subscription")
        .all({ customer: String(customer["id"]), ended: "false" })) {
        endSubscription(act, one, "cancellation_requested");
      }
    },
  },
};

function createSubscription({ act, world, params, version }: Call<Values<typeof CREATE>>): Wire {
  const customer = world.named("customer", params.customer, "customer");
  if (world.of("subscription").all({ customer: customer.id, ended: "false" }).length >= MOST_PER_CUSTOMER) {
    throw invalid(
      `The customer ${customer.id} already has the maximum ${MOST_PER_CUSTOMER} current subscriptions.`,
      "customer",
      "customer_max_subscriptions",
    );
  }
  const collection = collectionFields(params, "charge_automatically");
  const id = newId("sub");
  const trialEnd = trialEndOf(params, act.now);
  const billing: Billing = {
    subscription: id,
    anchor: trialEnd ?? params.billing_cycle_anchor ?? act.now,
    start: act.now,
    trialEnd,
    mode: params.billing_mode?.type ?? (isBefore(version, "2025-09-30") ? "classic" : "flexible"),
  };
  const items = params.items.map((item, at) => newItem(act, item, `items[${at}]`, billing));
  const price = checkItems(world, items, billing.mode);
  checkCurrency(params.currency, price.currency);
  checkAnchor(params.billing_cycle_anchor, price.recurring, act.now);

  const created: SubscriptionRecord = {
    id,
    object: "subscription",
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: billing.anchor,
    billing_cycle_anchor_config: null,
    billing_mode: billingMode(billing.mode, params.billing_mode?.flexible?.proration_discounts),
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    ...collection,
    created: act.now,
    currency: price.currency,
    customer: customer.id,
    customer_account: null,
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: params.description ?? null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: "self" },
    },
    items,
    latest_invoice: null,
    livemode: world.livemode,
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata),
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: "off",
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: act.now,
    status: trialEnd === null ? "active" : "trialing",
    test_clock: null,
    transfer_data: null,
    trial_end: trialEnd,
    trial_settings: trialSettings(params.trial_settings),
    trial_start: trialEnd === null ? null : act.now,
  };
  const subscription = { ...created, ...scheduleCancellation(created, params, act.now) };
  act.insert("subscription", subscription, "customer.subscription.created");
  if (customer.currency === null) act.change("customer", customer.id, { currency: price.currency });
  return world.render("subscription", subscription);
}

function updateSubscription({ act, world, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = world.inPath("subscription", id);
  refuseWhenEnded(before, params);
  const anchor =
    typeof params.billing_cycle_anchor === "object"
      ? params.billing_cycle_anchor.type
      : params.billing_cycle_anchor;
  const retimed = retime(world, before, params.trial_end, anchor === "now", act.now);
  const billing: Billing = {
    subscription: id,
    anchor: retimed.billing_cycle_anchor,
    start: act.now,
    trialEnd: retimed.trial_end !== null && retimed.trial_end > act.now ? retimed.trial_end : null,
    mode: before.billing_mode.type === "classic" ? "classic" : "flexible",
  };
  const items = params.items ? changedItems(act, retimed.items, params.items, billing) : retimed.items;
  checkItems(world, items, billing.mode);
  const moved: SubscriptionRecord = {
    ...retimed,
    items,
    ...(params.collection_method && collectionFields(params, before.collection_method)),
    ...(params.description !== undefined && { description: params.description }),
    ...(params.metadata !== undefined && { metadata: mergeMetadata(before.metadata, params.metadata) }),
    ...(params.pause_collection !== undefined && { pause_collection: pauseOf(params.pause_collection) }),
    ...(params.trial_settings && { trial_settings: trialSettings(params.trial_settings) }),
  };
  const after = followPeriod({ ...moved, ...scheduleCancellation(moved, params, act.now) });
  return world.render("subscription", act.change("subscription", id, after, "customer.subscription.updated"));
}

function cancelSubscription({ act, world, id, params }: Call<Values<typeof CANCEL>>): Wire {
  const before = world.inPath("subscription", id);
  if (hasEnded(before)) {
    throw new ApiError(404, `No such subscription: '${id}'`, { code: "resource_missing", param: "id" });
  }
  return world.render(
    "subscription",
    endSubscription(act, before, "cancellation_requested", params.cancellation_details),
  );
}

function renderSubscription({ items, ...subscription }: SubscriptionRecord, world: World): Wire {
  return {
    ...subscription,
    items: listed(
      `/v1/subscription_items?subscription=${subscription.id}`,
      false,
      items.map((item) => {
        const price = world.inPath("price", item.price);
        return { ...item, plan: planOf(price), price: world.render("price", price) };
      }),
    ),
  };
}

function hasEnded(subscription: SubscriptionRecord): boolean {
  return subscription.status === "canceled" || subscription.status === "incomplete_expired";
}

/** Where the end of the period decides the end of the subscription, it moves with it. */
function followPeriod(subscription: SubscriptionRecord): SubscriptionRecord {
  if (!subscription.cancel_at_period_end) return subscription;
  return {
    ...subscription,
    cancel_at: Math.max(...subscription.items.map((item) => item.current_period_end)),
  };
}

/** The subscription after its trial was moved or its billing cycle was begun anew. */
function retime(
  world: World,
  before: SubscriptionRecord,
  trialEnd: number | "now" | undefined,
  fromNow: boolean,
  now: number,
): SubscriptionRecord {
  if (trialEnd === undefined && !fromNow) return before;
  const end = trialEnd === undefined || trialEnd === "now" ? null : checkedTrialEnd(trialEnd, now);
  const anchor = end ?? now;
  const billing: Billing = { subscription: before.id, anchor, start: now, trialEnd: end, mode: "flexible" };
  const trial =
    end === null
      ? {
          status: before.status === "trialing" ? ("active" as const) : before.status,
          trial_end: endedTrial(before, now),
        }
      : { status: "trialing" as const, trial_end: end, trial_start: now };
  return {
    ...before,
    ...trial,
    billing_cycle_anchor: anchor,
    items: before.items.map((item) => ({ ...item, ...periodOf(world.inPath("price", item.price), billing) })),
  };
}

function endedTrial(before: SubscriptionRecord, now: number): number | null {
  return before.trial_end === null ? null : Math.min(before.trial_end, now);
}

function trialEndOf(params: Values<typeof CREATE>, now: number): number | null {
  if (params.trial_end !== undefined && params.trial_period_days !== undefined) {
    throw invalid(
      "You may only specify one of these parameters: trial_end, trial_period_days.",
      "trial_end",
      "parameters_exclusive",
    );
  }
  if (params.trial_period_days !== undefined) {
    return plusIntervals(now, { interval: "day", interval_count: 1 }, params.trial_period_days);
  }
  if (params.trial_end === undefined || params.trial_end === "now") return null;
  return checkedTrialEnd(params.trial_end, now);
}

function checkedTrialEnd(trialEnd: number, now: number): number {
  if (trialEnd <= now) {
    throw invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end");
  }
  if (trialEnd > now + TWO_YEARS) {
    throw invalid("Invalid timestamp: can be no more than two years in the future.", "trial_end");
  }
  return trialEnd;
}

function checkCurrency(asked: string | undefined, actual: string): void {
  if (asked === undefined || asked.toLowerCase() === actual) return;
  throw invalid(
    `The price specified only supports \`${actual}\`. This doesn't match the expected currency: \`${asked.toLowerCase()}\`.`,
    "currency",
  );
}

function checkAnchor(
  anchor: number | undefined,
  length: { readonly interval: string; readonly interval_count: number } | null,
  now: number,
): void {
  if (anchor === undefined) return;
  if (anchor <= now)
    throw invalid("`billing_cycle_anchor` must be a moment in the future.", "billing_cycle_anchor");
  if (length !== null && anchor > plusIntervals(now, length, 1)) {
    throw invalid(
      "`billing_cycle_anchor` cannot be later than next natural billing date for plan.",
      "billing_cycle_anchor",
    );
  }
}

function collectionFields(
  params: {
    readonly collection_method?: "charge_automatically" | "send_invoice";
    readonly days_until_due?: number;
  },
  otherwise: SubscriptionRecord["collection_method"],
): Pick<SubscriptionRecord, "collection_method" | "days_until_due"> {
  const collection_method = params.collection_method ?? otherwise;
  if (collection_method === "send_invoice" && params.days_until_due === undefined) {
    throw invalid(
      "If you're using `collection_method` = `send_invoice`, you must also set `days_until_due`.",
      "days_until_due",
      "parameter_missing",
    );
  }
  if (collection_method !== "send_invoice" && params.days_until_due !== undefined) {
    throw invalid(
      "You can only set `days_until_due` with `collection_method` = `send_invoice`.",
      "days_until_due",
    );
  }
  return { collection_method, days_until_due: params.days_until_due ?? null };
}

function billingMode(
  mode: Billing["mode"],
  discounts: "included" | "itemized" | undefined,
): SubscriptionRecord["billing_mode"] {
  return mode === "flexible"
    ? { type: "flexible", flexible: { proration_discounts: discounts ?? "included" } }
    : { type: "classic", flexible: null };
}

function trialSettings(given: Values<typeof SHARED>["trial_settings"]): SubscriptionRecord["trial_settings"] {
  return {
    end_behavior: {
      billing_cycle_anchor: null,
      missing_payment_method: given?.end_behavior.missing_payment_method ?? "create_invoice",
    },
  };
}

function pauseOf(
  pause: {
    readonly behavior: "keep_as_draft" | "mark_uncollectible" | "void";
    readonly resumes_at?: number;
  } | null,
): SubscriptionRecord["pause_collection"] {
  return pause && { behavior: pause.behavior, resumes_at: pause.resumes_at ?? null };
}

function statusMatch(status: Values<typeof LIST>["status"]): Record<string, string> {
  if (status === "all") return {};
  if (status === undefined) return { ended: "false" };
  return status === "ended" ? { ended: "true" } : { status };
}

function only(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

function lastPeriodStart(subscription: SubscriptionRecord): number {
  return Math.max(...subscription.items.map((item) => item.current_period_start));
}

function refuseWhenEnded(subscription: SubscriptionRecord, params: Values<typeof UPDATE>): void {
  if (!hasEnded(subscription)) return;
  const refused = Object.keys(params).filter(
    (name) => !["metadata", "cancellation_details", "expand"].includes(name),
  );
  if (refused.length === 0) return;
  throw invalid(
    "A canceled subscription can only update its cancellation_details and metadata.",
    refused[0],
    "invalid_canceled_subscription_fields",
  );
}
