import { expect, vi } from "vitest";
import { startLocalStripe } from "../../src/index.js";
import { it } from "../support/it.js";
import { client, monthly, startLocal, subscribe } from "../support/local.js";

const DAY = 24 * 3600 * 1000;

it("ends what a deleted customer had waiting, so that nothing of it is due later", async ({
  local,
  stripe,
}) => {
  const { id: customer } = await stripe.customers.create();
  const price = await monthly(stripe);
  const schedule = await stripe.subscriptionSchedules.create({
    customer,
    start_date: Math.floor(Date.now() / 1000) + 100,
    phases: [{ items: [{ price: price.id }], duration: { interval: "month", interval_count: 1 } }],
  });
  await stripe.customers.del(customer);
  expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe("canceled");
  local.advanceBy(DAY);
  expect(local.dueFailures).toEqual([]);
});

it("reports what fails when it is due, and lets everything else happen", async () => {
  // Nothing is known to fail by itself, so an answer of the clock's own makes one renewal fail.
  const { local, stripe } = await startLocal();
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  const broken = await subscribe(stripe);
  const sound = await subscribe(stripe);
  const { Big } = await import("big.js");
  vi.spyOn(Big.prototype, "round").mockImplementationOnce(() => {
    throw new Error("no sum can be made.");
  });
  local.advanceBy(32 * DAY);
  vi.restoreAllMocks();

  expect(local.dueFailures).toMatchObject([
    { object: "subscription", id: broken.id, message: "no sum can be made." },
  ]);
  expect(warned.mock.calls.map(([message]) => String(message))).toEqual([
    expect.stringContaining(`The subscription ${broken.id} could not do what was due`),
  ]);
  const renewed = async (id: string) => (await stripe.invoices.list({ subscription: id })).data.length;
  expect([await renewed(broken.id), await renewed(sound.id)]).toEqual([1, 2]);
  expect((await stripe.subscriptions.retrieve(broken.id)).status).toBe("active");
});

it("answers a request with its own object, whatever else was due before it", async () => {
  let now = Date.now();
  await using local = await startLocalStripe({ clock: () => now });
  const stripe = client(local);
  const subscription = await subscribe(stripe);
  now += 400 * DAY;
  expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe("active");
});
