import type Stripe from "stripe";
import { ConfigurationError } from "../../errors.js";
import { type ComparedKind, type ComparisonParts, compareObjects } from "./compare-objects.js";
import type { ObjectReport } from "./object-run.js";
import type { RunOptions } from "./run-options.js";

export interface ReconcileSubscriptionsOptions extends RunOptions {
  /**
   * Returns the ids of the subscriptions that differ in the application's copy, or are missing there. It gets up to 100
   * at once, of all tenants, so that one database query can compare them.
   */
  readonly findOutdated: (
    subscriptions: readonly Stripe.Subscription[],
  ) => Iterable<string> | Promise<Iterable<string>>;
  /** Continues a stopped run from the last cursor that `onProgress` got. */
  readonly cursor?: string | undefined;
}

/** Finds the subscriptions whose last change never became an event; see the receiver's `reconcileSubscriptions`. */
export type ReconcileSubscriptions = (options: ReconcileSubscriptionsOptions) => Promise<ObjectReport>;

export function toReconcileSubscriptions(parts: ComparisonParts): ReconcileSubscriptions {
  return (options) => compareObjects(SUBSCRIPTIONS, options, parts);
}

const SUBSCRIPTIONS: ComparedKind<Stripe.Subscription> = {
  method: "reconcileSubscriptions",
  name: "subscriptions",
  given: "subscriptions",
  chooseType,
  find: async (subscriptions) =>
    subscriptions.map((subscription) => ({
      status: "compared",
      id: subscription.id,
      given: subscription,
      toObject: () => subscription,
    })),
};

/** The type that a subscription's state is told as: one that has a handler. @throws ConfigurationError without one. */
function chooseType(handled: readonly string[]): (subscription: Stripe.Subscription) => string {
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
