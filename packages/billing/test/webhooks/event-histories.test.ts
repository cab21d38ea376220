/**
 * Histories of subscriptions from a local Stripe, delivered in every order and in random ones. Stripe's present moves on
 * between the deliveries: an event may come as soon as it happened, or long after.
 */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { NotFoundError } from "../../src/errors.js";
import {
  createWebhookReceiver,
  type EventObjects,
  memoryInbox,
  type Receive,
  type TenantResolver,
  type WebhookHandlers,
} from "../../src/webhooks.js";
import { type Lifecycle, recordLifecycles } from "./lifecycle.js";
import { headerFor, SECRET } from "./signed-delivery.js";

interface BoundBilling {
  fetchEventObject(object: { readonly id: string }): Promise<object>;
}

/** A delivery of one change, made when Stripe has come to `present`, the number of the latest change. */
interface Step {
  readonly change: number;
  readonly family: "snapshot" | "thin";
  readonly present: number;
  readonly process: number;
}

/** Replays a lifecycle to receivers that share one inbox, as processes do, and keeps what their handlers wrote. */
function replay(lifecycle: Lifecycle, objects: EventObjects, processes: number) {
  let present = 0;
  const stripeNow = () => lifecycle[present]?.snapshot.created ?? 0;
  // Half a minute behind Stripe's clock.
  const now = () => (stripeNow() - 30) * 1000;
  const written: object[] = [];
  const save = (subscription: object) => void written.push(subscription);
  let turns = 1;
  /** Takes longer or shorter each time, so that handlers side by side would overtake each other. */
  const pause = async () => {
    turns = (3 * turns + 1) % 7;
    await passTurns(turns);
  };
  const billing: TenantResolver<BoundBilling> = {
    resolveTenant: async () => ({ status: "tenant", tenantId: "acme" }),
    forTenant: () => ({
      fetchEventObject: async () => {
        const object = lifecycle[present]?.subscription;
        if (object === undefined) throw new NotFoundError("There is no such subscription.");
        return object;
      },
    }),
  };
  const on: WebhookHandlers<BoundBilling, undefined> = {};
  const follow = async (event: { readonly data: { readonly object: object } }) => {
    await pause();
    save(event.data.object);
  };
  const read = async (_event: unknown, { fetchObject }: { readonly fetchObject: () => Promise<object> }) => {
    const subscription = await fetchObject();
    await pause();
    save(subscription);
  };
  const handlers: typeof on = {
    "customer.subscription.created": follow,
    "customer.subscription.updated": follow,
    "customer.subscription.deleted": follow,
    "v1.customer.subscription.created": read,
    "v1.customer.subscription.updated": read,
    "v1.customer.subscription.deleted": read,
  };
  const inbox = memoryInbox();
  const receivers: Receive[] = Array.from(
    { length: processes },
    () =>
      createWebhookReceiver({ signingSecrets: [SECRET], inbox, billing, on: handlers, objects, now }).receive,
  );
  const deliver = async ({ change, family, present: moment, process }: Step) => {
    // Those that are delivered together come at moments of their own, and Stripe's present moves on between them.
    await passTurns(moment);
    present = Math.max(present, moment, change);
    const { body, header } = sign(lifecycle[change]?.[family] ?? {}, stripeNow());
    const outcome = await receivers[process % processes]?.(body, header);
    // An expectation takes longer than the delivery, and there are a hundred thousand of these.
    if (outcome?.status !== "handled" && outcome?.status !== "duplicate") {
      throw new Error(`A delivery was ${outcome?.status}`);
    }
  };
  return { written, deliver };
}

async function passTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Signed {
  readonly body: string;
  readonly headers: Map<number, string>;
}

const signed = new WeakMap<object, Signed>();

/** Writes an event once, and signs it once a second, however often it is delivered. */
function sign(event: object, timestamp: number): { readonly body: string; readonly header: string } {
  const known = signed.get(event) ?? { body: JSON.stringify(event), headers: new Map<number, string>() };
  signed.set(event, known);
  const { body, headers } = known;
  const header = headers.get(timestamp) ?? headerFor(body, { timestamp });
  headers.set(timestamp, header);
  return { body, header };
}

/** The number of the change after which the subscription looked so. */
function numberOf({ length }: Lifecycle, written: object): number {
  if (Reflect.get(written, "status") === "canceled") return length - 1;
  return Number(Reflect.get(Object(Reflect.get(written, "metadata")), "change"));
}

function expectForward(lifecycle: Lifecycle, written: readonly object[]): void {
  const numbers = written.map((object) => numberOf(lifecycle, object));
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
}

function expectLast(lifecycle: Lifecycle, written: readonly object[]): void {
  expect(written.at(-1)).toEqual(lifecycle.at(-1)?.subscription);
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

/** Six changes a lifecycle, with every pattern of those that happened in the same second. */
const PAUSES = Array.from({ length: 32 }, (_, bits) => [
  100,
  ...Array.from({ length: 5 }, (_pause, index) => (bits >> index) & 1),
]);

let lifecycles: readonly Lifecycle[];
beforeAll(async () => {
  lifecycles = await recordLifecycles(PAUSES);
});

test("the histories are of six changes each, with ties of one second in all but one", () => {
  expect(lifecycles.map(({ length }) => length)).toEqual(PAUSES.map(() => 6));
  const tied = lifecycles.filter(
    (lifecycle) => new Set(lifecycle.map(({ snapshot }) => snapshot.created)).size < 6,
  );
  expect(tied).toHaveLength(31);
});

describe.each<EventObjects>(["current", "delivered"])("with objects: %j", (objects) => {
  test.each([2, 3, 4, 5, 6])(
    "every order of %i events ends as in-order delivery does, and never goes back",
    async (length) => {
      const orders = permutations(Array.from({ length }, (_, index) => index));
      // Each pattern of ties for the short ones; for the long ones, those with none, all, and two kinds of some.
      const chosen = length > 4 ? [0, 10, 21, 31] : PAUSES.map((_, index) => index);
      for (const index of chosen) {
        const lifecycle = lifecycles[index] ?? [];
        for (const order of orders) {
          const { written, deliver } = replay(lifecycle, objects, 1);
          for (const earlier of order) {
            const change = earlier + lifecycle.length - length;
            await deliver({ change, family: "snapshot", present: 0, process: 0 });
          }
          expectForward(lifecycle, written);
          expectLast(lifecycle, written);
        }
      }
    },
    120_000,
  );

  test.each([1, 2])(
    "random histories, delayed, doubled and of both families, end as in-order delivery does on %i processes",
    async (processes) => {
      const step = fc.record({
        family: fc.constantFrom("snapshot" as const, "thin" as const),
        present: fc.nat({ max: 5 }),
        process: fc.nat({ max: 1 }),
      });
      const history = fc.record({
        lifecycle: fc.nat({ max: PAUSES.length - 1 }),
        order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], { minLength: 0 }),
        missing: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }),
        steps: fc.array(step, { minLength: 18, maxLength: 18 }),
        together: fc.integer({ min: 1, max: 6 }),
      });
      await fc.assert(
        fc.asyncProperty(history, async ({ lifecycle: index, order, missing, steps, together }) => {
          const lifecycle = lifecycles[index] ?? [];
          const { written, deliver } = replay(lifecycle, objects, processes);
          // Each event at least once, and some up to three times.
          const deliveries = [...order, ...missing].map((change, at) => ({
            ...(steps[at] ?? { family: "thin" as const, present: 5, process: 0 }),
            change,
          }));
          for (let at = 0; at < deliveries.length; at += together) {
            const batch = deliveries.slice(at, at + together);
            const outcomes = await Promise.allSettled(batch.map(deliver));
            // A second delivery of an event that is at work comes again, as Stripe has it.
            for (const [position, { status }] of outcomes.entries()) {
              const again = batch[position];
              if (status === "rejected" && again !== undefined) await deliver(again);
            }
          }
          expectForward(lifecycle, written);
          expectLast(lifecycle, written);
        }),
        { numRuns: RUNS },
      );
    },
    600_000,
  );
});

/** `ORDER_RUNS=50000` for a long run. */
const RUNS = Number(process.env["ORDER_RUNS"] ?? 1_000);
