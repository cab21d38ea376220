import fc from "fast-check";
import { expect } from "vitest";
import { EVENT_NAME } from "../../stripe-world.js";
import { isSubscribedTo } from "./model.js";
import { callAs } from "./program.js";
import {
  aim,
  type Commands,
  command,
  describe,
  expectForeign,
  expectRefusal,
  ifForeign,
  memberOf,
  resolve,
  twoAims,
} from "./step.js";

/** What customers may use, and what they have used. */
export const USAGE_COMMANDS: Commands<"listEntitlements" | "hasEntitlement" | "reportUsage"> = {
  listEntitlements: aim.map((target) =>
    command(`listEntitlements ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.listEntitlements(owner.customerId));
      if (expectForeign(outcome, caller, owner)) return;
      const isEntitled = isSubscribedTo(owner, owner.featured);
      expect(outcome.result.map(({ lookupKey }) => lookupKey)).toEqual(isEntitled ? [owner.lookupKey] : []);
    }),
  ),
  hasEntitlement: twoAims.map(([target, feature]) =>
    command(`hasEntitlement ${describe(target)}, feature of ${feature.owner}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const { lookupKey } = memberOf(model.tenants, feature.owner);
      const outcome = await callAs(program, caller, (bound) =>
        bound.hasEntitlement(owner.customerId, lookupKey),
      );
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toBe(lookupKey === owner.lookupKey && isSubscribedTo(owner, owner.featured));
    }),
  ),
  // Few identifiers, the same for all.
  reportUsage: fc
    .tuple(aim, fc.constantFrom("use 1", "use 2"), fc.integer({ min: 1, max: 2 }))
    .map(([target, identifier, value]) =>
      command(`reportUsage ${describe(target)} ${identifier} of ${value}`, async (model, program) => {
        const { caller, owner } = resolve(model, target);
        const outcome = await callAs(program, caller, (bound) =>
          bound.reportUsage(owner.customerId, { eventName: EVENT_NAME, identifier, value }),
        );
        const isOther = (owner.usage.get(identifier) ?? value) !== value;
        if (expectRefusal(outcome, ifForeign(caller, owner) ?? (isOther ? "conflict" : undefined))) return;
        owner.usage.set(identifier, value);
        expect(outcome.result).toMatchObject({ customerId: owner.customerId, identifier, value });
      }),
    ),
};
