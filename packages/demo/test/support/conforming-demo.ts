import { startConformity } from "@repo/test-kit/conformity";
import { expect } from "vitest";
import { type Demo, startDemo } from "../../src/demo.js";

/** The demo as it is started without keys. All that its local Stripe answered and accepted must be as Stripe specifies it. */
export async function startConformingDemo(): Promise<Demo> {
  const conformity = startConformity();
  const demo = await startDemo({ port: 0, localStripe: { onAnswer: conformity.onAnswer } });
  return {
    ...demo,
    close: async () => {
      await demo.close();
      expect(await conformity.problems()).toEqual([]);
    },
  };
}
