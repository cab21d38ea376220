import fc from "fast-check";
import { expect } from "vitest";
import type { UpdateSubscriptionOptions } from "../../../src/index.js";
import { isSubscribedTo, type PriceModel, type SubscriptionModel, type TenantModel } from "./model.js";
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
  type Refusal,
  resolve,
  twoAims,
} from "./step.js";
import { expectSubscription } from "./subscription-view.js";

/** What to change, in the model's words. */
interface Change {
  readonly price?: PriceModel;
  readonly quantity?: number;
  readonly note?: string;
  readonly isLater: boolean;
  readonly drops: boolean;
}

const asked = fc.record({
  what: fc.constantFrom<("plan" | "quantity" | "note" | "drop")[]>(
    "plan",
    "plan",
    "quantity",
    "note",
    "drop",
  ),
  quantity: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  isLater: fc.boolean(),
  drops: fc.boolean(),
});
type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never;

/** Subscriptions that are made and changed, with prices that are the caller's own or another's. */
export const CHANGE_COMMANDS: Commands<
  "updateSubscription" | "previewSubscriptionChange" | "createSubscription"
> = {
  updateSubscription: fc.tuple(twoAims, asked).map(([[target, offer], wanted]) =>
    command(
      `updateSubscription ${describe(target)} ${words(wanted)}, price ${describe(offer)}`,
      async (model, program) => {
        const { caller, owner, subscription } = resolve(model, target);
        const change = toChange(wanted, priceAt(model, offer), caller);
        const outcome = await callAs(program, caller, (bound) =>
          bound.updateSubscription(subscription.id, toOptions(change)),
        );
        if (expectRefusal(outcome, refusalOf(caller, owner, subscription, change))) return;
        const { interval } = subscription.price;
        apply(subscription, change);
        expectSubscription(outcome.result, subscription, owner);
        // Another interval begins a period, which is billed at once.
        await noteInvoices(program, owner, subscription.price.interval === interval ? 0 : 1);
      },
    ),
  ),
  previewSubscriptionChange: fc.tuple(twoAims, asked).map(([[target, offer], wanted]) =>
    command(
      `previewSubscriptionChange ${describe(target)} ${words(wanted)}, price ${describe(offer)}`,
      async (model, program) => {
        const { caller, owner, subscription } = resolve(model, target);
        const change = toChange({ ...wanted, what: "plan" }, priceAt(model, offer), caller);
        const outcome = await callAs(program, caller, (bound) =>
          bound.previewSubscriptionChange(subscription.id, toOptions(change)),
        );
        if (expectRefusal(outcome, refusalOf(caller, owner, subscription, change))) return;
        const { price, quantity } = { quantity: subscription.quantity, ...change };
        expect(outcome.result).toMatchObject({
          currency: "usd",
          confirmation: { items: [{ priceId: price?.id, quantity }] },
        });
      },
    ),
  ),
  // Few keys, the same for all.
  createSubscription: fc
    .tuple(twoAims, fc.option(aim), fc.integer({ min: 1, max: 2 }), fc.constantFrom("once", "again", "key"))
    .map(([[target, offer], method, quantity, how]) => {
      const card = method && inCallOf(target, method);
      return command(
        `createSubscription ${describe(target)} ${how}, ${quantity} of price ${describe(offer)}, card ${card ? describe(card) : "none"}`,
        async (model, program) => {
          const { caller, owner } = resolve(model, target);
          const price = priceAt(model, offer);
          const payer = card === null ? owner : memberOf(model.tenants, card.owner);
          const methodId =
            card === null || payer.paymentMethodIds.length === 0
              ? null
              : memberOf(payer.paymentMethodIds, card.index);
          const outcome = await callAs(program, caller, (bound) =>
            bound.createSubscription({
              customerId: owner.customerId,
              priceId: price.id,
              quantity,
              allowSecond: how !== "once",
              ...(methodId !== null && { defaultPaymentMethodId: methodId }),
              ...(how === "key" && { idempotencyKey: "one key for all" }),
            }),
          );
          const isForeignCard: Refusal = methodId === null ? undefined : ifForeign(caller, payer);
          const reasons: Refusal[] = [ifForeign(caller, owner) ?? ifNotSold(caller, price), isForeignCard];
          const isSecond = how === "once" && isSubscribedTo(owner, price.product);
          const said = JSON.stringify([price.id, quantity, methodId]);
          const before = how === "key" ? caller.keys.get("createSubscription") : undefined;
          if (!reasons.some((reason) => reason !== undefined)) {
            const isOther = before !== undefined && before.words !== said;
            reasons.push(isSecond || isOther ? "conflict" : undefined);
          }
          if (expectRefusal(outcome, ...reasons)) return;
          const { id } = outcome.result;
          if (before !== undefined) {
            expect(id).toBe(before.id);
            return;
          }
          if (how === "key") owner.keys.set("createSubscription", { words: said, id });
          const made = { id, price, quantity, paymentMethodId: methodId };
          await claimSubscription(program, owner, made);
          expectSubscription(outcome.result, memberOf(owner.subscriptions.slice(-1), 0), owner);
          await noteInvoices(program, owner, 1);
        },
      );
    }),
};

function words({ what, quantity, isLater, drops }: Asked): string {
  return `${what} ${quantity ?? "as many"}${isLater ? " later" : ""}${drops ? " instead" : ""}`;
}

function toChange({ what, quantity, isLater, drops }: Asked, price: PriceModel, caller: TenantModel): Change {
  if (what === "drop") return { isLater: false, drops: true };
  if (what === "note")
    return { note: `of ${caller.tenantId}, ${quantity ?? "plain"}`, isLater: false, drops };
  if (what === "quantity") return { quantity: quantity ?? 1, isLater, drops };
  return { price, ...(quantity !== undefined && { quantity }), isLater, drops };
}

function toOptions({ price, quantity, note, isLater, drops }: Change): UpdateSubscriptionOptions {
  return {
    ...(price && { priceId: price.id }),
    ...(quantity !== undefined && { quantity }),
    ...(note !== undefined && { metadata: { note } }),
    ...(isLater && { when: "period_end" }),
    ...(drops && { scheduledChange: null }),
  };
}

function refusalOf(
  caller: TenantModel,
  owner: TenantModel,
  { ended, cancels, scheduled, price: now }: SubscriptionModel,
  { price, quantity, isLater, drops }: Change,
): Refusal {
  if (caller !== owner) return "not_found";
  const isBilled = price !== undefined || quantity !== undefined;
  if (isBilled && (ended || (isLater && cancels !== "never"))) return "conflict";
  if (isBilled && !isLater && !drops && scheduled !== null) return "conflict";
  // What it has already, it may keep although it is sold no more.
  return price === undefined || price === now ? undefined : ifNotSold(caller, price);
}

function apply(subscription: SubscriptionModel, change: Change): void {
  const { price = subscription.price, quantity = subscription.quantity, note, isLater, drops } = change;
  if (drops) subscription.scheduled = null;
  if (note !== undefined) subscription.note = note;
  if (isLater) subscription.scheduled = { price, quantity };
  else Object.assign(subscription, { price, quantity });
}
