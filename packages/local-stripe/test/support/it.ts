/* oxlint-disable no-empty-pattern -- Vitest reads from the pattern which fixtures are needed. */
import { startConformity } from "@repo/test-kit/conformity";
import { expect, test } from "vitest";
import { startLocalStripe } from "../../src/index.js";
import { client } from "./local.js";

/**
 * `it` with a server of each test's own, `local`, and the real SDK that talks to it, `stripe`. Both are held against what
 * Stripe itself publishes once the test is over. A test that needs other options starts its own with `startLocal`.
 */
export const it = test
  .extend(
    "local",
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures are needed.
    async ({}, { onCleanup }) => {
      const conformity = startConformity();
      const local = await startLocalStripe({ onAnswer: conformity.onAnswer });
      onCleanup(async () => {
        await local.close();
        expect(await conformity.problems()).toEqual([]);
      });
      return local;
    },
  )
  .extend("stripe", ({ local }) => client(local));
