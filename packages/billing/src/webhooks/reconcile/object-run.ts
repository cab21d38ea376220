import type { SubscriptionListQuery, SubscriptionPage } from "../../tenancy/tenancy.js";
import { parseCursor } from "./cursor.js";
import { Progress, type ReconcileReport } from "./progress.js";
import type { Listing } from "./walk.js";

/** Reads a page of the subscriptions of all tenants. */
export type ListSubscriptions = (
  query: SubscriptionListQuery,
  options: { readonly signal: AbortSignal },
) => Promise<SubscriptionPage>;

/** What a run that compares objects did; it begins anew each time, so it leaves no cursor. */
export type ObjectReport = Omit<ReconcileReport, "cursor">;

/** A run that compares objects of Stripe's with what the application has. */
export interface ObjectRun {
  readonly progress: Progress;
  /** Of the whole run, also when it is continued: the same difference is one event a day. */
  readonly day: string;
  readonly report: () => ObjectReport;
}

/** Begins a run, or continues the one of the cursor. @throws InvalidArgumentError for a cursor that is none. */
export function openObjectRun(kind: string, cursor: string | undefined, nowMs: number): ObjectRun {
  const startSeconds = Math.floor(nowMs / 1000);
  const start = { fromSeconds: startSeconds, ...(cursor === undefined ? {} : parseCursor(cursor)) };
  const progress = new Progress({ ...start, toSeconds: start.fromSeconds }, kind);
  return {
    progress,
    day: new Date(start.fromSeconds * 1000).toISOString().slice(0, 10).replaceAll("-", ""),
    report: () => {
      const { cursor: _, ...report } = progress.report();
      return Object.freeze(report);
    },
  };
}

/** One list for each account; `undefined` stands for your own. */
export async function* toAccountListings(
  kind: string,
  accounts: Iterable<string | undefined> | AsyncIterable<string>,
): AsyncGenerator<Listing> {
  for await (const account of accounts) yield { account, name: `${account ?? ""} ${kind}` };
}
