import Stripe from "stripe";
import { expect, it } from "vitest";
import { startLocalStripe } from "../../src/index.js";
import { client } from "../support/local.js";
import { expectMoneyInOrder } from "./invariants.js";
import { startChances } from "./random.js";
import { callAtRandom, type Shop, stock } from "./random-calls.js";

const HOUR = 3600 * 1000;
const STEPS_OF_A_LIFE = 100;
/** How many steps are taken in all: a few here, a hundred thousand by `LOCAL_STRIPE_FUZZ_STEPS=100000`. */
const STEPS = Number(process.env["LOCAL_STRIPE_FUZZ_STEPS"] ?? 500);
/** Where the seeds begin. A failure names its own, which then is tried alone with `LOCAL_STRIPE_FUZZ_STEPS=1`. */
const FIRST_SEED = Number(process.env["LOCAL_STRIPE_FUZZ_SEED"] ?? 1);
const SEEDS = Array.from({ length: Math.ceil(STEPS / STEPS_OF_A_LIFE) }, (_, at) => FIRST_SEED + at);

it(`survives ${STEPS} random calls and steps of time with its money in order`, async () => {
  for (const seed of SEEDS) {
    try {
      await live(seed);
    } catch (error) {
      throw new Error(`The life with the seed ${seed} went wrong.`, { cause: error });
    }
  }
}, 3_600_000);

async function live(seed: number): Promise<void> {
  const chances = startChances(seed);
  let now = Date.UTC(2027, 0, 31, 12);
  await using local = await startLocalStripe({
    clock: () => now,
    requirePaymentMethod: chances.next() < 0.5,
    afterLastAttempt: chances.pick(["cancel", "unpaid", "past_due"]),
  });
  const stripe = client(local);
  const held = { customers: [], prices: [], coupons: [], subscriptions: [], schedules: [], meters: [] };
  const shop: Shop = { stripe, chances, now: () => Math.floor(now / 1000), ...held };
  await stock(shop);
  for (let step = 0; step < STEPS_OF_A_LIFE; step += 1) {
    if (chances.next() < 0.3)
      now += chances.pick([1, HOUR, 24 * HOUR, 72 * HOUR, 35 * 24 * HOUR, 200 * 24 * HOUR]);
    else await refusedAtMost(callAtRandom(shop));
  }
  local.advanceBy(0);
  expect(local.dueFailures).toEqual([]);
  await expectMoneyInOrder(stripe);
}

/** A call may be refused, with a reason of its own. Anything else is a fault of the server or of this test. */
async function refusedAtMost(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeError && (error.statusCode ?? 500) < 500) return;
    throw error;
  }
}
