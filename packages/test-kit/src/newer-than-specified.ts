import type { Schema } from "./specification.js";

/** Fields that the SDK's types of 2026-10-28 hold and the specification does not, or that Stripe sends unspecified. */
export const UNSPECIFIED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  "billing_portal.session": ["after_expiration"],
  "checkout.session": ["allowed_payment_method_types"],
  portal_features: ["subscription_pause"],
  portal_flows_flow: ["subscription_pause"],
  product: ["type"],
  subscription: ["status_details"],
  subscription_schedule: ["pause_schedules"],
  subscriptions_resource_pending_update: ["cancel_at_period_end"],
  subscription_schedule_configuration_item: ["plan"],
  recurring: ["trial_period_days"],
  subscription_item: ["plan", "current_trial"],
  subscriptions_resource_trial_settings_end_behavior: ["billing_cycle_anchor"],
};

/**
 * What the specification does not let an object's field hold, as a JSON Schema: values that are newer, and a description of
 * a product, which a request may have eight times as long as the specification allows in its answer.
 */
export const UNSPECIFIED_VALUES: Readonly<Record<string, Schema>> = {
  "portal_flows_flow.type": { enum: ["subscription_pause"] },
  "product.description": { type: "string", maxLength: 40_000 },
};

/** Calls that are newer than the specification, or left out of it. The objects in their answers are checked all the same. */
export const UNSPECIFIED_CALLS: readonly RegExp[] = [
  /^POST \/v1\/subscriptions\/[^/]+\/pause$/,
  /^POST \/v1\/events\/[^/]+\/retry$/,
];
