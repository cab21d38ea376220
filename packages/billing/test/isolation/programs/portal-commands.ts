import fc from "fast-check";
import { expect } from "vitest";
import type { SubscriptionModel } from "./model.js";
import { callAs } from "./program.js";
import {
  aim,
  type Commands,
  command,
  describe,
  expectRefusal,
  ifForeign,
  ifNotSold,
  memberOf,
  priceAt,
  productAt,
  resolve,
  tenant,
  twoAims,
} from "./step.js";

type Method =
  | "createCustomerPortalSession"
  | "diagnosePortal"
  | "ensurePortalConfiguration"
  | "deactivateUnusedPortalConfigurations";

/** The way into Stripe's portal, and what it offers. */
export const PORTAL_COMMANDS: Commands<Method> = {
  createCustomerPortalSession: fc.tuple(twoAims, fc.boolean()).map(([[target, other], isToCancel]) =>
    command(
      `createCustomerPortalSession ${describe(target)}${isToCancel ? `, to cancel ${describe(other)}` : ""}`,
      async (model, program) => {
        const { caller, owner } = resolve(model, target);
        const { owner: subscriber, subscription } = resolve(model, other);
        const flow = { type: "subscription_cancel", subscriptionId: subscription.id } as const;
        const options = isToCancel && !isFixed(subscription) ? { flow } : {};
        const outcome = await callAs(program, caller, (bound) =>
          bound.createCustomerPortalSession(owner.customerId, options),
        );
        const isForeignFlow = "flow" in options && ifForeign(caller, subscriber);
        if (expectRefusal(outcome, ifForeign(caller, owner) ?? (isForeignFlow || undefined))) return;
        expect(outcome.result).toMatchObject({ customerId: caller.customerId, livemode: false });
      },
    ),
  ),
  diagnosePortal: aim.map((target) =>
    command(`diagnosePortal ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const { customerId } = owner;
      const outcome = await callAs(program, caller, (bound) => bound.diagnosePortal({ customerId }));
      if (expectRefusal(outcome)) return;
      const { status } = outcome.result.checks.find(({ check }) => check === "customer") ?? {};
      expect(status).toBe(caller === owner ? "ok" : "failure");
    }),
  ),
  ensurePortalConfiguration: twoAims.map(([target, offer]) =>
    command(
      `ensurePortalConfiguration ${describe(target)} with price ${describe(offer)}`,
      async (model, program) => {
        const caller = memberOf(model.tenants, target.caller);
        const price = priceAt(model, offer);
        // Most often the price's own product, else one that is the caller's own or another's.
        const product = target.index < 8 ? price.product : productAt(model, target);
        const products = [{ productId: product.id, priceIds: [price.id] }];
        const outcome = await callAs(program, caller, (bound) =>
          bound.ensurePortalConfiguration({
            features: {
              paymentMethodUpdate: true,
              subscriptionUpdate: { allowedUpdates: ["price"], products },
            },
          }),
        );
        const isShared = product.mark === "*";
        const known = (isShared ? model.tenants : [caller]).flatMap(
          ({ configurations }) => configurations.get(price.id) ?? [],
        );
        const isMade = product === price.product && known.length > 0;
        const refusal = product === price.product ? ifNotSold(caller, price) : "not_found";
        // What is there already stays, whatever became of its price.
        if (expectRefusal(outcome, isMade ? undefined : refusal)) return;
        const { id, shared } = outcome.result;
        expect(shared).toBe(isShared);
        if (isMade) {
          expect(known).toContain(id);
          return;
        }
        if (!isShared) program.owners.claim(caller.tenantId, id);
        caller.configurations.set(price.id, id);
      },
    ),
  ),
  deactivateUnusedPortalConfigurations: tenant.map((at) =>
    command(`deactivateUnusedPortalConfigurations by ${at}, a dry run`, async (model, program) => {
      const caller = memberOf(model.tenants, at);
      const outcome = await callAs(program, caller, (bound) =>
        bound.deactivateUnusedPortalConfigurations({ inUse: [], minAgeMs: 0 }),
      );
      if (expectRefusal(outcome)) return;
      const own = model.products.flatMap(({ mark, prices }) =>
        mark === "*" ? [] : prices.flatMap(({ id }) => caller.configurations.get(id) ?? []),
      );
      expect(outcome.result.map(({ id }) => id).sort()).toEqual(own.sort());
    }),
  ),
};

/** Stripe opens no page to cancel what is canceled, or is going to change. */
function isFixed({ cancels, ended, scheduled }: SubscriptionModel): boolean {
  return ended || cancels !== "never" || scheduled !== null;
}
