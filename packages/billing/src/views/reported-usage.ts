import type Stripe from "stripe";
import { toDate } from "./epoch.js";

/** Usage that Stripe recorded. The total appears on the customer's next invoice. */
export interface ReportedUsage {
  readonly customerId: string;
  readonly eventName: string;
  /** The caller's identifier, unchanged. */
  readonly identifier: string;
  readonly value: number;
  /** When the usage happened; null if it was reported before and this report gave no time. */
  readonly usedAt: Date | null;
}

/** Builds the view from the report and Stripe's event, which is missing if the usage was reported before. */
export function toReportedUsage(
  reported: Omit<ReportedUsage, "usedAt"> & { readonly timestamp: Date | undefined },
  event: Stripe.Billing.MeterEvent | undefined,
): ReportedUsage {
  const { timestamp, ...usage } = reported;
  return Object.freeze({ ...usage, usedAt: event ? toDate(event.timestamp) : (timestamp ?? null) });
}
