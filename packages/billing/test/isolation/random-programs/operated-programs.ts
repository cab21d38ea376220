import fc from "fast-check";
import { expect, it } from "vitest";
import { type OperatedRealm, type OperatedStrategy, openOperatedRealm } from "../operated/operated-realm.js";
import { checkOwners, startOperatedProgram } from "../operated/program.js";
import { OPERATED_STEPS } from "../operated/steps.js";

const PROGRAMS = Number(process.env["ISOLATION_PROGRAMS"] ?? 40);
const SEED = Number(process.env["ISOLATION_SEED"] ?? 20_260_301);

/** A local Stripe searches all it holds, so it is replaced before it holds too much. */
const PROGRAMS_PER_STRIPE = 50;

/**
 * Runs random programs of three tenants and an operator who gives customers from one to another in the middle. No write of a
 * tenant touches what is another's at that moment, a read does only within the documented window, and nothing that was given
 * away comes back. A failure prints its seed and the shortest program.
 */
export function itRunsOperatedPrograms(strategy: OperatedStrategy): void {
  const numRuns = Math.ceil(PROGRAMS / 2);

  it(
    `${numRuns} random programs with an operator touch nothing of others (seed ${SEED})`,
    async () => {
      let realm: OperatedRealm | undefined;
      let started = 0;
      let refusals = 0;
      const property = fc
        .asyncProperty(
          fc.array(fc.oneof(...OPERATED_STEPS), { minLength: 20, maxLength: 60, size: "max" }),
          async (steps) => {
            if (realm === undefined) throw new Error("No Stripe was started.");
            const program = await startOperatedProgram(realm);
            for (const step of steps) await step.run(program);
            await checkOwners(program);
            refusals += program.refusals;
          },
        )
        .beforeEach(async () => {
          if (realm !== undefined && started++ % PROGRAMS_PER_STRIPE > 0) return;
          await realm?.close();
          realm = await openOperatedRealm(strategy);
        });
      try {
        await fc.assert(property, { numRuns, seed: SEED, endOnFailure: true });
      } finally {
        await realm?.close();
      }
      expect(refusals, "calls about what was given away").toBeGreaterThan(numRuns);
    },
    60_000 + numRuns * 5_000,
  );
}
