import { startConformity } from "@repo/test-kit/conformity";
import Stripe from "stripe";
import { expect, onTestFinished } from "vitest";
import { type LocalStripe, type LocalStripeOptions, startLocalStripe } from "../../src/index.js";

export interface Local {
  readonly local: LocalStripe;
  readonly stripe: Stripe;
}

/** A server for one test, and the real SDK that talks to it, both held against what Stripe itself publishes. */
export async function startLocal(options: LocalStripeOptions = {}): Promise<Local> {
  const conformity = startConformity();
  const local = await startLocalStripe({ ...options, onAnswer: conformity.onAnswer });
  onTestFinished(async () => {
    await local.close();
    expect(await conformity.problems()).toEqual([]);
  });
  return { local, stripe: client(local) };
}

export function client(local: LocalStripe, key: string = local.secretKey): Stripe {
  return new Stripe(key, {
    host: local.host,
    port: local.port,
    protocol: "http",
    telemetry: false,
    maxNetworkRetries: 0,
  });
}

/** A request without the SDK, for what the SDK would not send. */
export async function ask(
  local: LocalStripe,
  method: string,
  path: string,
  options: { readonly body?: string; readonly headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(`${local.url}${path}`, {
    method,
    headers: {
      Authorization: `Bearer ${local.secretKey}`,
      ...(options.body !== undefined && {
        "Content-Type": path.startsWith("/v2/") ? "application/json" : "application/x-www-form-urlencoded",
      }),
      ...options.headers,
    },
    ...(options.body !== undefined && { body: options.body }),
  });
  const body: unknown = await response.json();
  // Every answer of the API is an object.
  return { status: response.status, headers: response.headers, body: body as Record<string, unknown> };
}

/** A customer with a monthly subscription, the smallest thing that bills. */
export async function subscribe(stripe: Stripe, amount = 2000): Promise<Stripe.Subscription> {
  const customer = await stripe.customers.create({ name: "Ada", email: "ada@example.com" });
  const price = await monthly(stripe, amount);
  return stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
}

export async function monthly(stripe: Stripe, amount = 2000, name = "Gold"): Promise<Stripe.Price> {
  const product = await stripe.products.create({ name });
  return stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: amount,
    recurring: { interval: "month" },
  });
}

/** The error that a call is refused with. */
export async function refusal(
  call: Promise<unknown>,
): Promise<InstanceType<typeof Stripe.errors.StripeError>> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError) return error;
    throw error;
  }
  throw new Error("the call was not refused");
}

/** The id of what may have been expanded. */
export function idOf(reference: string | { readonly id: string } | null | undefined): string {
  if (reference === null || reference === undefined) throw new Error("there is nothing to have an id");
  return typeof reference === "string" ? reference : reference.id;
}

/** A customer with a card of Stripe's well-known ones as its default. */
export function cardholder(
  stripe: Stripe,
  token = "pm_card_visa",
  testClock?: string,
): Promise<Stripe.Customer> {
  return stripe.customers.create({
    email: "ada@example.com",
    payment_method: token,
    invoice_settings: { default_payment_method: token },
    ...(testClock !== undefined && { test_clock: testClock }),
  });
}

const STEP = 56 * 24 * 3600;

/** A new test clock, and a way to move it that waits until it has arrived. */
export async function startClock(
  stripe: Stripe,
  start: Date,
): Promise<{ id: string; advanceTo: (moment: Date) => Promise<void> }> {
  const seconds = (moment: Date): number => Math.floor(moment.getTime() / 1000);
  const { id } = await stripe.testHelpers.testClocks.create({ frozen_time: seconds(start) });
  return {
    id,
    advanceTo: async (moment) => {
      // A clock moves by at most two intervals of the shortest subscription on it.
      for (let at = (await stripe.testHelpers.testClocks.retrieve(id)).frozen_time; at < seconds(moment); ) {
        at = Math.min(at + STEP, seconds(moment));
        await stripe.testHelpers.testClocks.advance(id, { frozen_time: at });
        await expect
          .poll(async () => (await stripe.testHelpers.testClocks.retrieve(id)).status)
          .toBe("ready");
      }
    },
  };
}
