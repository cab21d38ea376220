import { invalid } from "../api-error.js";
import { plusIntervals } from "../billing/catalog/period.js";
import { FEEDBACK } from "../billing/subscriptions/cancellation.js";
import { bool, clearableList, hash, integer, oneOf, type Param, required } from "../declare/params.js";
import type { AccountData } from "../store/account-data.js";
import type { PortalConfigurationRecord } from "../store/records/portal.js";
import { OFFERS, type Offer, offeredProducts } from "./offered-products.js";

export type Features = PortalConfigurationRecord["features"];

/** Changes of a portal's features. A feature that is left out stays as it was. */
export interface FeatureChanges {
  readonly customer_update?: Partial<Features["customer_update"]>;
  readonly invoice_history?: Features["invoice_history"];
  readonly payment_method_update?: Pick<Features["payment_method_update"], "enabled">;
  readonly subscription_cancel?: Partial<
    Pick<Features["subscription_cancel"], "enabled" | "mode" | "proration_behavior">
  > & { readonly cancellation_reason?: CancellationReasonChange };
  readonly subscription_pause?: PauseChange;
  readonly subscription_update?: UpdateChange;
}

interface CancellationReasonChange {
  readonly enabled: boolean;
  readonly options?: Features["subscription_cancel"]["cancellation_reason"]["options"];
}

type PauseDuration = Features["subscription_pause"]["duration"];
type PauseInterval = NonNullable<PauseDuration["interval_options"]>[number];

interface PauseChange {
  readonly duration?: {
    readonly interval_options?: readonly (Pick<PauseInterval, "interval"> & Partial<PauseInterval>)[];
    readonly type: PauseDuration["type"];
  };
  readonly enabled?: boolean;
}

type UpdateChange = Partial<Omit<Features["subscription_update"], "products" | "schedule_at_period_end">> & {
  readonly products?: readonly Offer[];
  readonly schedule_at_period_end?: Partial<Features["subscription_update"]["schedule_at_period_end"]>;
};

const PRORATION = oneOf("always_invoice", "create_prorations", "none");

/** The features of a portal, as a request writes them. */
export const FEATURES: Param<FeatureChanges> = hash({
  customer_update: hash({
    allowed_updates: clearableList(oneOf("address", "email", "name", "phone", "shipping", "tax_id")),
    enabled: bool(),
  }),
  invoice_history: hash({ enabled: required(bool()) }),
  payment_method_update: hash({ enabled: required(bool()) }),
  subscription_cancel: hash({
    cancellation_reason: hash({
      enabled: required(bool()),
      options: clearableList(oneOf(...FEEDBACK)),
    }),
    enabled: bool(),
    mode: oneOf("at_period_end", "immediately"),
    proration_behavior: PRORATION,
  }),
  subscription_update: hash({
    billing_cycle_anchor: oneOf("now", "unchanged"),
    default_allowed_updates: clearableList(oneOf("price", "quantity", "promotion_code")),
    enabled: bool(),
    products: OFFERS,
    proration_behavior: PRORATION,
    schedule_at_period_end: hash({
      conditions: clearableList(
        hash({ type: required(oneOf("decreasing_item_amount", "shortening_interval")) }),
      ),
    }),
    trial_update_behavior: oneOf("continue_trial", "end_trial"),
  }),
  subscription_pause: hash({
    duration: hash({
      interval_options: clearableList(
        hash({
          interval: required(oneOf("day", "month", "week", "year")),
          interval_count: integer({ min: 1 }),
        }),
      ),
      type: required(oneOf("indefinite", "interval_options")),
    }),
    enabled: bool(),
  }),
});

export const NOTHING_ALLOWED: Features = {
  customer_update: { allowed_updates: [], enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false, payment_method_configuration: null },
  subscription_cancel: {
    cancellation_reason: { enabled: false, feedback_options: null, options: [] },
    enabled: false,
    mode: "at_period_end",
    proration_behavior: "none",
  },
  subscription_pause: {
    duration: { interval_options: [{ interval: "month", interval_count: 1 }], type: "interval_options" },
    enabled: false,
  },
  subscription_update: {
    billing_cycle_anchor: "unchanged",
    default_allowed_updates: [],
    enabled: false,
    products: [],
    proration_behavior: "none",
    schedule_at_period_end: { conditions: [] },
    trial_update_behavior: "end_trial",
  },
};

/** Refuses a new configuration that leaves out what only an update may: whether a feature is on, and reasons to choose from. */
export function demandWhole(features: FeatureChanges): void {
  for (const name of ["customer_update", "subscription_cancel", "subscription_update"] as const) {
    const feature = features[name];
    if (feature !== undefined && feature.enabled === undefined) throw missing(`features[${name}][enabled]`);
  }
  const reason = features.subscription_cancel?.cancellation_reason;
  if (reason !== undefined && reason.options === undefined) {
    throw missing("features[subscription_cancel][cancellation_reason][options]");
  }
}

function missing(param: string): ReturnType<typeof invalid> {
  return invalid(`Missing required param: ${param}.`, param, "parameter_missing");
}

/** Only the features that are named change. */
export function featuresAfter(before: Features, changes: FeatureChanges, account: AccountData): Features {
  const {
    customer_update,
    invoice_history,
    payment_method_update,
    subscription_cancel,
    subscription_pause,
    subscription_update,
  } = changes;
  const after = {
    ...before,
    ...(customer_update && { customer_update: { ...before.customer_update, ...customer_update } }),
    ...(invoice_history && { invoice_history }),
    ...(payment_method_update && {
      payment_method_update: { ...before.payment_method_update, enabled: payment_method_update.enabled },
    }),
    ...(subscription_cancel && {
      subscription_cancel: cancelFeature(before.subscription_cancel, subscription_cancel),
    }),
    ...(subscription_pause && {
      subscription_pause: pauseFeature(before.subscription_pause, subscription_pause),
    }),
    ...(subscription_update && {
      subscription_update: updateFeature(before.subscription_update, subscription_update, account),
    }),
  };
  // Also where the request does not name it: https://github.com/nextjs/saas-starter/issues/68
  if (after.subscription_update.enabled && !after.payment_method_update.enabled) {
    throw invalid(
      "Cannot enable subscription updates while payment method update is disabled.",
      "features[payment_method_update][enabled]",
    );
  }
  return after;
}

function cancelFeature(
  before: Features["subscription_cancel"],
  change: NonNullable<FeatureChanges["subscription_cancel"]>,
): Features["subscription_cancel"] {
  const reason = { ...before.cancellation_reason, ...change.cancellation_reason };
  const after = { ...before, ...change, cancellation_reason: reason };
  const { mode, proration_behavior: behavior } = after;
  if (behavior === "always_invoice" || (behavior === "create_prorations" && mode !== "immediately")) {
    throw invalid(
      `A cancellation with \`mode\` = \`${mode}\` cannot have \`proration_behavior\` = \`${behavior}\`.`,
      "features[subscription_cancel][proration_behavior]",
    );
  }
  return after;
}

const LONGEST_PAUSE = plusIntervals(0, { interval: "year", interval_count: 3 }, 1);

function pauseFeature(
  before: Features["subscription_pause"],
  { duration, enabled = before.enabled }: PauseChange,
): Features["subscription_pause"] {
  if (duration === undefined) return { ...before, enabled };
  const options = duration.interval_options ?? [];
  if ((duration.type === "interval_options") !== options.length > 0) {
    throw invalid(
      "`interval_options` go with a duration of type `interval_options`.",
      "features[subscription_pause][duration][interval_options]",
    );
  }
  const intervals = options.map(({ interval, interval_count = 1 }) => ({ interval, interval_count }));
  if (intervals.some((one) => plusIntervals(0, one, 1) > LONGEST_PAUSE)) {
    throw invalid(
      "A pause can last three years at most.",
      "features[subscription_pause][duration][interval_options]",
    );
  }
  return { duration: { interval_options: intervals, type: duration.type }, enabled };
}

function updateFeature(
  before: Features["subscription_update"],
  change: UpdateChange,
  account: AccountData,
): Features["subscription_update"] {
  const { products, schedule_at_period_end: schedule, ...plain } = change;
  const after = {
    ...before,
    ...plain,
    ...(schedule?.conditions && { schedule_at_period_end: { conditions: schedule.conditions } }),
    ...(products && { products: offeredProducts(products, account) }),
  };
  if (after.enabled && (after.products ?? []).length === 0) {
    throw invalid(
      "You must provide at least one product in `features[subscription_update][products]` when subscription updates are enabled.",
      "features[subscription_update][products]",
      "parameter_missing",
    );
  }
  return after;
}
