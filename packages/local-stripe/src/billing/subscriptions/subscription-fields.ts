import { invalid } from "../../api-error.js";
import type { MetadataChange } from "../../declare/metadata.js";
import { either, hash, oneOf, type Param, required } from "../../declare/params.js";
import type { AccountData } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { plusIntervals } from "../catalog/period.js";
import type { NewDiscount } from "../discounts/discount-params.js";

/** The parameters that creating and changing a subscription share. */
export interface SubscriptionFields {
  readonly cancel_at_period_end?: boolean;
  readonly collection_method?: "charge_automatically" | "send_invoice";
  readonly days_until_due?: number;
  readonly default_payment_method?: string | null;
  readonly description?: string | null;
  readonly discounts?: readonly NewDiscount[];
  readonly automatic_tax?: { readonly enabled: boolean };
  readonly metadata?: MetadataChange;
  readonly payment_behavior?: PaymentBehavior;
  readonly payment_settings?: { readonly save_default_payment_method?: "off" | "on_subscription" };
  readonly proration_behavior?: "always_invoice" | "create_prorations" | "none";
  readonly trial_end?: number | "now";
  readonly trial_settings?: TrialSettings;
}

export type PaymentBehavior =
  | "allow_incomplete"
  | "default_incomplete"
  | "error_if_incomplete"
  | "pending_if_incomplete";

export interface TrialSettings {
  readonly end_behavior: { readonly missing_payment_method?: "cancel" | "create_invoice" | "pause" };
}

type Anchor = "now" | "unchanged";
type WrittenAnchor = Anchor | { readonly type: Anchor };

const ANCHORS = oneOf("now", "unchanged");

/** A change of the billing cycle anchor. Since 2026-09-30 it is written as an object. */
export const ANCHOR: Param<WrittenAnchor> = either(ANCHORS, hash({ type: required(ANCHORS) }));

export function readAnchor(anchor: WrittenAnchor): Anchor {
  return typeof anchor === "object" ? anchor.type : anchor;
}

const TWO_YEARS = 730 * 24 * 3600;

export function collectionFields(
  params: Pick<SubscriptionFields, "collection_method" | "days_until_due">,
  otherwise: Pick<SubscriptionRecord, "collection_method" | "days_until_due">,
): Pick<SubscriptionRecord, "collection_method" | "days_until_due"> {
  const collection_method = params.collection_method ?? otherwise.collection_method;
  if (collection_method !== "send_invoice") {
    if (params.days_until_due === undefined) return { collection_method, days_until_due: null };
    throw invalid(
      "You can only set `days_until_due` with `collection_method` = `send_invoice`.",
      "days_until_due",
    );
  }
  const days_until_due = params.days_until_due ?? otherwise.days_until_due;
  if (days_until_due !== null) return { collection_method, days_until_due };
  throw invalid(
    "If you're using `collection_method` = `send_invoice`, you must also set `days_until_due`.",
    "days_until_due",
    "parameter_missing",
  );
}

export function trialSettings(given: TrialSettings | undefined): SubscriptionRecord["trial_settings"] {
  return {
    end_behavior: {
      billing_cycle_anchor: null,
      missing_payment_method: given?.end_behavior.missing_payment_method ?? "create_invoice",
    },
  };
}

export function automaticTax(
  given: SubscriptionFields["automatic_tax"],
): SubscriptionRecord["automatic_tax"] {
  const enabled = given?.enabled ?? false;
  return { disabled_reason: null, enabled, liability: enabled ? { type: "self" } : null };
}

export function paymentSettings(
  given: SubscriptionFields["payment_settings"],
): NonNullable<SubscriptionRecord["payment_settings"]> {
  return {
    payment_method_options: null,
    payment_method_types: null,
    save_default_payment_method: given?.save_default_payment_method ?? "off",
  };
}

/** A payment method must be the customer's own before a subscription is charged on it. */
export function ownMethod(
  account: AccountData,
  customer: string,
  method: string | null | undefined,
): string | null {
  if (method === null || method === undefined) return null;
  if (account.getFromParam("payment_method", method, "default_payment_method").customer === customer)
    return method;
  throw invalid(
    `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer.`,
    "default_payment_method",
    "resource_missing",
  );
}

export function checkedTrialEnd(trialEnd: number, now: number): number {
  if (trialEnd <= now) {
    throw invalid("Invalid timestamp: must be an integer Unix timestamp in the future.", "trial_end");
  }
  if (trialEnd > now + TWO_YEARS) {
    throw invalid("Invalid timestamp: can be no more than two years in the future.", "trial_end");
  }
  return trialEnd;
}

/** The end of a trial that is asked for by its length or by its date, or `null`. */
export function readTrialEnd(
  params: Pick<SubscriptionFields, "trial_end"> & { readonly trial_period_days?: number },
  now: number,
): number | null {
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
