import type Stripe from "stripe";
import type { StripeBillingConfig, StripeBillingService } from "../../src/index.js";
import type { TenantMethod } from "../public-methods.js";
import type { StripeWorld, TenantWorld } from "../stripe-world.js";

/** A tenant of its own for each row, in a local Stripe that all rows share. */
export interface Scene {
  readonly world: StripeWorld;
  /** Looks at what has become of a call. */
  readonly stripe: Stripe;
  readonly own: TenantWorld;
  /** Bound to the tenant. */
  readonly billing: StripeBillingService;
  readonly service: (config?: Partial<StripeBillingConfig>) => StripeBillingService;
}

/** A call with valid options, which looks for the effect of each. */
export interface OptionRow {
  readonly method: TenantMethod;
  readonly shows: string;
  readonly run: (scene: Scene) => Promise<void>;
}

/** An instant so many days from now, in whole seconds as Stripe keeps it. */
export function inDays(days: number): Date {
  return new Date(Math.floor(Date.now() / 1000) * 1000 + days * 86_400_000);
}

export function seconds(date: Date): number {
  return date.getTime() / 1000;
}

/** What Stripe says of the subscription after a call. */
export async function subscribed({ stripe }: Scene, { id }: { readonly id: string }) {
  return stripe.subscriptions.retrieve(id, { expand: ["discounts", "schedule"] });
}

/** The newest invoice of the subscription. */
export async function lastInvoice({ stripe }: Scene, { id }: { readonly id: string }) {
  const { data } = await stripe.invoices.list({ subscription: id, limit: 1 });
  return data[0];
}
