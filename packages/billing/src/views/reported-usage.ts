import type Stripe from "stripe";
import { toDate } from "./epoch.js";

/** Usage as Stripe took it in. What it adds up to shows on the customer's next invoice. */
export interface ReportedUsage {
  readonly customerId: string;
  readonly eventName: string;
  /** The caller's own, as it was given. */
  readonly identifier: string;
  readonly value: number;
  /** When it was used; null where Stripe has it from an earlier report, and this one does not say when. */
  readonly usedAt: Date | null;
}

/** What was reported, and Stripe's event of it; none where Stripe has had it already. */
export function toReportedUsage(
  reported: Omit<ReportedUsage, "usedAt"> & { readonly timestamp: Date | undefined },
  event: Stripe.Billing.MeterEvent | undefined,
): ReportedUsage {
  const { timestamp, ...usage } = reported;
  return Object.freeze({ ...usage, usedAt: event ? toDate(event.timestamp) : (timestamp ?? null) });
}
