import { invalid, notImplemented } from "../api-error.js";
import { hasTaxLocation } from "../billing/catalog/automatic-tax.js";
import { refuseOtherCurrency } from "../billing/customers/one-currency.js";
import type { NewDiscount } from "../billing/discounts/discount-params.js";
import { beginSetup } from "../billing/payments/setup-intents.js";
import { readTrialEnd } from "../billing/subscriptions/subscription-fields.js";
import { type MetadataChange, mergeMetadata } from "../declare/metadata.js";
import { isBefore } from "../declare/versions.js";
import { randomText } from "../ids.js";
import type { Transaction } from "../store/account-data.js";
import type { CheckoutSessionRecord, CheckoutSubscriptionData } from "../store/records/checkout.js";
import type { CustomerRecord } from "../store/records/customers.js";
import { requireAddress, sessionTax, taxedLines } from "./automatic-tax.js";
import { checkCollection, type InvoiceCreation, invoiceData, shownCreation } from "./collection.js";
import { type DisplayParams, readUiMode } from "./display.js";
import { NO_ENTRIES } from "./entries.js";
import { type NewLine, newLines, sessionTotals } from "./line-items.js";
import { managedPayments } from "./managed-payments.js";
import { discounted, newDiscounts } from "./session-discounts.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The parameters of a new session. */
export interface NewSession extends DisplayParams {
  readonly allow_promotion_codes?: boolean;
  readonly allowed_payment_method_types?: readonly "card"[];
  readonly automatic_tax?: { readonly enabled: boolean };
  readonly billing_address_collection?: "auto" | "required";
  readonly client_reference_id?: string;
  readonly currency?: string;
  readonly customer?: string;
  readonly customer_update?: { readonly address?: "auto" | "never"; readonly name?: "auto" | "never" };
  readonly discounts?: readonly NewDiscount[];
  readonly expires_at?: number;
  readonly invoice_creation?: InvoiceCreation;
  readonly line_items?: readonly NewLine[];
  readonly locale?: string;
  readonly managed_payments?: { readonly enabled?: boolean };
  readonly metadata?: MetadataChange;
  readonly mode: "payment" | "setup" | "subscription";
  readonly payment_intent_data?: { readonly metadata?: MetadataChange };
  readonly payment_method_configuration?: string;
  readonly payment_method_collection?: "always" | "if_required";
  readonly payment_method_types?: readonly "card"[];
  readonly setup_intent_data?: { readonly metadata?: MetadataChange };
  readonly subscription_data?: Partial<Omit<CheckoutSubscriptionData, "metadata">> & {
    readonly metadata?: MetadataChange;
  };
  readonly tax_id_collection?: { readonly enabled: boolean; readonly required?: "if_supported" | "never" };
}

/** Makes a session, which is open for a day at most. */
export function newSession(tx: Transaction, params: NewSession, version: string): CheckoutSessionRecord {
  const { account } = tx;
  if (params.customer === undefined) throw notImplemented("a Checkout session without a customer");
  const customer = account.getFromParam("customer", params.customer, "customer");
  const uiMode = readUiMode(params, version);
  checkTogether(params);
  checkCollection(params);
  const isTrial = trialEnd(params, tx.now) !== null;
  const bought =
    params.mode === "setup" ? [] : newLines(account, params.line_items ?? [], params.mode, isTrial);
  const currency = bought[0]?.currency ?? params.currency?.toLowerCase() ?? null;
  if (params.mode === "subscription" && currency !== null) {
    refuseOtherCurrency(account, customer.id, currency);
  }
  const to = { customer: customer.id, currency: currency ?? "" };
  const discounts = newDiscounts(tx, params.discounts ?? [], to);
  if (params.automatic_tax?.enabled) requireAddress(customer, params.customer_update?.address);
  const isTaxed = (params.automatic_tax?.enabled ?? false) && hasTaxLocation(customer);
  const untaxed = discounted(account, bought, discounts);
  const lines = isTaxed ? taxedLines(account, customer, untaxed) : untaxed;
  const totals = sessionTotals(lines);
  const setupIntent =
    params.mode === "setup"
      ? beginSetup(tx, { customer: customer.id, ...params.setup_intent_data }).id
      : null;
  const mode = account.livemode ? "live" : "test";
  const id = `cs_${mode}_a1${randomText(56)}`;
  const isEmbedded = uiMode === "embedded_page";
  const secret = isEmbedded ? `${id}_secret_${randomText(64)}` : `${mode}_${randomText(64)}`;
  return {
    id,
    object: "checkout.session",
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    allowed_payment_method_types: params.allowed_payment_method_types?.slice() ?? null,
    ...totals,
    automatic_tax: sessionTax(customer, params.automatic_tax?.enabled ?? false),
    askedCard: null,
    billingMode: isBefore(version, "2025-09-30") ? "classic" : "flexible",
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: isEmbedded ? secret : null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: tx.now,
    csrfToken: randomText(32),
    currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: customer.id,
    customer_account: null,
    customer_creation: null,
    customer_details: customerDetails(customer),
    customerUpdate: {
      address: params.customer_update?.address === "auto",
      name: params.customer_update?.name === "auto",
    },
    customer_email: null,
    discounts,
    entries: NO_ENTRIES,
    expires_at: sessionExpiry(params.expires_at, tx.now),
    integration_identifier: null,
    invoice: null,
    intentMetadata: mergeMetadata({}, params.payment_intent_data?.metadata),
    invoice_creation: params.mode === "payment" ? shownCreation(params.invoice_creation) : null,
    invoiceData: invoiceData(params.invoice_creation),
    lines,
    livemode: account.livemode,
    locale: params.locale ?? null,
    managed_payments: managedPayments(account, params, version),
    metadata: mergeMetadata({}, params.metadata),
    mode: params.mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection:
      params.payment_method_collection ?? (params.mode === "payment" ? "if_required" : "always"),
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ["card"],
    payment_status: totals.amount_total ? "unpaid" : "no_payment_required",
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    ...(isEmbedded && { redirect_on_completion: params.redirect_on_completion ?? "always" }),
    ...(params.return_url !== undefined && { return_url: params.return_url }),
    saved_payment_method_options: {
      allow_redisplay_filters: ["always"],
      payment_method_remove: "disabled",
      payment_method_save: null,
    },
    secret,
    setup_intent: setupIntent,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: "open",
    submit_type: null,
    subscription: null,
    subscriptionData: {
      ...params.subscription_data,
      metadata: mergeMetadata({}, params.subscription_data?.metadata),
    },
    success_url: params.success_url ?? null,
    ...(params.tax_id_collection && {
      tax_id_collection: {
        enabled: params.tax_id_collection.enabled,
        required: params.tax_id_collection.required ?? "never",
      },
    }),
    ui_mode: uiMode,
    url: isEmbedded ? null : `${account.context.origin()}/p/checkout/${secret}`,
    wallet_options: null,
  };
}

function checkTogether(params: NewSession): void {
  if (params.allow_promotion_codes !== undefined && params.discounts !== undefined) {
    throw invalid(
      "You may only specify one of these parameters: allow_promotion_codes, discounts.",
      "allow_promotion_codes",
      "parameters_exclusive",
    );
  }
  const misplaced = ELSEWHERE[params.mode].find((name) => params[name] !== undefined);
  if (misplaced !== undefined) {
    throw invalid(`You can not pass \`${misplaced}\` in \`${params.mode}\` mode.`, misplaced);
  }
  if (params.mode === "setup" && params.currency === undefined) {
    throw invalid("Missing required param: currency.", "currency", "parameter_missing");
  }
}

/** Parameters that belong to other modes. */
const ELSEWHERE: Readonly<Record<NewSession["mode"], readonly (keyof NewSession)[]>> = {
  payment: ["setup_intent_data", "subscription_data"],
  setup: [
    "automatic_tax",
    "discounts",
    "invoice_creation",
    "line_items",
    "payment_intent_data",
    "payment_method_collection",
    "subscription_data",
    "tax_id_collection",
  ],
  subscription: ["invoice_creation", "payment_intent_data", "setup_intent_data"],
};

/** The end of the trial, which Checkout wants to be two days away at least. */
function trialEnd(params: NewSession, now: number): number | null {
  const end = readTrialEnd(params.subscription_data ?? {}, now);
  const isDated = params.subscription_data?.trial_end !== undefined;
  if (isDated && end !== null && end < now + 2 * DAY) {
    throw invalid(
      "The `trial_end` date has to be at least 2 days in the future.",
      "subscription_data[trial_end]",
    );
  }
  return end;
}

function sessionExpiry(asked: number | undefined, now: number): number {
  if (asked === undefined) return now + DAY;
  if (asked < now + 30 * MINUTE) {
    throw invalid(
      "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
      "expires_at",
    );
  }
  if (asked <= now + DAY) return asked;
  throw invalid(
    "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
    "expires_at",
  );
}

function customerDetails({ email }: CustomerRecord): CheckoutSessionRecord["customer_details"] {
  return {
    address: null,
    business_name: null,
    email,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: "none",
    tax_ids: null,
  };
}
