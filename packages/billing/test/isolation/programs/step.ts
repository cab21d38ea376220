import fc from "fast-check";
import { expect } from "vitest";
import type { Model, Program, SubscriptionModel, TenantModel } from "./program.js";

export type Command = fc.AsyncCommand<Model, Program>;

/** Who calls, and whose object is named: most often the caller's own. */
export interface Aim {
  readonly caller: number;
  readonly owner: number;
  readonly index: number;
}

export const tenant: fc.Arbitrary<number> = fc.nat({ max: 2 });
export const index: fc.Arbitrary<number> = fc.nat({ max: 5 });
export const aim: fc.Arbitrary<Aim> = fc
  .record({ caller: tenant, other: tenant, own: fc.integer({ min: 0, max: 9 }), index })
  .map(({ caller, other, own, index: at }) => ({ caller, owner: own < 6 ? caller : other, index: at }));

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

export function memberOf<T>(list: readonly T[], at: number): T {
  const member = list[at % list.length];
  if (member === undefined) throw new Error("The model has none of these.");
  return member;
}

type CallOutcome<T> = { readonly result: T } | { readonly refusedAs: string };

/** Whether the call was about somebody else's object; then it must have been refused, else it must not. */
export function expectForeign<T>(
  outcome: CallOutcome<T>,
  caller: TenantModel,
  owner: TenantModel,
): outcome is { readonly refusedAs: string } {
  if (caller !== owner) expect(outcome).toEqual({ refusedAs: "not_found" });
  else if ("refusedAs" in outcome) throw new Error(`the own call was refused as ${outcome.refusedAs}`);
  return caller !== owner;
}

export function accountOptions(stripeAccount: string | undefined): { stripeAccount?: string } {
  return stripeAccount === undefined ? {} : { stripeAccount };
}
