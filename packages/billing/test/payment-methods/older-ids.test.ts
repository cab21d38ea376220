import { afterAll, beforeAll, expect, it } from "vitest";
import type { StripeBillingService, StripeClient } from "../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addCard } from "../subscriptions/plans.js";

let world: StripeWorld;
let acme: TenantWorld;
let billing: StripeBillingService;

/** An account whose cards were saved before there were payment methods, and are some now under the ids they had. */
beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  const older = (text: string) => text.replaceAll("pm_", "card_");
  const newer = (text: string) => text.replaceAll("card_", "pm_");
  const stripe: StripeClient = {
    rawRequest: async (method, path, params, options) => {
      const sent = params && JSON.parse(newer(JSON.stringify(params)));
      const answer = await world.stripe.rawRequest(method, newer(path), sent, options);
      return JSON.parse(older(JSON.stringify(answer)));
    },
  };
  billing = world.service({ stripe }).forTenant("acme");
});

afterAll(() => world.close());

it("a card of old is listed, paged over, made the default and detached like any payment method", async () => {
  for (let i = 0; i < 3; i++) await addCard(world, acme.customerId);
  const ids: string[] = [];
  for await (const { id } of billing.listPaymentMethods(acme.customerId, { limit: 1 })) ids.push(id);
  expect(ids).toEqual(Array(4).fill(expect.stringMatching(/^card_/)));

  const [first = "", second = ""] = ids;
  expect(await billing.setDefaultPaymentMethod(first)).toMatchObject({ id: first, isDefault: true });
  world.takeRequests();
  expect(await billing.detachPaymentMethod(second)).toMatchObject({ id: second, customerId: null });
  // It can be read as a payment method, and not be updated as one.
  const writes = world.takeRequests().filter((request) => request.startsWith("POST "));
  expect(writes).toEqual([`POST /v1/payment_methods/${second.replace("card_", "pm_")}/detach`]);
});
