import fc from "fast-check";
import { expect } from "vitest";
import { owns, type PriceModel, type ProductModel, sees } from "./model.js";
import { callAs, type Program } from "./program.js";
import {
  accountOptions,
  aim,
  type Command,
  type Commands,
  command,
  describe,
  expectRefusal,
  index,
  memberOf,
  productAt,
  tenant,
} from "./step.js";

type Method = "listTenantProducts" | "getProduct" | "createProduct" | "updateProduct" | "archiveProduct";

/** Products of the caller's, of others, of everyone and of nobody. */
export const PRODUCT_COMMANDS: Commands<Method> = {
  listTenantProducts: fc.tuple(tenant, fc.constantFrom(true, false, "all" as const)).map(([at, active]) =>
    command(`listTenantProducts by ${at} ${active}`, async (model, program) => {
      const caller = memberOf(model.tenants, at);
      const outcome = await callAs(program, caller, async (bound) => {
        const views: { id: string; shared: boolean }[] = [];
        for await (const { id, shared } of bound.listTenantProducts({ active, limit: 3 }))
          views.push({ id, shared });
        return views;
      });
      if (expectRefusal(outcome)) return;
      const seen = model.products.filter(
        (product) => sees(caller, product) && (active === "all" || product.active === active),
      );
      expect(outcome.result).toEqual(seen.map(({ id, mark }) => ({ id, shared: mark === "*" })).reverse());
    }),
  ),
  getProduct: aim.map((target) =>
    command(`getProduct ${describe(target)}`, async (model, program) => {
      const caller = memberOf(model.tenants, target.caller);
      const product = productAt(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.getProduct(product.id));
      if (expectRefusal(outcome, sees(caller, product) ? undefined : "not_found")) return;
      expectProduct(outcome.result, product);
    }),
  ),
  // Few keys, the same for all.
  createProduct: fc.tuple(tenant, fc.nat({ max: 1 }), fc.boolean()).map(([at, label, isKeyed]) =>
    command(`createProduct by ${at} ${label}${isKeyed ? " with a key" : ""}`, async (model, program) => {
      const caller = memberOf(model.tenants, at);
      const name = `${caller.tenantId} product ${label}`;
      const outcome = await callAs(program, caller, (bound) =>
        bound.createProduct({
          name,
          price: { currency: "usd", unitAmount: 1900, recurring: { interval: "month" } },
          ...(isKeyed && { idempotencyKey: "one key for all" }),
        }),
      );
      const before = isKeyed ? caller.keys.get("createProduct") : undefined;
      const isOther = before !== undefined && before.words !== name;
      if (expectRefusal(outcome, isOther ? "conflict" : undefined)) return;
      const { id, defaultPrice } = outcome.result;
      if (before !== undefined) {
        expect(id).toBe(before.id);
        return;
      }
      if (isKeyed) caller.keys.set("createProduct", { words: name, id });
      const product = newProduct({ id, mark: caller.tenantId, name }, defaultPrice?.id ?? "");
      model.products.push(product);
      claimProduct(program, product);
      expectProduct(outcome.result, product);
    }),
  ),
  updateProduct: fc.tuple(aim, fc.nat({ max: 3 }), fc.option(fc.boolean())).map(([target, label, active]) =>
    command(`updateProduct ${describe(target)} ${label} ${active ?? "as it is"}`, async (model, program) => {
      const caller = memberOf(model.tenants, target.caller);
      const product = productAt(model, target);
      const change = { name: `${caller.tenantId} ${label}`, ...(active !== null && { active }) };
      const outcome = await callAs(program, caller, (bound) => bound.updateProduct(product.id, change));
      if (expectRefusal(outcome, owns(caller, product) ? undefined : "not_found")) return;
      Object.assign(product, change);
      expectProduct(outcome.result, product);
    }),
  ),
  archiveProduct: aim.map((target) =>
    command(`archiveProduct ${describe(target)}`, async (model, program) => {
      const caller = memberOf(model.tenants, target.caller);
      const product = productAt(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.archiveProduct(product.id));
      if (expectRefusal(outcome, owns(caller, product) ? undefined : "not_found")) return;
      product.active = false;
      expectProduct(outcome.result, product);
    }),
  ),
};

export const PRODUCT_STEPS: readonly fc.Arbitrary<Command>[] = [
  fc.tuple(tenant, fc.constantFrom("own", "everyone", "nobody")).map(([at, whose]) =>
    command(`Stripe: a new product of ${whose} ${at}`, async ({ tenants, products }, program) => {
      const { realm } = program;
      const { tenantId } = memberOf(tenants, at);
      const account = realm.accountOf(tenantId);
      // In an account of the tenant's own, everything is the tenant's.
      const mark = account !== undefined || whose === "own" ? tenantId : { everyone: "*", nobody: "" }[whose];
      const name = `product of ${whose}`;
      const { id, default_price: price } = await realm.backdoor.products.create(
        {
          name,
          metadata: realm.markKey === undefined ? {} : { [realm.markKey]: mark ?? "" },
          default_price_data: { currency: "usd", unit_amount: 900, recurring: { interval: "month" } },
        },
        accountOptions(account),
      );
      const product = newProduct({ id, mark: mark ?? "", name }, typeof price === "string" ? price : "");
      products.push(product);
      if (mark === tenantId) claimProduct(program, product);
    }),
  ),
  fc.tuple(tenant, index, fc.boolean()).map(([at, nth, active]) =>
    command(
      `Stripe: product ${nth} of ${at} becomes ${active ? "active" : "archived"}`,
      async ({ tenants, products }, { realm }) => {
        const member = memberOf(tenants, at);
        const own = products.filter((product) => owns(member, product));
        const product = memberOf(own, nth);
        await realm.backdoor.products.update(
          product.id,
          { active },
          accountOptions(realm.accountOf(member.tenantId)),
        );
        product.active = active;
      },
    ),
  ),
];

function newProduct(named: Pick<ProductModel, "id" | "mark" | "name">, priceId: string): ProductModel {
  const prices: PriceModel[] = [];
  const product: ProductModel = { ...named, prices, active: true, defaultPrice: undefined };
  const price: PriceModel = { id: priceId, product, interval: "month", active: true, lookupKey: null };
  prices.push(price);
  product.defaultPrice = price;
  return product;
}

function claimProduct({ owners }: Program, { id, mark, prices }: ProductModel): void {
  owners.claim(mark, [id, ...prices.map((price) => price.id)].join(" "));
}

function expectProduct(
  view: Awaited<ReturnType<Program["billing"]["getProduct"]>>,
  product: ProductModel,
): void {
  const { id, name, active, mark, defaultPrice, prices } = product;
  expect(view).toMatchObject({
    id,
    name,
    active,
    shared: mark === "*",
    defaultPrice: { id: defaultPrice?.id },
  });
  expect(view.prices.map((price) => price.id).sort()).toEqual(
    prices.flatMap((price) => (price.active ? price.id : [])).sort(),
  );
}
