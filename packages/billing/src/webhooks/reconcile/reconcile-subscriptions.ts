import type Stripe from "stripe";
import { ConfigurationError, InvalidArgumentError } from "../../errors.js";
import { assertKnownKeys } from "../known-keys.js";
import type { Feed } from "../receive.js";
import { type ListSubscriptions, type ObjectReport, openObjectRun, toAccountListings } from "./object-run.js";
import { createPace } from "./pace.js";
import { RUN_OPTIONS, type RunOptions, readRunOptions } from "./run-options.js";
import { toSyntheticEvent } from "./synthetic-event.js";
import { type Listing, walkListings } from "./walk.js";

export interface ReconcileSubscriptionsOptions extends RunOptions {
  /**
   * Returns the ids of those subscriptions that the application does not have as they are here: in another state, or not
   * at all. It gets up to 100 at once, of all tenants, as one query can compare them.
   */
  readonly findOutdated: (
    subscriptions: readonly Stripe.Subscription[],
  ) => Iterable<string> | Promise<Iterable<string>>;
  /** Continues a run that was stopped, from the last cursor that `onProgress` was told. */
  readonly cursor?: string | undefined;
}

/** Finds the subscriptions whose last change never became an event; see the receiver's `reconcileSubscriptions`. */
export type ReconcileSubscriptions = (options: ReconcileSubscriptionsOptions) => Promise<ObjectReport>;

export interface ReconcileSubscriptionsParts {
  readonly listSubscriptions: ListSubscriptions | undefined;
  readonly eventTypes: readonly string[];
  readonly feed: Feed;
  readonly now: () => number;
}

const OPTIONS = [...RUN_OPTIONS, "findOutdated", "cursor"];
const LIST = "subscriptions";

export function toReconcileSubscriptions({
  listSubscriptions,
  eventTypes,
  feed,
  now,
}: ReconcileSubscriptionsParts): ReconcileSubscriptions {
  return async (options) => {
    assertKnownKeys("reconcileSubscriptions", options, OPTIONS);
    const { findOutdated, cursor } = options;
    const { openAccounts, maxRequestsPerSecond, signal, onProgress } = readRunOptions(options);
    if (typeof findOutdated !== "function") {
      throw new InvalidArgumentError("findOutdated must be a function of subscriptions.");
    }
    if (listSubscriptions === undefined) {
      throw new ConfigurationError(
        "reconcileSubscriptions needs a billing service with listAccountSubscriptions, as StripeBillingService has.",
      );
    }
    const typeOf = chooseTypes(eventTypes);
    const { progress, day, report } = openObjectRun(LIST, cursor, now());
    await walkListings<Listing, Stripe.Subscription>({
      openListings: () => toAccountListings(LIST, openAccounts()),
      readPage: async ({ account }, page, { signal: stop }) => {
        const { subscriptions, nextCursor } = await listSubscriptions(
          { account, cursor: page },
          { signal: stop },
        );
        const outdated = new Set(subscriptions.length === 0 ? [] : await findOutdated(subscriptions));
        const items = subscriptions.filter(({ id }) => outdated.has(id));
        progress.passOver(subscriptions.length - items.length);
        return { items, nextCursor };
      },
      take: async (subscription, { account }) => {
        const createdSeconds = Math.floor(now() / 1000);
        const type = typeOf(subscription);
        const { id } = subscription;
        const event = await toSyntheticEvent(subscription, { id, type, account, createdSeconds, day });
        progress.add(await feed(event), createdSeconds * 1000);
      },
      pace: createPace(maxRequestsPerSecond),
      progress,
      onProgress,
      signal,
    });
    return report();
  };
}

/** The type that a subscription's state is told as: one that has a handler. @throws ConfigurationError without one. */
function chooseTypes(handled: readonly string[]): (subscription: Stripe.Subscription) => string {
  const find = (type: string) => [type, `v1.${type}`].find((name) => handled.includes(name));
  const updated = find("customer.subscription.updated");
  const deleted = find("customer.subscription.deleted");
  if (updated === undefined || deleted === undefined) {
    throw new ConfigurationError(
      "reconcileSubscriptions needs handlers for customer.subscription.updated and customer.subscription.deleted.",
    );
  }
  return ({ status }) => (status === "canceled" ? deleted : updated);
}
