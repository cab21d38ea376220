import { inspect } from "node:util";
import { expect } from "vitest";
import { isBillingError, type StripeBillingService } from "../../../src/index.js";
import { hostileTexts, hostileValues } from "../hostile-values.js";
import { idPlaces } from "../method-row.js";
import type { Attack, Case, Outcome, Siege } from "../siege.js";
import { type IdName, missingId, prefixOf, TENANT_OBJECTS, type TenantIds } from "../tenants.js";

/** An id of B's and one that nobody has are answered alike, down to the last byte and request. */
export const foreignId: Attack = async function* (siege) {
  const { realm, target, a, objectIdOf, callFor } = siege;
  const victims = {
    "the victim's": await siege.caller("victim"),
    "a namesake's": await siege.caller("namesake"),
    "an ended one": await siege.caller("ended"),
  };
  const services = { cold: () => realm.service(), warm: () => warm };
  const warm = realm.service();
  for (const tenant of [a, ...Object.values(victims)]) {
    await callFor(tenant, { billing: warm }).then(undefined, expectRefusal);
  }
  // Neighbours, who call what only reads, are looked at after all attacks.
  const looked = target.does === "write" ? Object.values(victims) : [];
  const portraits = () => Promise.all(looked.map((tenant) => realm.portraitOf(tenant)));
  const before = await portraits();

  const missing = missingId(objectIdOf(a) ?? "");
  for (const [temperature, service] of Object.entries(services)) {
    const control = yield* refused(`a missing id, ${temperature}`, missing, service());
    for (const [whose, tenant] of Object.entries(victims)) {
      const foreign = objectIdOf(tenant) ?? "";
      const outcome = yield* refused(`${whose} id, ${temperature}`, foreign, service());
      expect(answerOf(outcome, foreign), `${whose} and missing, ${temperature}`).toEqual(
        answerOf(control, missing),
      );
    }
  }
  expect(await portraits()).toEqual(before);

  async function* refused(
    name: string,
    objectId: string,
    billing: StripeBillingService,
  ): AsyncGenerator<Case, Outcome, Outcome> {
    return yield {
      name,
      act: () => siege.call({ objectId, billing }),
      refusedAs: ["not_found"],
      sends: "reads",
    };
  }
};

/** The right tenant's object of another kind. */
export const wrongKind: Attack = async function* (siege) {
  const { a, b, target } = siege;
  for (const [whose, tenant] of Object.entries({ own: a, foreign: b })) {
    for (const objectId of otherKinds(tenant, tenant[target.takes ?? "customerId"])) {
      yield refusedId(siege, `an ${whose} ${prefixOf(objectId)}_…`, objectId);
    }
  }
};

/** A text that is no id. */
export const malformedId: Attack = async function* (siege) {
  const { a, b, objectIdOf } = siege;
  for (const tenant of [a, b]) {
    const own = objectIdOf(tenant) ?? "";
    // A coupon's id may be without the underscore that one of them takes away.
    for (const objectId of hostileTexts(own).filter((text) => text !== own)) {
      yield refusedId(siege, JSON.stringify(objectId), objectId);
    }
  }
};

/** Something that is no text. */
export const idOfAnotherType: Attack = async function* (siege) {
  const { b, objectIdOf } = siege;
  for (const [name, objectId] of hostileValues(objectIdOf(b) ?? "")) {
    // An object in an id's place may be taken for the form of the call that names its tenant in the same object.
    yield { ...refusedUnsent(siege, name, { objectId }), refusedAs: ["invalid_argument", "tenant_context"] };
  }
};

/** Foreign, missing, wrong and malformed ids in every place that the options have for one. */
export const nestedId: Attack = async function* (siege) {
  const { a, b, c, target } = siege;
  for (const { option, holds, put } of idPlaces(target)) {
    const options = (id: unknown) => ({ ...siege.validOptions(a), [option]: put(id, a) });
    const answers: unknown[] = [];
    for (const id of [missingId(a[holds]), b[holds], c[holds]]) {
      const outcome = yield {
        name: `${option} ${id}`,
        act: () => siege.call({ options: options(id) }),
        refusedAs: ["not_found"],
        sends: "reads",
      };
      answers.push(answerOf(outcome, id));
    }
    expect(answers[1], `a foreign and a missing ${holds} in ${option}`).toEqual(answers[0]);
    expect(answers[2], `a namesake's and a missing ${holds} in ${option}`).toEqual(answers[0]);

    const others: readonly (readonly [string, unknown])[] = [
      ...otherKinds(b, b[holds]).map((id) => [id, id] as const),
      ...hostileTexts(b[holds]).map((id) => [JSON.stringify(id), id] as const),
      ...hostileValues(b[holds]),
    ];
    for (const [name, id] of others) {
      const refused = refusedUnsent(siege, `${option} ${name}`, { options: options(id) });
      yield mayName(holds, id) ? { ...refused, refusedAs: ["not_found"], sends: "reads" } : refused;
    }
  }
};

function refusedUnsent(siege: Siege, name: string, given: Parameters<Siege["call"]>[0]): Case {
  return { name, act: () => siege.call(given), refusedAs: ["invalid_argument"], sends: "nothing" };
}

/** Refused before anything is sent, unless it may be somebody's coupon or product. */
function refusedId(siege: Siege, name: string, objectId: string): Case {
  const refused = refusedUnsent(siege, name, { objectId });
  const { takes } = siege.target;
  if (takes === undefined || !mayName(takes, objectId)) return refused;
  return { ...refused, refusedAs: ["not_found"], sends: "reads" };
}

/** All that a caller can tell two answers apart by, but for the time they took. */
function answerOf({ error, result, requests }: Outcome, id: string): unknown {
  const fields = new Map(error instanceof Error ? Object.entries(error) : []);
  const texts = error instanceof Error ? [error.name, error.message, inspect(error.cause)] : [];
  return {
    kind: error?.constructor,
    fields: inspect(fields, { depth: 10, showHidden: true }),
    texts,
    json: JSON.stringify(error ?? result),
    requests: requests.map(({ method, path }) => `${method} ${path.replace(id, "{id}")}`),
  };
}

/** Coupons and products are called what their maker likes, so that any word may be one. */
export function mayName(holds: IdName, id: unknown): boolean {
  if (typeof id !== "string") return false;
  if (holds === "couponId") return /^[\w-]{1,200}$/.test(id);
  return holds === "productId" && /^(?!search$)[\w-]{1,255}$/.test(id);
}

function otherKinds(tenant: TenantIds, id: string): string[] {
  const ids = Object.keys(TENANT_OBJECTS).map((name) => tenant[name as keyof typeof TENANT_OBJECTS]);
  const others = ["acct_1", "in_1", "pm_1", "bps_1", "cs_test_1", "sub_sched_1", "evt_1", "tok_1"];
  return [...ids, ...others].filter((other) => prefixOf(other) !== prefixOf(id));
}

/** What has ended may be refused to its own tenant; it is asked for only to be remembered by the service. */
function expectRefusal(error: unknown): void {
  if (!isBillingError(error)) throw error;
}
