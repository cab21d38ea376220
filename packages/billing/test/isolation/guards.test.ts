import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { GUARDS } from "../../scripts/guards.mjs";

const SRC = resolve(import.meta.dirname, "../../src");

it.each(GUARDS.map(({ file, guard, remove }) => [guard, file, remove] as const))(
  "the guard stands where it can be taken away: %s (%s)",
  (_guard, file, remove) => {
    expect(readFileSync(resolve(SRC, file), "utf8").split(remove)).toHaveLength(2);
  },
);

it("each guard is described once", () => {
  const described = GUARDS.map(({ file, guard }) => `${file}: ${guard}`);
  expect(new Set(described).size).toBe(described.length);
});
