import type Stripe from "stripe";
import { onTestFinished } from "vitest";
import { type StripeWorld, startStripeWorld } from "../stripe-world.js";

/** A Stripe whose time stands still until it is moved, so that amounts do not depend on how long a test takes. */
export interface FrozenWorld extends StripeWorld {
  /** Unix time in milliseconds. */
  readonly now: number;
  /** Moves the time there; what is due by then happens. */
  moveTo(moment: Date | number): void;
  /** All invoices of a subscription, oldest first, with their lines. */
  invoices(subscription: string): Promise<Stripe.Invoice[]>;
}

export async function startFrozenWorld(): Promise<FrozenWorld> {
  let now = Math.floor(Date.now() / 1000) * 1000;
  const world = await startStripeWorld({ clock: () => now });
  return {
    ...world,
    get now() {
      return now;
    },
    moveTo(moment) {
      now = Number(moment);
      world.local.advanceBy(0);
    },
    async invoices(subscription) {
      const { data } = await world.stripe.invoices.list({ subscription, limit: 100 });
      for (const { id, lines } of data) {
        if (lines.has_more) lines.data = (await world.stripe.invoices.listLineItems(id, { limit: 100 })).data;
      }
      return data.reverse();
    },
  };
}

/** Starts a world for one test alone. */
export async function freeze(): Promise<FrozenWorld> {
  const world = await startFrozenWorld();
  onTestFinished(() => world.close());
  return world;
}
