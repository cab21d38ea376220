import { inspect } from "node:util";
import type Stripe from "stripe";
import { connectTenancy } from "../../../src/index.js";
import { clientThat } from "../intercepted-client.js";
import { idPlaces } from "../method-row.js";
import type { Attack, Case, Siege } from "../siege.js";
import type { IdName, TenantIds } from "../tenants.js";

/** Stripe's metadata and the authority name different tenants, or metadata names none any more. */
export const divergingMark: Attack = async function* (siege) {
  const { a, b, realm, target } = siege;
  const other = await siege.newTenant();
  const own = other.tenantId;
  const askedBy = (caller: TenantIds): Case => ({
    name: `asked by ${caller === other ? "its owner" : "another"}`,
    caller,
    act: () => siege.callFor(other, { tenantId: caller.tenantId }),
    refusedAs: ["not_found"],
    sends: "reads",
  });
  if (realm.name === "connectTenancy") {
    await mark(siege, other, a.tenantId);
    yield askedBy(a);
    return;
  }
  if (realm.name === "directoryTenancy" && !bearsMark(target.takes)) {
    await mark(siege, other, a.tenantId);
    for (const caller of [a, other]) {
      const { audits } = yield askedBy(caller);
      const conflict = { type: "ownership_conflict", tenantId: caller.tenantId };
      if (!inspect(audits).includes(inspect(conflict).slice(2, 28)))
        throw new Error(`heard ${inspect(audits)}`);
    }
    await mark(siege, other, "");
    yield { ...askedBy(other), refusedAs: [], sends: "writes" };
    return;
  }
  const marks = ["", b.tenantId, own.toUpperCase(), `${own} `, `${own}x`, own.slice(0, -1)];
  for (const text of bearsMark(target.takes) ? marks : [...marks, "*"]) {
    await mark(siege, other, text);
    const asked = askedBy(other);
    yield { ...asked, name: `${asked.name}, marked ${JSON.stringify(text)}`, brings: [text] };
  }
};

/** A tenant that has nothing, so that a filter might be left out. */
export const emptyTenant: Attack = async function* ({ b, realm, target, callFor }) {
  const nobody = "nobody-yet";
  for (const [name, objectId] of [
    ["no id", undefined],
    ["null", null],
    ["an empty id", ""],
    ["B's id", b.customerId],
  ] as const) {
    yield {
      name,
      act: () => callFor(b, { tenantId: nobody, objectId }),
      refusedAs: ["invalid_argument", "not_found", "account_mismatch"],
      mayAlsoSucceed: target.takes === undefined && realm.name !== "connectTenancy",
      sends: "reads",
    };
  }
};

/** What the service remembers of B, and what a caller does to the results it was given. */
export const poisonedMemory: Attack = async function* (siege) {
  const { a, realm, target } = siege;
  const billing = realm.service();
  const b = await siege.caller("victim");
  yield { ...valid(siege, b), act: () => siege.callFor(b, { billing }) };
  if (target.takes !== undefined) {
    const objectId = siege.objectIdOf(b);
    yield {
      name: "B's id, while its proof is remembered",
      act: () => siege.call({ billing, objectId }),
      refusedAs: ["not_found"],
      sends: "reads",
    };
    for (const tenantId of [
      `${a.tenantId}:${b.tenantId}`,
      `${b.tenantId}:`,
      `${b.tenantId}.`,
      b.tenantId.toUpperCase(),
    ]) {
      yield {
        name: `B's id for ${tenantId}`,
        act: () => siege.callFor(b, { billing, tenantId }),
        refusedAs: ["not_found", "account_mismatch"],
        sends: "reads",
        brings: [tenantId],
      };
    }
  }
  const own = await siege.caller("other");
  const { result } = yield { ...valid(siege, own), act: () => siege.callFor(own, { billing }), caller: own };
  const before = inspect(result, { depth: 10 });
  for (const [path, object] of thawed(result))
    throw new Error(`${path} of the result is not frozen: ${inspect(object)}`);
  overwrite(result);
  if (inspect(result, { depth: 10 }) !== before) throw new Error("the result could be changed");
};

/** The owner, or what the caller says, changes between the check and the use. */
export const changeInBetween: Attack = async function* (siege) {
  const { a, b, realm, target } = siege;
  if (target.takes !== undefined && realm.markKey !== undefined) {
    const other = await siege.newTenant();
    let reads = 0;
    const stripe = clientThat(realm.world.local, async (request, send) => {
      const answer = await send();
      if (request.method === "GET" && reads++ === 0) await mark(siege, other, b.tenantId);
      return answer;
    });
    yield {
      name: "the mark becomes B's after it was read",
      act: () => siege.callFor(other, { billing: realm.service({ stripe }) }),
      caller: other,
      // Of several writes, a later one may be refused, and the error says what was done before.
      refusedAs: ["not_found", "isolation", "indeterminate"],
      mayAlsoSucceed: true,
      sends: "writes",
    };
    yield {
      name: "the next call",
      act: () => siege.callFor(other),
      caller: other,
      refusedAs: ["not_found"],
      sends: "reads",
    };
  }
  const accounts = [realm.accountOf(a.tenantId), realm.accountOf(b.tenantId)];
  if (accounts[0] !== undefined) {
    let asked = 0;
    const tenancy = connectTenancy({
      accountOf: () => accounts[Math.min(asked++, 1)],
      tenantOf: () => a.tenantId,
    });
    yield {
      name: "the directory names B's account from the second question on",
      act: () => siege.call({ billing: realm.service({ tenancy }) }),
      refusedAs: ["account_mismatch"],
      mayAlsoSucceed: true,
      sends: "writes",
    };
  }
  for (const { option, holds, put } of idPlaces(target)) {
    let reads = 0;
    const options = Object.defineProperty({ ...siege.validOptions(a) }, option, {
      enumerable: true,
      get: () => put((reads++ === 0 ? a : b)[holds], a),
    });
    yield {
      name: `${option} names B's from the second look on`,
      act: () => siege.call({ options }),
      refusedAs: ["not_found", "invalid_argument", "conflict", "portal_not_configured"],
      mayAlsoSucceed: true,
      sends: "writes",
    };
  }
};

/** A customer that was deleted, and one with A's e-mail. */
export const goneOrNamesake: Attack = async function* (siege) {
  const { realm, target } = siege;
  if (target.takes !== undefined && !bearsMark(target.takes)) {
    const gone = await siege.newTenant();
    await realm.backdoor.customers.del(gone.customerId, {}, accountOptions(siege, gone));
    yield {
      name: "a deleted customer's",
      act: () => siege.callFor(gone),
      caller: gone,
      refusedAs: ["not_found"],
      sends: "reads",
    };
  }
  yield valid(siege, await siege.caller("namesake"));
};

function valid(siege: Siege, tenant: TenantIds): Case {
  return { name: "an own call", act: () => siege.callFor(tenant), caller: tenant, sends: "writes" };
}

async function mark(siege: Siege, tenant: TenantIds, tenantId: string): Promise<void> {
  const { realm, target } = siege;
  const marked = { metadata: { [realm.markKey ?? "tenantId"]: tenantId } };
  await MARKED[markedKind(target.takes)](realm.backdoor, tenant, marked, accountOptions(siege, tenant));
}

function accountOptions({ realm }: Siege, { tenantId }: TenantIds): { stripeAccount?: string } {
  const stripeAccount = realm.accountOf(tenantId);
  return stripeAccount === undefined ? {} : { stripeAccount };
}

/** What carries the mark of an object, and how it is marked. */
const MARKED = {
  customer: ({ customers }: Stripe, { customerId }: TenantIds, marked: Mark, options: Account) =>
    customers.update(customerId, marked, options),
  product: ({ products }: Stripe, { productId }: TenantIds, marked: Mark, options: Account) =>
    products.update(productId, marked, options),
  coupon: ({ coupons }: Stripe, { couponId }: TenantIds, marked: Mark, options: Account) =>
    coupons.update(couponId, marked, options),
  promotionCode: (
    { promotionCodes }: Stripe,
    { promotionCodeId }: TenantIds,
    marked: Mark,
    options: Account,
  ) => promotionCodes.update(promotionCodeId, marked, options),
};

type Mark = { readonly metadata: Record<string, string> };
type Account = { readonly stripeAccount?: string };

function markedKind(name: IdName | undefined): keyof typeof MARKED {
  if (name === "couponId") return "coupon";
  if (name === "promotionCodeId") return "promotionCode";
  return name === "productId" || name === "priceId" || name === "otherPriceId" ? "product" : "customer";
}

/** Whether an object is whose its own mark says, and not its customer's. */
function bearsMark(name: IdName | undefined): boolean {
  return markedKind(name) !== "customer";
}

/** Every object in a result that could still be changed. Dates cannot be frozen, and are copies. */
function* thawed(value: unknown, path = "result"): Generator<[string, object]> {
  if (typeof value !== "object" || value === null || value instanceof Date) return;
  if (!Object.isFrozen(value)) yield [path, value];
  for (const [name, part] of Object.entries(value)) yield* thawed(part, `${path}.${name}`);
}

function overwrite(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, part] of Object.entries(value)) {
    overwrite(part);
    Reflect.set(value, name, "overwritten");
  }
}
