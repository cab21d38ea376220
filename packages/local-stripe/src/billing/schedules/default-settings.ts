import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord, SubscriptionScheduleRecord } from "../../store/records/subscriptions.js";
import { NO_SETTINGS, phaseSettings, UNTAXED } from "../phases/phase.js";
import { ownMethod } from "../subscriptions/subscription-fields.js";
import type { NewDefaults } from "./phase-params.js";

export type DefaultSettings = SubscriptionScheduleRecord["default_settings"];

/** Merges the settings that all phases share with those of a request. */
export function defaultSettings(
  tx: Transaction,
  given: NewDefaults | undefined,
  customer: string,
  before: DefaultSettings = NO_DEFAULTS,
): DefaultSettings {
  if (given === undefined) return before;
  const { automatic_tax: _untaxed, invoice_settings: settings, ...plain } = given;
  const method = ownMethod(tx.account, customer, given.default_payment_method);
  return {
    ...before,
    ...plain,
    ...(given.default_payment_method !== undefined && { default_payment_method: method }),
    invoice_settings: { ...before.invoice_settings, ...settings },
  };
}

/** The settings a subscription keeps where its phases set none. */
export function toDefaultSettings(subscription: SubscriptionRecord): DefaultSettings {
  const { collection_method, default_payment_method, description } = subscription;
  const settings = { ...phaseSettings(subscription), issuer: NO_DEFAULTS.invoice_settings.issuer };
  return {
    ...NO_DEFAULTS,
    collection_method,
    default_payment_method,
    description,
    invoice_settings: settings,
  };
}

const NO_DEFAULTS: DefaultSettings = {
  application_fee_percent: null,
  automatic_tax: UNTAXED,
  billing_cycle_anchor: "automatic",
  billing_thresholds: null,
  collection_method: "charge_automatically",
  default_payment_method: null,
  description: null,
  invoice_settings: { ...NO_SETTINGS, issuer: { type: "self" } },
  on_behalf_of: null,
  transfer_data: null,
};
