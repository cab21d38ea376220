import { describe, expect, it } from "vitest";
import { isReplay, isSaidToBeReplay } from "../../src/stripe/replay.js";

describe("an answer that Stripe had stored under an idempotency key", () => {
  it.each([
    ["by Stripe's word", { lastResponse: { headers: { "idempotent-replayed": "true" } } }],
    ["where the client shows no answer", {}],
    ["where the client shows no headers", { lastResponse: {} }],
    ["where the answer is no object", { lastResponse: "none" }],
    ["where there is no answer", { lastResponse: null }],
  ])("is told %s", (_, answer) => expect(isReplay(answer)).toBe(true));

  it.each([
    ["without that word", { lastResponse: { headers: {} } }],
    ["with another", { lastResponse: { headers: { "idempotent-replayed": "false" } } }],
  ])("is told from a new one %s", (_, answer) => expect(isReplay(answer)).toBe(false));

  it("is said to be one by nothing but that word", () => {
    const said = (word: string) => ({ lastResponse: { headers: { "idempotent-replayed": word } } });
    expect(isSaidToBeReplay(said("true"))).toBe(true);
    for (const answer of [said("false"), { lastResponse: { headers: {} } }, { lastResponse: null }, {}]) {
      expect(isSaidToBeReplay(answer)).toBe(false);
    }
  });
});
