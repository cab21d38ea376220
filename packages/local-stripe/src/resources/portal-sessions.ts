import { invalid } from "../api-error.js";
import { oneOf, required, text, unsupported, type Values } from "../declare/params.js";
import { type Call, type Resource, route } from "../declare/route.js";
import { webUrl } from "../declare/web-url.js";
import { newId, randomText } from "../ids.js";
import type { AccountData, Transaction } from "../store/account-data.js";
import type { PortalConfigurationRecord, PortalSessionRecord } from "../store/records/portal.js";
import type { Wire } from "../store/wire.js";
import { defaultConfiguration } from "./portal-configurations.js";
import { FLOW_DATA, toFlow } from "./portal-flows.js";

const CREATE = {
  configuration: text(),
  customer: required(text()),
  flow_data: FLOW_DATA,
  locale: locale(),
  on_behalf_of: text(),
  return_url: webUrl(),
  ...unsupported("after_expiration"),
};

export const portalSessions: Resource<"billing_portal.session"> = {
  kind: {
    object: "billing_portal.session",
    noun: "session",
    keys: { secret: (session) => [session.secret] },
    render: renderSession,
    expandable: { configuration: "billing_portal.configuration", flow: "shown" },
  },
  permission: "customer_portal",
  routes: [route("POST /v1/billing_portal/sessions", CREATE, createSession)],
};

function createSession({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  const customer = account.getFromParam("customer", params.customer, "customer");
  const configuration = configurationFor(account, params.configuration);
  const session = openPortal(tx, customer.id, configuration, {
    flow: params.flow_data ? toFlow(tx, params.flow_data, configuration, customer.id) : null,
    locale: params.locale ?? null,
    on_behalf_of: params.on_behalf_of ?? null,
    return_url: params.return_url ?? configuration.default_return_url,
  });
  return account.render("billing_portal.session", session);
}

type SessionOptions = Pick<PortalSessionRecord, "flow" | "locale" | "on_behalf_of" | "return_url">;

/** A new session, whose address opens the portal for its customer. */
export function openPortal(
  tx: Transaction,
  customer: string,
  configuration: PortalConfigurationRecord,
  options: SessionOptions,
): PortalSessionRecord {
  const { account } = tx;
  const secret = `${account.livemode ? "live" : "test"}_${randomText(64)}`;
  const session: PortalSessionRecord = {
    id: newId("bps"),
    object: "billing_portal.session",
    after_expiration: null,
    configuration: configuration.id,
    created: tx.now,
    csrfToken: randomText(32),
    customer,
    customer_account: null,
    isFlowDone: false,
    lastForm: null,
    livemode: account.livemode,
    sealKey: randomText(32),
    secret,
    url: `${account.context.origin()}/p/session/${secret}`,
    usedAt: null,
    ...options,
  };
  return tx.insert("billing_portal.session", session, "billing_portal.session.created");
}

/** Leaves out what only the pages need. */
function renderSession(record: PortalSessionRecord): Wire {
  const { csrfToken: _token, isFlowDone: _done, lastForm: _form, sealKey: _seal, ...rest } = record;
  const { secret: _secret, usedAt: _used, ...session } = rest;
  return session;
}

function configurationFor(account: AccountData, id: string | undefined): PortalConfigurationRecord {
  if (id !== undefined) {
    const configuration = account.getFromParam("billing_portal.configuration", id, "configuration");
    if (configuration.active) return configuration;
    throw invalid(`The configuration ${id} is not active, so it cannot be used.`, "configuration");
  }
  const configuration = defaultConfiguration(account);
  if (configuration !== undefined) return configuration;
  const mode = account.livemode ? "live" : "test";
  const settings = `https://dashboard.stripe.com/${account.livemode ? "" : "test/"}settings/billing/portal`;
  throw invalid(
    `No configuration provided and your ${mode} mode default configuration has not been created. Provide a configuration or create your default by saving your customer portal settings in ${mode} mode at ${settings}.`,
  );
}

function locale(): ReturnType<typeof oneOf<string>> {
  return oneOf(
    ..."auto bg cs da de el en en-AU en-CA en-GB en-IE en-IN en-NZ en-SG es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW".split(
      " ",
    ),
  );
}
