import fc from "fast-check";
import { expect } from "vitest";
import type { UpdateSubscriptionOptions } from "../../../src/index.js";
import type { PriceModel, SubscriptionModel, TenantModel } from "./model.js";
import { noteInvoices } from "./new-objects.js";
import { callAs } from "./program.js";
import {
  type Commands,
  command,
  describe,
  expectRefusal,
  ifNotSold,
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

/** Subscriptions that are changed, to prices that are the caller's own or another's. */
export const CHANGE_COMMANDS: Commands<"updateSubscription" | "previewSubscriptionChange"> = {
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
  previewSubscriptionChange: fc.tuple(twoAims, asked).map(([[target, offer], given]) => {
    const wanted = { ...given, what: "plan" as const };
    return command(
      `previewSubscriptionChange ${describe(target)} ${words(wanted)}, price ${describe(offer)}`,
      async (model, program) => {
        const { caller, owner, subscription } = resolve(model, target);
        const change = toChange(wanted, priceAt(model, offer), caller);
        const outcome = await callAs(program, caller, (bound) =>
          bound.previewSubscriptionChange(subscription.id, toOptions(change)),
        );
        // Stripe cannot preview a change that ends a scheduled one.
        const scheduled = subscription.scheduled === null ? undefined : "conflict";
        if (expectRefusal(outcome, refusalOf(caller, owner, subscription, change) ?? scheduled)) return;
        const { price, quantity } = { quantity: subscription.quantity, ...change };
        expect(outcome.result).toMatchObject({
          currency: "usd",
          confirmation: { items: [{ priceId: price?.id, quantity }] },
        });
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
