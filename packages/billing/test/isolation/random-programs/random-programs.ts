import fc from "fast-check";
import { it } from "vitest";
import { ANY_COMMAND } from "../programs/commands.js";
import { compareWithStripe } from "../programs/compare-with-stripe.js";
import { endProgram, startProgram } from "../programs/program.js";
import { REALMS, type Realm, type RealmName } from "../realms.js";

const PROGRAMS = Number(process.env["ISOLATION_PROGRAMS"] ?? 240);
const SEED = Number(process.env["ISOLATION_SEED"] ?? 20_260_301);

/** A local Stripe searches all it holds, so it is replaced before it holds too much. */
const PROGRAMS_PER_STRIPE = 100;

/**
 * Runs random programs of three tenants and compares them with a simple model: no request of one names an object of
 * another, no result holds anything of another, and everything is as the model says. A failure prints its seed and the
 * shortest program. Each realm has a file of its own, so that they run side by side.
 */
export function itRunsRandomPrograms(realmName: RealmName): void {
  const numRuns = Math.ceil(PROGRAMS / Object.keys(REALMS).length);

  it(
    `${numRuns} random programs leak and change nothing of others (seed ${SEED})`,
    async () => {
      let realm: Realm | undefined;
      let started = 0;
      const property = fc
        .asyncProperty(fc.commands(ANY_COMMAND, { maxCommands: 40, size: "max" }), async (commands) => {
          if (realm === undefined) throw new Error("No Stripe was started.");
          const program = await startProgram(realm);
          try {
            await fc.asyncModelRun(() => program, commands);
            await compareWithStripe(program);
          } finally {
            await endProgram(program);
          }
        })
        .beforeEach(async () => {
          if (realm !== undefined && started++ % PROGRAMS_PER_STRIPE > 0) return;
          await realm?.close();
          realm = await REALMS[realmName]();
        });
      try {
        await fc.assert(property, { numRuns, seed: SEED });
      } finally {
        await realm?.close();
      }
    },
    60_000 + numRuns * 5_000,
  );
}
