import fc from "fast-check";
import { expect } from "vitest";
import { invoke, type Target } from "../method-row.js";
import { TARGETS } from "../rows.js";
import type { IdName, TenantIds } from "../tenants.js";
import { type Estate, newService, type OperatedProgram, observe, type Process } from "./program.js";

export interface OperatedStep {
  readonly run: (program: OperatedProgram) => Promise<void>;
  readonly toString: () => string;
}

/** What a customer takes along when it is given away. */
const CUSTOMERS_OWN: ReadonlySet<IdName | undefined> = new Set<IdName | undefined>([
  "checkoutSessionId",
  "customerId",
  "invoiceId",
  "paymentMethodId",
  "subscriptionId",
]);

const ABOUT_CUSTOMERS: readonly Target[] = TARGETS.filter(({ takes }) => CUSTOMERS_OWN.has(takes));

const who = fc.nat({ max: 2 });
const which = fc.nat({ max: 3 });
/** One process has most of the calls, so that it remembers something of most customers. */
const process = fc.constantFrom(0, 0, 0, 1, 2);
/** Who calls: most often whose it is, or was. */
const role = fc.constantFrom("owner", "owner", "former owner", "former owner", "anna", "bert", "carl");

/** The operator, whom a service hears of by a verified event or not at all. */
const give = fc
  .tuple(which, who, fc.boolean())
  .map(([estateAt, to, isTold]) =>
    step(
      `the operator gives ${estateAt} to ${to}${isTold ? ", and every process hears of it" : ""}`,
      (program) => giveAway(program, estateAt, to, isTold),
    ),
  );

const target = fc.constantFrom(...ABOUT_CUSTOMERS);

const call = fc
  .tuple(role, which, process, target)
  .map(([caller, estateAt, at, method]) =>
    step(`${method.name} by ${caller} of ${estateAt}'s in process ${at}`, (program) =>
      callAs(program, caller, estateAt, at, method),
    ),
  );

/** Where it matters most: a process has just seen whose a customer is, and is not told that this has changed. */
const handover = fc.tuple(which, who, process, target, target).map(([estateAt, to, at, before, after]) =>
  step(
    `${before.name} of ${estateAt}'s in process ${at}, which is given to ${to} then, and ${after.name} by the former owner`,
    async (program) => {
      await callAs(program, "owner", estateAt, at, before);
      await giveAway(program, estateAt, to, false);
      await callAs(program, "former owner", estateAt, at, after);
    },
  ),
);

async function giveAway(
  { estates, processes, realm, tenantIds }: OperatedProgram,
  estateAt: number,
  to: number,
  isTold: boolean,
): Promise<void> {
  const estate = memberOf(estates, estateAt);
  const next = memberOf(tenantIds, to);
  if (next !== estate.owner) estate.formerOwner = estate.owner;
  estate.owner = next;
  await realm.give(estate.customerId, estate.owner);
  if (!isTold) return;
  for (const { billing, remembered } of processes) {
    billing.forgetCustomer(estate.customerId);
    remembered.delete(estate.customerId);
  }
}

async function callAs(
  program: OperatedProgram,
  caller: string,
  estateAt: number,
  at: number,
  method: Target,
): Promise<void> {
  const estate = memberOf(program.estates, estateAt);
  const running = memberOf(program.processes, at);
  const tenantId = callerOf(program, caller, estate);
  if (estate.ids !== undefined) await callAbout(program, running, tenantId, method, estate, estate.ids);
}

function callerOf({ tenantIds }: OperatedProgram, caller: string, { owner, formerOwner }: Estate): string {
  if (caller === "owner") return owner;
  if (caller === "former owner") return formerOwner;
  return tenantIds.find((tenantId) => tenantId.startsWith(caller)) ?? owner;
}

async function callAbout(
  program: OperatedProgram,
  running: Process,
  tenantId: string,
  method: Target,
  { customerId, owner }: Estate,
  ids: TenantIds,
): Promise<void> {
  const { billing, remembered, rememberSeconds } = running;
  const own = { ...ids, tenantId };
  const objectId = (await method.renew?.(program.realm, own)) ?? own[method.takes ?? "customerId"];
  const options = { ...method.valid?.(own) };
  const { result, refusedAs, writes } = await observe(program, () =>
    invoke(method, { billing, tenantId, objectId, options }),
  );
  const isRefused = refusedAs !== undefined || method.tellsRefusal?.(result) === true;
  if (tenantId === owner) {
    expect(refusedAs, "the owner's own call").not.toBe("not_found");
    if (!isRefused && rememberSeconds > 0) rememberIn(remembered, customerId, tenantId);
    return;
  }
  program.refusals += 1;
  expect(writes, "writes to what is another tenant's").toEqual([]);
  const mayRead = method.does !== "write" && remembered.get(customerId)?.has(tenantId) === true;
  if (mayRead && !isRefused) return;
  expect(isRefused, `${method.name} of what is another tenant's`).toBe(true);
  if (refusedAs !== undefined) expect(refusedAs, `the refusal of ${method.name}`).toBe("not_found");
}

/** References, of which there are few, so that a customer who was given away is looked for again. */
const ensure = fc.tuple(who, fc.nat({ max: 1 }), process).map(([caller, reference, at]) =>
  step(`ensureCustomer by ${caller} of reference ${reference} in process ${at}`, async (program) => {
    const tenantId = memberOf(program.tenantIds, caller);
    const bound = memberOf(program.processes, at).billing.forTenant(tenantId);
    const { id } = await bound.ensureCustomer({ reference: `workspace-${reference}`, name: tenantId });
    const known = program.estates.find(({ customerId }) => customerId === id);
    expect(known?.owner ?? tenantId, "the owner of the customer that came back").toBe(tenantId);
    if (known === undefined)
      program.estates.push({ customerId: id, ids: undefined, owner: tenantId, formerOwner: tenantId });
  }),
);

const restart = process.map((at) =>
  step(`process ${at} starts anew`, async ({ processes, realm }) => {
    const running = memberOf(processes, at);
    running.billing = newService(realm, running.rememberSeconds);
    running.remembered.clear();
  }),
);

/** Weighed by how often they stand here. */
export const OPERATED_STEPS: readonly fc.Arbitrary<OperatedStep>[] = [
  call,
  call,
  call,
  handover,
  handover,
  give,
  ensure,
  restart,
];

function step(name: string, run: OperatedStep["run"]): OperatedStep {
  return { run, toString: () => name };
}

function rememberIn(remembered: Process["remembered"], customerId: string, tenantId: string): void {
  const tenants = remembered.get(customerId) ?? new Set();
  remembered.set(customerId, tenants.add(tenantId));
}

function memberOf<T>(list: readonly T[], at: number): T {
  const member = list[at % list.length];
  if (member === undefined) throw new Error("There are none of these.");
  return member;
}
