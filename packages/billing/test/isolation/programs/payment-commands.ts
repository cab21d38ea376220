import fc from "fast-check";
import { expect } from "vitest";
import { chargedOn } from "./model.js";
import { callAs } from "./program.js";
import {
  accountOptions,
  aim,
  type Command,
  type Commands,
  command,
  describe,
  expectForeign,
  expectRefusal,
  ifForeign,
  inCallOf,
  memberOf,
  resolve,
  tenant,
} from "./step.js";

type Method =
  | "getInvoice"
  | "listInvoices"
  | "payInvoice"
  | "voidInvoice"
  | "createRefund"
  | "getRefund"
  | "listRefunds"
  | "previewUpcomingInvoice"
  | "listPaymentMethods"
  | "setDefaultPaymentMethod"
  | "detachPaymentMethod";

/** What is billed, and what it is paid with. */
export const PAYMENT_COMMANDS: Commands<Method> = {
  getInvoice: aim.map((target) =>
    command(`getInvoice ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const invoiceId = memberOf(owner.invoiceIds, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.getInvoice(invoiceId));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toMatchObject({ id: invoiceId, customerId: owner.customerId });
    }),
  ),
  listInvoices: aim.map((target) =>
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
  payInvoice: aim.map((target) =>
    command(`payInvoice ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const invoiceId = memberOf(owner.invoiceIds, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.payInvoice(invoiceId));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toMatchObject({ id: invoiceId, status: "paid" });
    }),
  ),
  voidInvoice: aim.map((target) =>
    command(`voidInvoice ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const invoiceId = memberOf(owner.invoiceIds, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.voidInvoice(invoiceId));
      // All of them are paid.
      expectRefusal(outcome, ifForeign(caller, owner) ?? "conflict");
    }),
  ),
  createRefund: aim.map((target) =>
    command(`createRefund ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const { chargeId } = owner;
      const outcome = await callAs(program, caller, (bound) => bound.createRefund({ chargeId, amount: 1 }));
      if (expectForeign(outcome, caller, owner)) return;
      program.owners.claim(owner.tenantId, outcome.result.id);
      owner.refundIds.push(outcome.result.id);
    }),
  ),
  getRefund: aim.map((target) =>
    command(`getRefund ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const refundId = memberOf(owner.refundIds, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.getRefund(refundId));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toMatchObject({ id: refundId, chargeId: owner.chargeId });
    }),
  ),
  listRefunds: aim.map((target) =>
    command(`listRefunds ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const { chargeId } = owner;
      const outcome = await callAs(program, caller, (bound) => bound.listRefunds({ chargeId }));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result.map(({ id }) => id).reverse()).toEqual(owner.refundIds);
    }),
  ),
  previewUpcomingInvoice: fc.tuple(aim, fc.option(aim)).map(([target, billed]) => {
    const other = billed && inCallOf(target, billed);
    return command(
      `previewUpcomingInvoice ${describe(target)}${other ? ` of subscription ${describe(other)}` : ""}`,
      async (model, program) => {
        const { caller, owner } = resolve(model, target);
        const { owner: subscriber, subscription } = resolve(model, other ?? target);
        const options = other === null ? {} : { subscriptionId: subscription.id };
        const outcome = await callAs(program, caller, (bound) =>
          bound.previewUpcomingInvoice(owner.customerId, options),
        );
        if (expectRefusal(outcome, ifForeign(caller, owner) ?? ifForeign(caller, subscriber))) return;
        const { customerId, subscriptions } = owner;
        const candidates = (other === null ? subscriptions : [subscription]).filter(({ ended }) => !ended);
        const goesOn = candidates.some(({ cancels }) => cancels === "never");
        if (outcome.result === null) expect(goesOn).toBe(false);
        else {
          expect(outcome.result.customerId).toBe(customerId);
          expect(candidates.map(({ id }) => id)).toContain(outcome.result.subscriptionId);
        }
      },
    );
  }),
  listPaymentMethods: aim.map((target) =>
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
  setDefaultPaymentMethod: fc.tuple(aim, fc.option(aim)).map(([target, charged]) => {
    const other = charged && inCallOf(target, charged);
    return command(
      `setDefaultPaymentMethod ${describe(target)}${other ? `, for subscription ${describe(other)}` : ""}`,
      async (model, program) => {
        const { caller, owner } = resolve(model, target);
        if (owner.paymentMethodIds.length === 0) return;
        const methodId = memberOf(owner.paymentMethodIds, target.index);
        const { owner: subscriber, subscription } = resolve(model, other ?? target);
        const options = other === null ? {} : { subscriptionId: subscription.id };
        const outcome = await callAs(program, caller, (bound) =>
          bound.setDefaultPaymentMethod(methodId, options),
        );
        const isEnded = other !== null && subscription.ended;
        const refusal = ifForeign(caller, owner) ?? ifForeign(caller, subscriber);
        if (expectRefusal(outcome, refusal ?? (isEnded ? "conflict" : undefined))) return;
        if (other !== null) subscription.paymentMethodId = methodId;
        owner.defaultPaymentMethodId = methodId;
        expect(outcome.result).toMatchObject({ id: methodId, customerId: owner.customerId, isDefault: true });
      },
    );
  }),
  detachPaymentMethod: aim.map((target) =>
    command(`detachPaymentMethod ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      if (owner.paymentMethodIds.length === 0) return;
      const methodId = memberOf(owner.paymentMethodIds, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.detachPaymentMethod(methodId));
      const isCharged = owner.subscriptions.some((one) => !one.ended && chargedOn(owner, one) === methodId);
      if (expectRefusal(outcome, ifForeign(caller, owner) ?? (isCharged ? "conflict" : undefined))) return;
      owner.paymentMethodIds.splice(owner.paymentMethodIds.indexOf(methodId), 1);
      if (owner.defaultPaymentMethodId === methodId) owner.defaultPaymentMethodId = null;
      // Only what has ended can have been charged on it.
      for (const one of owner.subscriptions) if (one.paymentMethodId === methodId) one.paymentMethodId = null;
    }),
  ),
};

export const PAYMENT_STEPS: readonly fc.Arbitrary<Command>[] = [
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
