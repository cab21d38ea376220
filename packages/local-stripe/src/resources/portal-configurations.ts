import { invalid } from "../api-error.js";
import { FEEDBACK } from "../billing/subscriptions/cancellation.js";
import { listRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import { bool, clearable, hash, required, text, type Values } from "../declare/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../declare/route.js";
import { webUrl } from "../declare/web-url.js";
import { newId } from "../ids.js";
import { demandWhole, FEATURES, featuresAfter, NOTHING_ALLOWED } from "../portal/portal-features.js";
import type { AccountData, Transaction } from "../store/account-data.js";
import type { PortalConfigurationRecord } from "../store/records/portal.js";
import type { Wire } from "../store/wire.js";

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

const CREATE = { ...FIELDS, features: required(FEATURES) };
const UPDATE = { ...FIELDS, active: bool(), features: FEATURES };

export const portalConfigurations: Resource<"billing_portal.configuration"> = {
  kind: {
    object: "billing_portal.configuration",
    noun: "configuration",
    render: renderConfiguration,
    expandable: {
      business_profile: "shown",
      features: "shown",
      "features.subscription_update.products": renderProducts,
      login_page: "shown",
    },
  },
  permission: "customer_portal",
  routes: [
    route("POST /v1/billing_portal/configurations", CREATE, ({ tx, account, params }) => {
      demandWhole(params.features);
      const configuration = newConfiguration(account, params, false);
      tx.insert("billing_portal.configuration", configuration, "billing_portal.configuration.created");
      return account.render("billing_portal.configuration", configuration);
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

/** Makes the configuration that saving the Dashboard's portal settings makes: all is allowed but a change of plan. */
export function saveDefaultConfiguration(tx: Transaction): void {
  const configuration = newConfiguration(
    tx.account,
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
  tx.insert("billing_portal.configuration", configuration);
}

export function defaultConfiguration(account: AccountData): PortalConfigurationRecord | undefined {
  return account.of("billing_portal.configuration").all({}, (one) => one.is_default)[0];
}

function newConfiguration(
  account: AccountData,
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
    created: account.now,
    default_return_url: params.default_return_url ?? null,
    features: featuresAfter(NOTHING_ALLOWED, params.features ?? {}, account),
    is_default: isDefault,
    livemode: account.livemode,
    login_page: loginPage(account, params.login_page?.enabled ?? false),
    metadata: mergeMetadata({}, params.metadata),
    name: params.name ?? null,
    updated: account.now,
  };
}

function updateConfiguration({ tx, account, id, params }: Call<Values<typeof UPDATE>>): Wire {
  const before = account.getFromPath("billing_portal.configuration", id);
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
  const after = tx.change(
    "billing_portal.configuration",
    id,
    {
      ...(active !== undefined && { active }),
      ...(business_profile && { business_profile: { ...before.business_profile, ...business_profile } }),
      ...(default_return_url !== undefined && { default_return_url }),
      ...(features && { features: featuresAfter(before.features, features, account) }),
      ...(login_page && { login_page: loginPage(account, login_page.enabled, before.login_page.url) }),
      ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
      ...(name !== undefined && { name }),
      updated: tx.now,
    },
    "billing_portal.configuration.updated",
  );
  return account.render("billing_portal.configuration", after);
}

/** The offered products travel only when asked for by `expand`. */
function renderConfiguration(configuration: PortalConfigurationRecord): Wire {
  const { products: _products, ...update } = configuration.features.subscription_update;
  return { ...configuration, features: { ...configuration.features, subscription_update: update } };
}

function renderProducts(configuration: Wire, account: AccountData): unknown {
  const record = account.of("billing_portal.configuration").get(String(configuration["id"]));
  return record?.features.subscription_update.products ?? [];
}

function loginPage(
  account: AccountData,
  enabled: boolean,
  before: string | null = null,
): { enabled: boolean; url: string | null } {
  const url = enabled ? (before ?? `${account.context.origin()}/p/login/${newId("test", "short")}`) : null;
  return { enabled, url };
}
