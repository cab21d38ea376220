import type fc from "fast-check";
import { expect } from "vitest";
import { callAs } from "./program.js";
import {
  accountOptions,
  aim,
  type Command,
  command,
  describe,
  expectForeign,
  memberOf,
  resolve,
  tenant,
} from "./step.js";

/** What is billed, and what it is paid with. */
export const PAYMENT_COMMANDS: fc.Arbitrary<Command>[] = [
  aim.map((target) =>
    command(`getInvoice ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const invoiceId = memberOf(owner.invoiceIds, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.getInvoice(invoiceId));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toMatchObject({ id: invoiceId, customerId: owner.customerId });
    }),
  ),
  aim.map((target) =>
    command(`listInvoices ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const outcome = await callAs(program, caller, async (bound) => {
        const ids: string[] = [];
        for await (const { id } of bound.listInvoices(owner.customerId, { limit: 2 })) ids.push(id);
        return ids;
      });
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result.reverse()).toEqual(owner.invoiceIds);
    }),
  ),
  aim.map((target) =>
    command(`listPaymentMethods ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const outcome = await callAs(program, caller, async (bound) => {
        const views: [string, boolean][] = [];
        for await (const { id, isDefault } of bound.listPaymentMethods(owner.customerId, { limit: 2 }))
          views.push([id, isDefault]);
        return views;
      });
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result.reverse()).toEqual(
        owner.paymentMethodIds.map((id) => [id, id === owner.defaultPaymentMethodId]),
      );
    }),
  ),
  aim.map((target) =>
    command(`setDefaultPaymentMethod ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      if (owner.paymentMethodIds.length === 0) return;
      const methodId = memberOf(owner.paymentMethodIds, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.setDefaultPaymentMethod(methodId));
      if (expectForeign(outcome, caller, owner)) return;
      owner.defaultPaymentMethodId = methodId;
      expect(outcome.result).toMatchObject({ id: methodId, customerId: owner.customerId, isDefault: true });
    }),
  ),
  aim.map((target) =>
    command(`detachPaymentMethod ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      if (owner.paymentMethodIds.length === 0) return;
      const methodId = memberOf(owner.paymentMethodIds, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.detachPaymentMethod(methodId));
      const isCharged =
        methodId === owner.defaultPaymentMethodId && owner.subscriptions.some(({ ended }) => !ended);
      if (caller === owner && isCharged) {
        expect(outcome).toEqual({ refusedAs: "conflict" });
        return;
      }
      if (expectForeign(outcome, caller, owner)) return;
      owner.paymentMethodIds.splice(owner.paymentMethodIds.indexOf(methodId), 1);
      if (owner.defaultPaymentMethodId === methodId) owner.defaultPaymentMethodId = null;
    }),
  ),
  tenant.map((at) =>
    command(`Stripe: a new card of ${at}`, async ({ tenants }, { realm, owners }) => {
      const owner = memberOf(tenants, at);
      const { id } = await realm.backdoor.paymentMethods.attach(
        "pm_card_visa",
        { customer: owner.customerId },
        accountOptions(realm.accountOf(owner.tenantId)),
      );
      owners.claim(owner.tenantId, id);
      owner.paymentMethodIds.push(id);
    }),
  ),
];
