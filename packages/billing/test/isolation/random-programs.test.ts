import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publicMethods } from "../public-methods.js";
import { ANY_COMMAND, COMMANDS } from "./programs/commands.js";
import { compareWithStripe } from "./programs/compare-with-stripe.js";
import { endProgram, startProgram } from "./programs/program.js";
import { REALMS, type Realm } from "./realms.js";

/**
 * Random programs of three tenants against a simple model: no request of one names an object of another, no result
 * holds anything of another, and everything is as the model says. A failure prints its seed and the shortest program.
 */
const PROGRAMS = Number(process.env["ISOLATION_PROGRAMS"] ?? 240);
const SEED = Number(process.env["ISOLATION_SEED"] ?? 20_260_301);

/** A local Stripe searches all it holds, so it is left for a fresh one before it holds too much. */
const PROGRAMS_PER_STRIPE = 100;

describe.each(Object.entries(REALMS))("with %s", (_, openRealm) => {
  const numRuns = Math.ceil(PROGRAMS / 3);

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
          realm = await openRealm();
        });
      try {
        await fc.assert(property, { numRuns, seed: SEED });
      } finally {
        await realm?.close();
      }
    },
    60_000 + numRuns * 5_000,
  );
});

/** Methods that no program calls, each with the reason. */
const WITHOUT_COMMAND = {
  forTenant: "every command binds its caller by it",
  resolveTenant: "it acts for no tenant, and has a suite of its own in tenantless-methods.test.ts",
  forgetCatalog: "it asks Stripe for nothing, and the programs' services remember no catalogue",
};

it("the programs call every public method but those that act for no tenant", () => {
  expect([...Object.keys(COMMANDS), ...Object.keys(WITHOUT_COMMAND)].sort()).toEqual(publicMethods());
});
