import fc from "fast-check";
import { expect } from "vitest";
import { isSubscribedTo } from "./model.js";
import { claimSubscription, noteInvoices } from "./new-objects.js";
import { callAs } from "./program.js";
import {
  aim,
  type Commands,
  command,
  describe,
  expectRefusal,
  ifForeign,
  ifNotSold,
  inCallOf,
  memberOf,
  priceAt,
  resolve,
  twoAims,
} from "./step.js";
import { expectSubscription } from "./subscription-view.js";

/** Subscriptions made of a customer, a price and a card, each the caller's own or another's; one key for all. */
export const CREATION_COMMANDS: Commands<"createSubscription"> = {
  createSubscription: fc
    .tuple(twoAims, fc.option(aim), fc.integer({ min: 1, max: 2 }), fc.constantFrom("once", "again", "key"))
    .map(([[target, offer], paying, quantity, how]) => {
      const card = paying && inCallOf(target, paying);
      return command(
        `createSubscription ${describe(target)} ${how}, ${quantity} of price ${describe(offer)}, card ${card ? describe(card) : "none"}`,
        async (model, program) => {
          const { caller, owner } = resolve(model, target);
          const price = priceAt(model, offer);
          const payer = memberOf(model.tenants, (card ?? target).owner);
          const hasCard = card !== null && payer.paymentMethodIds.length > 0;
          const paymentMethodId = hasCard ? memberOf(payer.paymentMethodIds, card.index) : null;
          const outcome = await callAs(program, caller, (bound) =>
            bound.createSubscription({
              customerId: owner.customerId,
              priceId: price.id,
              quantity,
              allowSecond: how !== "once",
              ...(paymentMethodId !== null && { defaultPaymentMethodId: paymentMethodId }),
              ...(how === "key" && { idempotencyKey: "one key for all" }),
            }),
          );
          const said = JSON.stringify([price.id, quantity, paymentMethodId]);
          const before = how === "key" ? caller.keys.get("createSubscription") : undefined;
          const isSecond = how === "once" && isSubscribedTo(owner, price.product);
          const isOther = before !== undefined && before.words !== said;
          // Price and card are looked at together, and either may be refused first; then what the customer has.
          const proofs = [
            ifForeign(caller, owner) ?? ifNotSold(caller, price),
            hasCard ? ifForeign(caller, payer) : undefined,
          ];
          const isProved = proofs.every((refusal) => refusal === undefined);
          const refusals = isProved && (isSecond || isOther) ? (["conflict"] as const) : proofs;
          if (expectRefusal(outcome, ...refusals)) return;
          const { id } = outcome.result;
          if (before !== undefined) {
            expect(id).toBe(before.id);
            return;
          }
          if (how === "key") caller.keys.set("createSubscription", { words: said, id });
          const made = await claimSubscription(program, owner, { id, price, quantity, paymentMethodId });
          expectSubscription(outcome.result, made, owner);
          await noteInvoices(program, owner, 1);
        },
      );
    }),
};
