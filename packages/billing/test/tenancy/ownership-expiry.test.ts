import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { clientThat } from "../isolation/intercepted-client.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

let world: StripeWorld;
let acme: TenantWorld;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
});
afterEach(() => {
  vi.restoreAllMocks();
});
afterAll(() => world.close());

/** A service to which every answer takes so long. */
function answeredAfter(milliseconds: number) {
  const now = performance.now.bind(performance);
  let passedMs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now() + passedMs);
  const stripe = clientThat(world.local, async (_, send) => {
    const answer = await send();
    passedMs += milliseconds;
    return answer;
  });
  return world.service({ stripe, timeoutMs: 600_000 }).forTenant("acme");
}

it("a read that began within a proof's time is answered after it", async () => {
  const service = answeredAfter(20_000);
  const read = () => service.getSubscription(acme.subscriptionId);
  await read();
  world.takeRequests();
  await expect(read()).resolves.toMatchObject({ id: acme.subscriptionId });
  expect(world.takeRequests()).toHaveLength(1);
  await expect(read()).resolves.toMatchObject({ id: acme.subscriptionId });
});
