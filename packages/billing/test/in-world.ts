/* oxlint-disable no-empty-pattern -- Vitest reads from the pattern which fixtures are needed. */
import { test } from "vitest";
import { startStripeWorld } from "./stripe-world.js";

/** `it` with a local Stripe that the tests of a file share, in which nothing is yet. */
export const itInWorld = test.extend(
  "world",
  { scope: "file" },
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures are needed.
  async ({}, { onCleanup }) => {
    const world = await startStripeWorld();
    onCleanup(() => world.close());
    return world;
  },
);

/** `it` with two tenants that the tests of a file share; `billing` is bound to neither. */
export const itWithTenants = itInWorld
  .extend("acme", { scope: "file" }, ({ world }) => world.addTenant("acme"))
  .extend("globex", { scope: "file" }, ({ world }) => world.addTenant("globex"))
  .extend("billing", ({ world }) => world.service())
  // Tenants are made when they are first asked for, which must not count as a test's requests.
  .extend("noRequests", { auto: true }, ({ world, acme: _acme, globex: _globex }) => world.takeRequests());

/** `it` with a tenant that each test may change as it likes; `billing` is bound to it. */
export const itWithNewTenant = itInWorld
  .extend("acme", ({ world }) => world.addTenant("acme"))
  .extend("billing", ({ world }) => world.service().forTenant("acme"))
  .extend("noRequests", { auto: true }, ({ world, acme: _acme }) => world.takeRequests());
