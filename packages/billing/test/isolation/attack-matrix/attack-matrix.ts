import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ATTACKS } from "../attacks.js";
import { watchConsole } from "../leaks.js";
import { type Neighbours, openNeighbours } from "../neighbours.js";
import { REALMS, type Realm, type RealmName } from "../realms.js";
import { TARGETS } from "../rows.js";
import { openSiege, runAttack, type Siege } from "../siege.js";

/** Hundreds of requests, on a machine that may be busy with much else. */
const LONGEST_ATTACK_MS = 120_000;

/** Makes every attack on every public method. Each realm has a file of its own, so that they run side by side. */
export function describeAttackMatrix(realmName: RealmName): void {
  const console = watchConsole();
  let realm: Realm;
  let neighbours: Neighbours;
  beforeAll(async () => {
    realm = await REALMS[realmName]();
    neighbours = await openNeighbours(realm);
  }, LONGEST_ATTACK_MS);
  afterAll(() => realm.close(), LONGEST_ATTACK_MS);

  describe.each(TARGETS.map((target) => [target.name, target] as const))("%s withstands", (_name, target) => {
    let siege: Siege;
    beforeAll(async () => {
      siege = await openSiege(realm, target, neighbours);
    }, LONGEST_ATTACK_MS);

    const attacks = Object.entries(ATTACKS).filter(([, { applies }]) => applies(target));
    const made = attacks.filter(([title]) => !Object.hasOwn(target.leftOut ?? {}, title));
    it.each(made)(
      "%s",
      async (_title, { attack }) => {
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
}
