import fc from "fast-check";
import { expect } from "vitest";
import type { Subscription } from "../../../src/index.js";
import { EVENT_NAME } from "../../stripe-world.js";
import { PAYMENT_COMMANDS } from "./payment-commands.js";
import { callAs, type ProductModel, type SubscriptionModel, serviceOf, type TenantModel } from "./program.js";
import {
  accountOptions,
  aim,
  type Command,
  command,
  describe,
  expectForeign,
  index,
  memberOf,
  resolve,
  tenant,
} from "./step.js";

/** One step of a program: calls of the library by any tenant about anyone's objects, and what Stripe does meanwhile. */
export const ANY_COMMAND: fc.Arbitrary<Command>[] = [
  aim.map((target) =>
    command(`getSubscription ${describe(target)}`, async (model, program) => {
      const { caller, owner, subscription } = resolve(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.getSubscription(subscription.id));
      if (expectForeign(outcome, caller, owner)) return;
      expectView(outcome.result, subscription, owner);
    }),
  ),
  fc
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
          expectView(outcome.result[at], subscription, owner);
        }
      }),
    ),
  fc
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
          }
          expectView(outcome.result, subscription, owner);
        },
      ),
    ),
  aim.map((target) =>
    command(`createCustomerPortalSession ${describe(target)}`, async (model, program) => {
      const { caller, owner, subscription } = resolve(model, target);
      const flow = { type: "subscription_cancel", subscriptionId: subscription.id } as const;
      const options = target.index % 2 === 0 || isLeaving(subscription) ? {} : { flow };
      const outcome = await callAs(program, caller, (bound) =>
        bound.createCustomerPortalSession(target.index < 3 ? owner.customerId : caller.customerId, options),
      );
      const named = target.index < 3 || "flow" in options ? owner : caller;
      if (expectForeign(outcome, caller, named)) return;
      expect(outcome.result).toMatchObject({ customerId: caller.customerId, livemode: false });
    }),
  ),
  aim.map((target) =>
    command(`listEntitlements ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.listEntitlements(owner.customerId));
      if (expectForeign(outcome, caller, owner)) return;
      const isEntitled = owner.subscriptions.some(({ ended }) => !ended);
      expect(outcome.result.map(({ lookupKey }) => lookupKey)).toEqual(isEntitled ? [owner.lookupKey] : []);
    }),
  ),
  // Few identifiers, the same for all.
  fc
    .tuple(aim, fc.constantFrom("use 1", "use 2"), fc.integer({ min: 1, max: 2 }))
    .map(([target, identifier, value]) =>
      command(`reportUsage ${describe(target)} ${identifier} of ${value}`, async (model, program) => {
        const { caller, owner } = resolve(model, target);
        const outcome = await callAs(program, caller, (bound) =>
          bound.reportUsage(owner.customerId, { eventName: EVENT_NAME, identifier, value }),
        );
        const reported = owner.usage.get(identifier) ?? value;
        if (caller === owner && reported !== value) {
          expect(outcome).toEqual({ refusedAs: "conflict" });
          return;
        }
        if (expectForeign(outcome, caller, owner)) return;
        owner.usage.set(identifier, value);
        expect(outcome.result).toMatchObject({ customerId: owner.customerId, identifier, value });
      }),
    ),
  ...PAYMENT_COMMANDS,
  fc.tuple(tenant, fc.constantFrom(true, false, "all" as const)).map(([at, active]) =>
    command(`listTenantProducts by ${at} ${active}`, async (model, program) => {
      const caller = memberOf(model.tenants, at);
      const outcome = await callAs(program, caller, async (bound) => {
        const views: { id: string; shared: boolean }[] = [];
        for await (const { id, shared } of bound.listTenantProducts({ active, limit: 3 }))
          views.push({ id, shared });
        return views;
      });
      if (!("result" in outcome)) throw new Error(`refused as ${outcome.refusedAs}`);
      const seen = model.products.filter(
        ({ owner, product }) =>
          (owner === caller || owner === "everyone") && (active === "all" || product.active === active),
      );
      const sharedByAll = new Set(
        model.products.flatMap(({ owner, product }) => (owner === "everyone" ? product.id : [])),
      );
      expect(outcome.result.map(({ id }) => id)).toEqual(seen.map(({ product }) => product.id).reverse());
      for (const { id, shared } of outcome.result) expect(shared).toBe(sharedByAll.has(id));
    }),
  ),
  tenant.map((at) =>
    command(`Stripe: a new subscription for ${at}`, async ({ tenants }, { realm, owners }) => {
      const owner = memberOf(tenants, at);
      if (owner.products[0]?.active !== true) return; // which Stripe sells no more
      const {
        id,
        items,
        latest_invoice: invoice,
      } = await realm.backdoor.subscriptions.create(
        { customer: owner.customerId, items: [{ price: owner.priceId }] },
        accountOptions(realm.accountOf(owner.tenantId)),
      );
      const invoiceId = typeof invoice === "string" ? invoice : "";
      owners.claim(owner.tenantId, [id, invoiceId, ...items.data.map((item) => item.id)].join(" "));
      owner.subscriptions.push({ id, cancels: "never", ended: false });
      owner.invoiceIds.push(invoiceId);
    }),
  ),
  fc.tuple(tenant, fc.constantFrom("own", "everyone", "nobody")).map(([at, whose]) =>
    command(`Stripe: a new product of ${whose} ${at}`, async ({ tenants, products }, { realm, owners }) => {
      const member = memberOf(tenants, at);
      const stripeAccount = realm.accountOf(member.tenantId);
      // In an account of the tenant's own, everything is the tenant's.
      const owner =
        stripeAccount === undefined && whose !== "own" ? (whose as "everyone" | "nobody") : member;
      const mark = { own: member.tenantId, everyone: "*", nobody: "" }[whose];
      const { id } = await realm.backdoor.products.create(
        { name: `product of ${whose}`, metadata: { [realm.markKey ?? "note"]: mark ?? "" } },
        accountOptions(stripeAccount),
      );
      const product: ProductModel = { id, active: true };
      products.push({ product, owner });
      if (owner === member) owners.claim(member.tenantId, id);
    }),
  ),
  fc.tuple(tenant, index, fc.boolean()).map(([at, nth, active]) =>
    command(
      `Stripe: product ${nth} of ${at} becomes ${active ? "active" : "archived"}`,
      async ({ tenants, products }, { realm }) => {
        const member = memberOf(tenants, at);
        const own = products.filter(({ owner }) => owner === member);
        const { product } = memberOf(own, nth);
        await realm.backdoor.products.update(
          product.id,
          { active },
          accountOptions(realm.accountOf(member.tenantId)),
        );
        product.active = active;
      },
    ),
  ),
  fc.constant(
    command("the service starts anew", async (_, program) => {
      program.billing = serviceOf(program.realm);
    }),
  ),
];

/** Stripe opens no page to cancel what is canceled. */
function isLeaving({ cancels, ended }: SubscriptionModel): boolean {
  return ended || cancels !== "never";
}

function expectView(view: Subscription | undefined, model: SubscriptionModel, owner: TenantModel): void {
  expect(view).toMatchObject({
    id: model.id,
    customerId: owner.customerId,
    status: model.ended ? "canceled" : "active",
  });
  expect(view?.endedAt instanceof Date).toBe(model.ended);
  const end = model.cancels === "period_end" ? view?.currentPeriodEnd : model.cancels;
  expect(view?.cancelsAt).toEqual(model.ended || end === "never" ? null : end);
}

function inAWeek(): Date {
  return new Date(Math.ceil(Date.now() / 1000) * 1000 + 7 * 86_400_000);
}
