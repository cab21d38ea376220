import fc from "fast-check";
import { expect } from "vitest";
import type { CustomerModel } from "./model.js";
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
  tenant,
} from "./step.js";

/** Customers by their ids, and by references of which there are few, the same for all. */
export const CUSTOMER_COMMANDS: Commands<
  "deleteCustomer" | "ensureCustomer" | "getCustomer" | "updateCustomer"
> = {
  ensureCustomer: fc
    .tuple(tenant, fc.constantFrom("workspace-1", "workspace-2"), fc.option(fc.nat({ max: 3 })))
    .map(([at, reference, label]) =>
      command(`ensureCustomer by ${at} ${reference} ${label ?? "as it is"}`, async (model, program) => {
        const caller = memberOf(model.tenants, at);
        const details = label === null ? {} : { name: `${caller.tenantId} ${label}` };
        const outcome = await callAs(program, caller, (bound) =>
          bound.ensureCustomer({ reference, ...details }),
        );
        if (expectRefusal(outcome)) return;
        const { id } = outcome.result;
        const known = caller.customers.find((one) => one.reference === reference);
        const customer: CustomerModel = known ?? { id, reference, name: null };
        if (known === undefined) {
          program.owners.claim(caller.tenantId, id);
          caller.customers.push(customer);
        }
        Object.assign(customer, details);
        expect(outcome.result).toMatchObject({ ...customer });
      }),
    ),
  deleteCustomer: aim.map((target) =>
    command(`deleteCustomer ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const customer = memberOf(owner.customers, target.index);
      const isSubscribed =
        customer.id === owner.customerId && owner.subscriptions.some(({ ended }) => !ended);
      // The one that is billed is what most of the model hangs on.
      if (customer.id === owner.customerId && !isSubscribed) return;
      const outcome = await callAs(program, caller, (bound) => bound.deleteCustomer(customer.id));
      const refusal = ifForeign(caller, owner) ?? (isSubscribed ? "conflict" : undefined);
      if (expectRefusal(outcome, refusal)) return;
      owner.customers.splice(owner.customers.indexOf(customer), 1);
    }),
  ),
  getCustomer: aim.map((target) =>
    command(`getCustomer ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const customer = memberOf(owner.customers, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.getCustomer(customer.id));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toMatchObject({ ...customer });
    }),
  ),
  updateCustomer: fc.tuple(aim, fc.nat({ max: 3 })).map(([target, label]) =>
    command(`updateCustomer ${describe(target)} ${label}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const customer = memberOf(owner.customers, target.index);
      const name = `${caller.tenantId} ${label}`;
      const outcome = await callAs(program, caller, (bound) => bound.updateCustomer(customer.id, { name }));
      if (expectForeign(outcome, caller, owner)) return;
      customer.name = name;
      expect(outcome.result).toMatchObject({ ...customer });
    }),
  ),
};
