import type Stripe from "stripe";
import { sdkFor, startStripeWorld } from "../stripe-world.js";

/** One change of a subscription, as the local Stripe told it in both families. */
export interface Change {
  readonly snapshot: Stripe.Event;
  readonly thin: object;
  /** The subscription after it. Its metadata counts the changes: `{ change: "3" }`. */
  readonly subscription: object;
}

export type Lifecycle = readonly Change[];

/**
 * Lets subscriptions live in a local Stripe: created, changed four times, and canceled. `seconds` has the time between
 * each change and the one before, so 0 makes both events of the same second.
 */
export async function recordLifecycles(
  seconds: readonly (readonly number[])[],
): Promise<readonly Lifecycle[]> {
  let nowMs = 1_800_000_000_000;
  const world = await startStripeWorld({ clock: () => nowMs });
  try {
    const stripe = sdkFor(world.local);
    const { customerId, priceId } = await world.addTenant("acme");
    const lifecycles: Lifecycle[] = [];
    for (const [first = 0, ...pauses] of seconds) {
      nowMs += first * 1000;
      const { id } = await stripe.subscriptions.create({
        customer: customerId,
        items: [{ price: priceId }],
        metadata: { change: "0" },
      });
      for (const [index, pause] of pauses.entries()) {
        nowMs += pause * 1000;
        await change(stripe, id, index + 1, index + 1 === pauses.length);
      }
      lifecycles.push(await readLifecycle(stripe, id, nowMs));
    }
    return lifecycles;
  } finally {
    await world.close();
  }
}

async function change(stripe: Stripe, id: string, count: number, isLast: boolean): Promise<void> {
  if (isLast) await stripe.subscriptions.cancel(id);
  else await stripe.subscriptions.update(id, { metadata: { change: `${count}` } });
}

async function readLifecycle(stripe: Stripe, id: string, nowMs: number): Promise<Lifecycle> {
  const [snapshots, thin] = await Promise.all([
    stripe.events.list({ limit: 100, types: TYPES, created: { gte: nowMs / 1000 - 60 } }),
    stripe.v2.core.events.list({ object_id: id, limit: 100 }),
  ]);
  const twins = new Map(thin.data.map((event) => [Reflect.get(event, "snapshot_event"), event]));
  return snapshots.data
    .filter(({ data }) => Reflect.get(data.object, "id") === id)
    .reverse()
    .map((snapshot) => {
      const twin = twins.get(snapshot.id);
      if (twin === undefined) throw new Error(`${snapshot.id} has no thin twin`);
      return { snapshot, thin: twin, subscription: snapshot.data.object };
    });
}

const TYPES = [
  "customer.subscription.created",
  "customer.subscription.updated",
  "customer.subscription.deleted",
];
