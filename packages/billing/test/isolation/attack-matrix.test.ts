import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publicMethods } from "../public-methods.js";
import { ATTACKS } from "./attacks.js";
import { watchConsole } from "./leaks.js";
import { REALMS, type Realm } from "./realms.js";
import { TARGETS } from "./rows.js";
import { openSiege, runAttack, type Siege } from "./siege.js";

/** Methods that act for no tenant: suites of their own attack them. */
const ATTACKED_ELSEWHERE = ["forTenant", "resolveTenant", "forgetCatalog"];

/** Hundreds of requests, on a machine that may be busy with much else. */
const LONGEST_ATTACK_MS = 120_000;

const console = watchConsole();

describe.each(Object.entries(REALMS))("with %s", (_, openRealm) => {
  let realm: Realm;
  beforeAll(async () => {
    realm = await openRealm();
  }, LONGEST_ATTACK_MS);
  afterAll(() => realm.close(), 120_000);

  describe.each(TARGETS.map((target) => [target.name, target] as const))("%s withstands", (_name, target) => {
    let siege: Siege;
    beforeAll(async () => {
      siege = await openSiege(realm, target);
    }, LONGEST_ATTACK_MS);

    const attacks = Object.entries(ATTACKS).filter(([, { applies }]) => applies(target));
    const made = attacks.filter(([code]) => !Object.hasOwn(target.leftOut ?? {}, code));
    it.each(made.map(([code, { title, attack }]) => [code, title, attack] as const))(
      "%s: %s",
      async (_code, _title, attack) => {
        const { cases, failures } = await runAttack(attack, siege, console);

        expect(failures).toEqual([]);
        expect(cases).toBeGreaterThan(0);
      },
      LONGEST_ATTACK_MS,
    );

    it("all of them with its victims as they were", async () => {
      expect(await siege.victimsAreUnchanged()).toBe(true);
    });
  });
});

describe("the matrix", () => {
  it("has a row for every public method", () => {
    const rows = new Set<string>([...TARGETS.map(({ method }) => method), ...ATTACKED_ELSEWHERE]);

    expect([...rows].sort()).toEqual(publicMethods());
  });

  it("leaves no attack out without a reason, and none that a method's shape rules out anyway", () => {
    for (const { name, leftOut = {}, ...target } of TARGETS) {
      for (const [code, reason] of Object.entries(leftOut)) {
        const attack = Object.entries(ATTACKS).find(([known]) => known === code)?.[1];
        expect(attack?.applies({ name, ...target }), `${name} ${code}`).toBe(true);
        expect(reason.split(" ").length, `${name} ${code}`).toBeGreaterThan(3);
      }
    }
  });
});
