import type Stripe from "stripe";
import { ConflictError } from "../../errors.js";
import { referencedId } from "../../stripe/reference.js";

/**
 * Compares two readings of a subscription in what a change at once makes different and the running phase of a schedule sets.
 * That leaves out metadata, which Stripe sets only when a phase begins.
 *
 * @throws ConflictError when another call has changed it in between.
 */
export function assertSameTerms(before: Stripe.Subscription, now: Stripe.Subscription): void {
  const was = readTerms(before);
  const changed = Object.entries(readTerms(now)).filter(([name, terms]) => terms !== was[name]);
  if (changed.length === 0) return;
  throw new ConflictError(
    `Another call has just changed the subscription (${changed.map(([name]) => name).join(", ")}), which the scheduled change would undo. Look at it, then call again.`,
  );
}

/** Each part as a text to compare. */
function readTerms(subscription: Stripe.Subscription): Readonly<Record<string, string>> {
  const { items, discounts, default_payment_method: method, trial_end: trialEnd } = subscription;
  return {
    items: JSON.stringify(
      items.data.map(({ id, price, quantity, discounts: own }) => [id, price.id, quantity, toIds(own)]),
    ),
    discounts: JSON.stringify(toIds(discounts)),
    "payment method": String(referencedId(method)),
    trial: String(trialEnd),
  };
}

function toIds(references: readonly (string | { readonly id: string })[]): readonly string[] {
  return references.map((one) => referencedId(one));
}
