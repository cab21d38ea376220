import fc from "fast-check";
import { expect } from "vitest";
import { callAs } from "./program.js";
import { aim, type Commands, command, describe, expectForeign, memberOf, resolve } from "./step.js";

/** The numbers that customers give, of which there are few, the same for all. */
export const TAX_ID_COMMANDS: Commands<"createTaxId" | "deleteTaxId" | "listTaxIds"> = {
  createTaxId: fc.tuple(aim, fc.nat({ max: 2 })).map(([target, digit]) =>
    command(`createTaxId ${describe(target)} ${digit}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const wanted = { type: "eu_vat", value: `DE12345678${digit}` };
      const outcome = await callAs(program, caller, (bound) => bound.createTaxId(owner.customerId, wanted));
      if (expectForeign(outcome, caller, owner)) return;
      const { id } = outcome.result;
      const same = owner.taxIds.find(({ value }) => value === wanted.value);
      expect(outcome.result).toMatchObject({ customerId: owner.customerId, ...wanted, ...same });
      if (same !== undefined) return;
      program.owners.claim(owner.tenantId, id);
      owner.taxIds.push({ id, ...wanted });
    }),
  ),
  listTaxIds: aim.map((target) =>
    command(`listTaxIds ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const outcome = await callAs(program, caller, (bound) => bound.listTaxIds(owner.customerId));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result.map(({ id }) => id).reverse()).toEqual(owner.taxIds.map(({ id }) => id));
    }),
  ),
  deleteTaxId: aim.map((target) =>
    command(`deleteTaxId ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      if (owner.taxIds.length === 0) return;
      const taxId = memberOf(owner.taxIds, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.deleteTaxId(taxId.id));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toEqual({ id: taxId.id, deleted: true });
      owner.taxIds.splice(owner.taxIds.indexOf(taxId), 1);
    }),
  ),
};
