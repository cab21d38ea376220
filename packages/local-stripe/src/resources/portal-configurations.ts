import { FEEDBACK } from "../billing/cancellation.js";
import { invalid } from "../http/api-error.js";
import { listRoute } from "../http/list.js";
import { mergeMetadata, metadata } from "../http/metadata.js";
import {
  bool,
  clearable,
  clearableList,
  hash,
  integer,
  oneOf,
  required,
  text,
  unsupported,
  type Values,
} from "../http/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../http/route.js";
import { webUrl } from "../http/web-url.js";
import { newId } from "../ids.js";
import type { Act } from "../store/act.js";
import type { PortalConfigurationRecord, Wire } from "../store/records.js";
import type { World } from "../store/world.js";

/** Where Stripe draws the line: more products than this cannot be offered for a change of plan. */
const MOST_PRODUCTS = 10;

const PRORATION = oneOf("always_invoice", "create_prorations", "none");

const FEATURES = {
  customer_update: hash({
    allowed_updates: clearableList(oneOf("address", "email", "name", "phone", "shipping", "tax_id")),
    enabled: bool(),
  }),
  invoice_history: hash({ enabled: required(bool()) }),
  payment_method_update: hash({ enabled: required(bool()), ...unsupported("payment_method_configuration") }),
  subscription_cancel: hash({
    cancellation_reason: hash({
      enabled: required(bool()),
      options: clearableList(oneOf(...FEEDBACK)),
      ...unsupported("feedback_options"),
    }),
    enabled: bool(),
    mode: oneOf("at_period_end", "immediately"),
    proration_behavior: PRORATION,
  }),
  subscription_update: hash({
    billing_cycle_anchor: oneOf("now", "unchanged"),
    default_allowed_updates: clearableList(oneOf("price", "quantity", "promotion_code")),
    enabled: bool(),
    products: clearableList(
      hash({
        adjustable_quantity: hash({
          enabled: required(bool()),
          maximum: integer({ min: 1 }),
          minimum: integer({ min: 0 }),
        }),
        prices: required(clearableList(text())),
        product: required(text()),
      }),
    ),
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
};

const FIELDS = {
  business_profile: hash({
    headline: clearable(text({ max: 60 })),
    privacy_policy_url: clearable(webUrl()),
    terms_of_service_url: clearable(webUrl()),
  }),
  default_return_url: clearable(webUrl()),
  login_page: hash({ enabled: required(bool()) }),
  metadata: metadata(),
  name: clearable(text({ max: 256 })),
};

const CREATE = { ...FIELDS, features: required(hash(FEATURES)) };
const UPDATE = { ...FIELDS, active: bool(), features: hash(FEATURES) };

export const portalConfigurations: Resource<"billing_portal.configuration"> = {
  kind: {
    object: "billing_portal.configuration",
    noun: "configuration",
    render: renderConfiguration,
    expandable: {
      business_profile: "shown",
      features: "shown",
      "features.subscription_update.products": productsOf,
      login_page: "shown",
    },
  },
  permission: "customer_portal",
  routes: [
    route("POST /v1/billing_portal/configurations", CREATE, ({ act, world, params }) => {
      const configuration = newConfiguration(world, params, false);
      act.insert("billing_portal.configuration", configuration, "billing_portal.configuration.created");
      return world.render("billing_portal.configuration", configuration);
    }),
    listRoute(
      "billing_portal.configuration",
      "/v1/billing_portal/configurations",
      { active: bool(), is_default: bool() },
      ({ params: { active, is_default } }) => ({
        where: (one) =>
          (active === undefined || one.active === active) &&
          (is_default === undefined || one.is_default === is_default),
      }),
    ),
    retrieveRoute("billing_portal.configuration", "/v1/billing_portal/configurations"),
    route("POST /v1/billing_portal/configurations/:id", UPDATE, updateConfiguration),
  ],
};

/** What saving the portal's settings in the Dashboard makes: everything allowed but a change of plan. */
export function saveDefaultConfiguration(act: Act): void {
  const configuration = newConfiguration(
    act.world,
    {
      features: {
        customer_update: { enabled: true, allowed_updates: ["email", "name", "phone", "address", "tax_id"] },
        invoice_history: { enabled: true },
        payment_method_update: { enabled: true },
        subscription_cancel: {
          enabled: true,
          cancellation_reason: {
            enabled: true,
            options: FEEDBACK.filter((one) => one !== "customer_service"),
          },
        },
      },
    },
    true,
  );
  act.insert("billing_portal.configuration", configuration);
}

export function defaultConfiguration(world: World): PortalConfigurationRecord | undefined {
  return world.of("billing_portal.configuration").all({}, (one) => one.is_default)[0];
}

function newConfiguration(
  world: World,
  params: Partial<Values<typeof CREATE>>,
  isDefault: boolean,
): PortalConfigurationRecord {
  return {
    id: newId("bpc"),
    object: "billing_portal.configuration",
    active: true,
    application: null,
    business_profile: {
      headline: params.business_profile?.headline ?? null,
      privacy_policy_url: params.business_profile?.privacy_policy_url ?? null,
      terms_of_service_url: params.business_profile?.terms_of_service_url ?? null,
    },
    created: world.now,
    default_return_url: params.default_return_url ?? null,
    features: featuresAfter(NOTHING_ALLOWED, params.features ?? {}, world),
    is_default: isDefault,
    livemode: world.livemode,
    login_page: loginPage(world, params.login_page?.enabled ?? false),
    metadata: mergeMetadata({}, params.metadata),
    name: params.name ?? null,
    updated: world.now,
  };
}

function updateConfiguration({ act, world, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = world.inPath("billing_portal.configuration", id);
  if (params.active === false && before.is_default) {
    throw invalid("The default configuration cannot be deactivated.", "active");
  }
  const {
    active,
    business_profile,
    default_return_url,
    features,
    login_page,
    metadata: change,
    name,
  } = params;
  const after = act.change(
    "billing_portal.configuration",
    id,
    {
      ...(active !== undefined && { active }),
      ...(business_profile && { business_profile: { ...before.business_profile, ...business_profile } }),
      ...(default_return_url !== undefined && { default_return_url }),
      ...(features && { features: featuresAfter(before.features, features, world) }),
      ...(login_page && { login_page: loginPage(world, login_page.enabled, before.login_page.url) }),
      ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
      ...(name !== undefined && { name }),
      updated: act.now,
    },
    "billing_portal.configuration.updated",
  );
  return world.render("billing_portal.configuration", after);
}

type Features = PortalConfigurationRecord["features"];

const NOTHING_ALLOWED: Features = {
  customer_update: { allowed_updates: [], enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false, payment_method_configuration: null },
  subscription_cancel: {
    cancellation_reason: { enabled: false, feedback_options: null, options: [] },
    enabled: false,
    mode: "at_period_end",
    proration_behavior: "none",
  },
  subscription_pause: { duration: { interval_options: [], type: "indefinite" }, enabled: false },
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

type FeatureChanges = Values<typeof FEATURES>;

/** Only the features that are named change. */
function featuresAfter(before: Features, changes: FeatureChanges, world: World): Features {
  const {
    customer_update,
    invoice_history,
    payment_method_update,
    subscription_cancel,
    subscription_pause,
    subscription_update,
  } = changes;
  return {
    ...before,
    ...(customer_update && { customer_update: { ...before.customer_update, ...customer_update } }),
    ...(invoice_history && { invoice_history }),
    ...(payment_method_update && {
      payment_method_update: { ...before.payment_method_update, enabled: payment_method_update.enabled },
    }),
    ...(subscription_cancel && {
      subscription_cancel: {
        ...before.subscription_cancel,
        ...subscription_cancel,
        cancellation_reason: {
          ...before.subscription_cancel.cancellation_reason,
          ...subscription_cancel.cancellation_reason,
        },
      },
    }),
    ...(subscription_pause && {
      subscription_pause: pauseFeature(before.subscription_pause, subscription_pause),
    }),
    ...(subscription_update && {
      subscription_update: updateFeature(before.subscription_update, subscription_update, world),
    }),
  };
}

function pauseFeature(
  before: Features["subscription_pause"],
  { duration, enabled = before.enabled }: NonNullable<FeatureChanges["subscription_pause"]>,
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
  return { duration: { interval_options: intervals, type: duration.type }, enabled };
}

function updateFeature(
  before: Features["subscription_update"],
  change: NonNullable<FeatureChanges["subscription_update"]>,
  world: World,
): Features["subscription_update"] {
  const { products, schedule_at_period_end: schedule, ...plain } = change;
  const after = {
    ...before,
    ...plain,
    ...(schedule?.conditions && { schedule_at_period_end: { conditions: schedule.conditions } }),
    ...(products && { products: offeredProducts(products, world) }),
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

type OfferedProduct = NonNullable<Features["subscription_update"]["products"]>[number];

function offeredProducts(
  offers: NonNullable<NonNullable<FeatureChanges["subscription_update"]>["products"]>,
  world: World,
): OfferedProduct[] {
  const param = "features[subscription_update][products]";
  if (offers.length > MOST_PRODUCTS) {
    throw invalid(
      `You can only specify up to ${MOST_PRODUCTS} products; you passed ${offers.length}.`,
      param,
    );
  }
  return offers.map((offer, at) => {
    world.named("product", offer.product, `${param}[${at}][product]`);
    const lengths = new Set<string>();
    for (const [index, id] of offer.prices.entries()) {
      const name = `${param}[${at}][prices][${index}]`;
      const price = world.named("price", id, name);
      if (price.product !== offer.product) {
        throw invalid(`The price ${id} does not belong to the product ${offer.product}.`, name);
      }
      if (price.recurring === null) throw invalid(`The price ${id} is not recurring.`, name);
      const length = `${price.recurring.interval_count} ${price.recurring.interval} ${price.currency}`;
      if (lengths.has(length)) {
        throw invalid(
          "Two prices of one product with the same billing interval cannot both be offered.",
          name,
        );
      }
      lengths.add(length);
    }
    const { enabled = false, maximum = null, minimum = 1 } = offer.adjustable_quantity ?? {};
    return {
      adjustable_quantity: { enabled, maximum, minimum },
      prices: offer.prices,
      product: offer.product,
    };
  });
}

/** The offered products travel only when asked for by `expand`. */
function renderConfiguration(configuration: PortalConfigurationRecord): Wire {
  const { products: _products, ...update } = configuration.features.subscription_update;
  return { ...configuration, features: { ...configuration.features, subscription_update: update } };
}

function productsOf(configuration: Wire, world: World): unknown {
  const record = world.of("billing_portal.configuration").get(String(configuration["id"]));
  return record?.features.subscription_update.products ?? [];
}

function loginPage(
  world: World,
  enabled: boolean,
  before: string | null = null,
): { enabled: boolean; url: string | null } {
  const url = enabled ? (before ?? `${world.surroundings.origin()}/p/login/${newId("test", "short")}`) : null;
  return { enabled, url };
}
