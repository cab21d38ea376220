/** The reasons for a cancellation that Stripe's reports know. */
export const CANCELLATION_REASONS = [
  "customer_service",
  "low_quality",
  "missing_features",
  "other",
  "switched_service",
  "too_complex",
  "too_expensive",
  "unused",
] as const;

export type CancellationReason = (typeof CANCELLATION_REASONS)[number];
