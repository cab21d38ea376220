import fc from "fast-check";
import { expect } from "vitest";
import type { TenantMethod } from "../../public-methods.js";
import {
  isForSale,
  type Model,
  type PriceModel,
  type ProductModel,
  type SubscriptionModel,
  sees,
  type TenantModel,
} from "./model.js";
import type { Outcome, Program } from "./program.js";

export type Command = fc.AsyncCommand<Model, Program>;

/** The commands that call each method. */
export type Commands<M extends TenantMethod> = Readonly<Record<M, fc.Arbitrary<Command>>>;

/** Who calls, and whose object is named: most often the caller's own. */
export interface Aim {
  readonly caller: number;
  readonly owner: number;
  readonly index: number;
}

export const tenant: fc.Arbitrary<number> = fc.nat({ max: 2 });
export const index: fc.Arbitrary<number> = fc.nat({ max: 11 });
export const aim: fc.Arbitrary<Aim> = fc
  .record({ caller: tenant, other: tenant, own: fc.integer({ min: 0, max: 9 }), index })
  .map(({ caller, other, own, index: at }) => ({ caller, owner: own < 6 ? caller : other, index: at }));

/** For a call that names two objects, each of them the caller's own or another's. */
export const twoAims: fc.Arbitrary<readonly [Aim, Aim]> = fc
  .tuple(aim, aim)
  .map(([first, second]) => [first, inCallOf(first, second)]);

/** Puts an aim into a call of another's: what was its caller's own is that one's own. */
export function inCallOf({ caller }: Aim, { owner, ...other }: Aim): Aim {
  return { ...other, caller, owner: owner === other.caller ? caller : owner };
}

export function command(name: string, run: (model: Model, program: Program) => Promise<void>): Command {
  return { check: () => true, run, toString: () => name };
}

export function describe({ caller, owner, index: at }: Aim): string {
  return `by ${caller} of ${owner}'s ${at}`;
}

/** Whom and what an aim names. */
export function resolve(
  { tenants }: Model,
  { caller, owner, index: at }: Aim,
): {
  readonly caller: TenantModel;
  readonly owner: TenantModel;
  readonly subscription: SubscriptionModel;
} {
  const named = memberOf(tenants, owner);
  return { caller: memberOf(tenants, caller), owner: named, subscription: memberOf(named.subscriptions, at) };
}

/** A product of the tenant's that is aimed at, or one that is everyone's or nobody's. */
export function productAt({ tenants, products }: Model, { owner, index: at }: Aim): ProductModel {
  const { tenantId } = memberOf(tenants, owner);
  return memberOf(
    products.filter(({ mark }) => [tenantId, "*", ""].includes(mark)),
    at,
  );
}

/** A price of such a product. */
export function priceAt({ tenants, products }: Model, { owner, index: at }: Aim): PriceModel {
  const { tenantId } = memberOf(tenants, owner);
  return memberOf(
    products.flatMap(({ mark, prices }) => ([tenantId, "*", ""].includes(mark) ? prices : [])),
    at,
  );
}

export function memberOf<T>(list: readonly T[], at: number): T {
  const member = list[at % list.length];
  if (member === undefined) throw new Error("The model has none of these.");
  return member;
}

/** Why a call must be refused; undefined where nothing speaks against it. */
export type Refusal = "not_found" | "conflict" | undefined;

/** What is somebody else's is not found. */
export function ifForeign(caller: TenantModel, owner: TenantModel): Refusal {
  return caller === owner ? undefined : "not_found";
}

export function ifNotSold(caller: TenantModel, price: PriceModel): Refusal {
  if (!sees(caller, price.product)) return "not_found";
  return isForSale(price) ? undefined : "conflict";
}

/** Whether the call was refused, as it must have been for one of the reasons, and must not where there is none. */
export function expectRefusal<T>(
  outcome: Outcome<T>,
  ...reasons: readonly Refusal[]
): outcome is { readonly refusedAs: string } {
  const refusals = reasons.filter((reason) => reason !== undefined);
  const refusedAs = "refusedAs" in outcome ? outcome.refusedAs : "nothing";
  expect(refusals.length === 0 ? ["nothing"] : refusals, `refused as ${refusedAs}`).toContain(refusedAs);
  return "refusedAs" in outcome;
}

/** Whether the call was about somebody else's object; then it must have been refused, else it must not. */
export function expectForeign<T>(
  outcome: Outcome<T>,
  caller: TenantModel,
  owner: TenantModel,
): outcome is { readonly refusedAs: string } {
  return expectRefusal(outcome, ifForeign(caller, owner));
}

export function accountOptions(stripeAccount: string | undefined): { stripeAccount?: string } {
  return stripeAccount === undefined ? {} : { stripeAccount };
}
