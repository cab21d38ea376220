import fc from "fast-check";
import { expect } from "vitest";
import type { Subscription } from "../../../src/index.js";
import { isForSale } from "./model.js";
import { claimSubscription, noteInvoices } from "./new-objects.js";
import { callAs } from "./program.js";
import {
  accountOptions,
  aim,
  type Command,
  type Commands,
  command,
  describe,
  expectForeign,
  expectRefusal,
  ifForeign,
  memberOf,
  priceAt,
  resolve,
} from "./step.js";
import { expectSubscription } from "./subscription-view.js";

type Method =
  | "getSubscription"
  | "fetchEventObject"
  | "listCustomerSubscriptions"
  | "cancelSubscription"
  | "resumeSubscription"
  | "pauseSubscription"
  | "unpauseSubscription";

/** What is subscribed to, whether it goes on, and whether it is paid for meanwhile. */
export const SUBSCRIPTION_COMMANDS: Commands<Method> = {
  getSubscription: aim.map((target) =>
    command(`getSubscription ${describe(target)}`, async (model, program) => {
      const { caller, owner, subscription } = resolve(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.getSubscription(subscription.id));
      if (expectForeign(outcome, caller, owner)) return;
      expectSubscription(outcome.result, subscription, owner);
    }),
  ),
  fetchEventObject: aim.map((target) =>
    command(`fetchEventObject ${describe(target)}`, async (model, program) => {
      const { caller, owner, subscription } = resolve(model, target);
      const outcome = await callAs(program, caller, (bound) =>
        bound.fetchEventObject({ type: "subscription", id: subscription.id }),
      );
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toMatchObject({ id: subscription.id, object: "subscription" });
    }),
  ),
  listCustomerSubscriptions: fc
    .tuple(aim, fc.constantFrom("current", "all", "ended"), fc.integer({ min: 1, max: 4 }))
    .map(([target, status, limit]) =>
      command(`listCustomerSubscriptions ${describe(target)} ${status} ${limit}`, async (model, program) => {
        const { caller, owner } = resolve(model, target);
        const outcome = await callAs(program, caller, async (bound) => {
          const views: Subscription[] = [];
          for await (const view of bound.listCustomerSubscriptions(owner.customerId, { status, limit }))
            views.push(view);
          return views;
        });
        if (expectForeign(outcome, caller, owner)) return;
        const listed = owner.subscriptions.filter(
          ({ ended }) => status === "all" || ended === (status === "ended"),
        );
        expect(outcome.result.map(({ id }) => id)).toEqual(listed.map(({ id }) => id).reverse());
        for (const [at, subscription] of listed.reverse().entries()) {
          expectSubscription(outcome.result[at], subscription, owner);
        }
      }),
    ),
  cancelSubscription: fc
    .tuple(
      aim,
      fc.constantFrom<("period_end" | "now" | Date)[]>("period_end", "now", inAWeek()),
      fc.option(fc.uuid()),
    )
    .map(([target, when, uuid]) =>
      command(
        `cancelSubscription ${describe(target)} ${when instanceof Date ? "on a date" : when}`,
        async (model, program) => {
          const { caller, owner, subscription } = resolve(model, target);
          const key = uuid === null ? {} : { idempotencyKey: `${uuid} of ${subscription.id}` };
          const outcome = await callAs(program, caller, (bound) =>
            bound.cancelSubscription(subscription.id, { when, ...key }),
          );
          if (expectForeign(outcome, caller, owner)) return;
          if (!subscription.ended) {
            subscription.cancels = when === "now" ? "never" : when;
            subscription.ended = when === "now";
            // There is nothing left to change after the end.
            subscription.scheduled = null;
          }
          expectSubscription(outcome.result, subscription, owner);
        },
      ),
    ),
  resumeSubscription: aim.map((target) =>
    command(`resumeSubscription ${describe(target)}`, async (model, program) => {
      const { caller, owner, subscription } = resolve(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.resumeSubscription(subscription.id));
      if (expectRefusal(outcome, ifForeign(caller, owner) ?? ifEnded(subscription))) return;
      subscription.cancels = "never";
      expectSubscription(outcome.result, subscription, owner);
    }),
  ),
  pauseSubscription: aim.map((target) =>
    command(`pauseSubscription ${describe(target)}`, async (model, program) => {
      const { caller, owner, subscription } = resolve(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.pauseSubscription(subscription.id));
      if (expectRefusal(outcome, ifForeign(caller, owner) ?? ifEnded(subscription))) return;
      subscription.isPaused = true;
      expectSubscription(outcome.result, subscription, owner);
    }),
  ),
  unpauseSubscription: aim.map((target) =>
    command(`unpauseSubscription ${describe(target)}`, async (model, program) => {
      const { caller, owner, subscription } = resolve(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.unpauseSubscription(subscription.id));
      if (expectRefusal(outcome, ifForeign(caller, owner) ?? ifEnded(subscription))) return;
      subscription.isPaused = false;
      expectSubscription(outcome.result, subscription, owner);
    }),
  ),
};

export const SUBSCRIPTION_STEPS: readonly fc.Arbitrary<Command>[] = [
  aim.map((target) =>
    command(`Stripe: a new subscription ${describe(target)}`, async (model, program) => {
      const owner = memberOf(model.tenants, target.owner);
      const price = priceAt(model, target);
      if (!isForSale(price)) return; // which Stripe sells no more
      const { realm } = program;
      const { id } = await realm.backdoor.subscriptions.create(
        { customer: owner.customerId, items: [{ price: price.id }] },
        accountOptions(realm.accountOf(owner.tenantId)),
      );
      await claimSubscription(program, owner, { id, price, quantity: 1 });
      await noteInvoices(program, owner, 1);
    }),
  ),
];

function ifEnded({ ended }: { readonly ended: boolean }): "conflict" | undefined {
  return ended ? "conflict" : undefined;
}

function inAWeek(): Date {
  return new Date(Math.ceil(Date.now() / 1000) * 1000 + 7 * 86_400_000);
}
