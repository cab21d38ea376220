import type { AccountData } from "../../store/account-data.js";
import type { MeterEventRecord } from "../../store/records/usage.js";

/** One customer's usage of one meter, from a moment on and until before another. */
export interface UsageSpan {
  readonly meter: string;
  readonly customer: string;
  readonly from: number;
  readonly until: number;
}

/** Adds up a customer's usage by the meter's formula. */
export function usageIn(account: AccountData, { meter, customer, from, until }: UsageSpan): number {
  const events = account
    .of("billing.meter_event")
    .all({ usage: usageKey(meter, customer) }, (event) => event.timestamp >= from && event.timestamp < until);
  switch (account.getFromPath("billing.meter", meter).default_aggregation.formula) {
    case "count":
      return events.length;
    case "last":
      return latest(events)?.value ?? 0;
    default:
      return events.reduce((sum, event) => sum + event.value, 0);
  }
}

/** The value under which a customer's events of a meter are found. */
export function usageKey(meter: string, customer: string): string {
  return `${meter} ${customer}`;
}

/** The last event; of two in the same second, the one that was received later. */
function latest(newestFirst: readonly MeterEventRecord[]): MeterEventRecord | undefined {
  return newestFirst.reduce<MeterEventRecord | undefined>(
    (found, event) => (found === undefined || event.timestamp > found.timestamp ? event : found),
    undefined,
  );
}
