import fc from "fast-check";
import { expect } from "vitest";
import { owns, type PriceModel, type TenantModel } from "./model.js";
import { callAs } from "./program.js";
import {
  aim,
  type Commands,
  command,
  describe,
  expectRefusal,
  memberOf,
  priceAt,
  productAt,
  type Refusal,
} from "./step.js";

/** Prices of such products; few lookup keys, the same for all. */
export const PRICE_COMMANDS: Commands<"createPrice" | "replacePrice" | "archivePrice" | "setDefaultPrice"> = {
  createPrice: fc
    .tuple(aim, fc.constantFrom("month", "year"), fc.constantFrom(undefined, "pro", "team"), fc.boolean())
    .map(([target, interval, lookupKey, takes]) =>
      command(
        `createPrice ${describe(target)} a ${interval} ${lookupKey ?? "without a key"}${takes ? ", taken" : ""}`,
        async (model, program) => {
          const caller = memberOf(model.tenants, target.caller);
          const product = productAt(model, target);
          const outcome = await callAs(program, caller, (bound) =>
            bound.createPrice(product.id, {
              currency: "usd",
              unitAmount: 2900,
              recurring: { interval },
              ...(lookupKey !== undefined && { lookupKey, transferLookupKey: takes }),
            }),
          );
          const holder = model.products
            .flatMap(({ prices }) => prices)
            .find(
              (one) => owns(caller, one.product) && lookupKey !== undefined && one.lookupKey === lookupKey,
            );
          const isTaken: Refusal = holder !== undefined && !takes ? "conflict" : undefined;
          const refusal = ifNotChanged(caller, { product }) ?? (product.active ? isTaken : "conflict");
          if (expectRefusal(outcome, refusal)) return;
          if (holder !== undefined) holder.lookupKey = null;
          const { id } = outcome.result;
          const price: PriceModel = { id, product, interval, active: true, lookupKey: lookupKey ?? null };
          product.prices.push(price);
          program.owners.claim(caller.tenantId, id);
          expectPrice(outcome.result, price);
        },
      ),
    ),
  replacePrice: fc.tuple(aim, fc.integer({ min: 1, max: 2 })).map(([target, unitAmount]) =>
    command(`replacePrice ${describe(target)} by ${unitAmount}`, async (model, program) => {
      const caller = memberOf(model.tenants, target.caller);
      const price = priceAt(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.replacePrice(price.id, { unitAmount }));
      const said = `${price.id} ${unitAmount}`;
      const before = caller.replacements.get(said);
      const isLast = before === undefined ? price.product.active : before.active;
      // Even where the same replacement is archived since, it has the key.
      if (before !== undefined && owns(caller, price.product)) moveLookupKey(price, before);
      if (expectRefusal(outcome, ifNotChanged(caller, price) ?? (isLast ? undefined : "conflict"))) return;
      const { id } = outcome.result;
      if (before === undefined) {
        const { product, interval } = price;
        const made: PriceModel = { id, product, interval, active: true, lookupKey: null };
        product.prices.push(made);
        caller.replacements.set(said, made);
        program.owners.claim(caller.tenantId, id);
        moveLookupKey(price, made);
      }
      const { product } = price;
      const made = caller.replacements.get(said) ?? price;
      if (product.defaultPrice === price) product.defaultPrice = made;
      price.active = false;
      expectPrice(outcome.result, made);
    }),
  ),
  archivePrice: aim.map((target) =>
    command(`archivePrice ${describe(target)}`, async (model, program) => {
      const caller = memberOf(model.tenants, target.caller);
      const price = priceAt(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.archivePrice(price.id));
      const isDefault = price.active && price.product.defaultPrice === price;
      if (expectRefusal(outcome, ifNotChanged(caller, price) ?? (isDefault ? "conflict" : undefined))) return;
      price.active = false;
      expectPrice(outcome.result, price);
    }),
  ),
  setDefaultPrice: aim.map((target) =>
    command(`setDefaultPrice ${describe(target)}`, async (model, program) => {
      const caller = memberOf(model.tenants, target.caller);
      const price = priceAt(model, target);
      const { product } = price;
      const outcome = await callAs(program, caller, (bound) => bound.setDefaultPrice(price.id));
      const isRefused = product.defaultPrice !== price && !price.active;
      if (expectRefusal(outcome, ifNotChanged(caller, price) ?? (isRefused ? "conflict" : undefined))) return;
      product.defaultPrice = price;
      expect(outcome.result).toMatchObject({ id: product.id, defaultPrice: { id: price.id } });
    }),
  ),
};

/** What is somebody else's, or shared by all, is not found to be changed. */
function ifNotChanged(caller: TenantModel, { product }: Pick<PriceModel, "product">): Refusal {
  return owns(caller, product) ? undefined : "not_found";
}

function moveLookupKey(from: PriceModel, to: PriceModel): void {
  if (from.lookupKey === null) return;
  to.lookupKey = from.lookupKey;
  from.lookupKey = null;
}

function expectPrice(view: unknown, { id, product, active, lookupKey }: PriceModel): void {
  expect(view).toMatchObject({ id, productId: product.id, active, lookupKey });
}
