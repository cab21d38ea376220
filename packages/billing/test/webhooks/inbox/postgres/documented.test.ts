import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const PAGE = readFileSync(resolve(import.meta.dirname, "../../../../docs/postgres-inbox.md"), "utf8");
const RECIPES = join(import.meta.dirname, "recipes");
const TESTS = ["clock-steps", "contract", "recipes", "sessions", "retention"].map(
  (name) => `${name}.test.ts`,
);

test.each(readdirSync(RECIPES).filter((file) => file !== "clients.ts"))(
  "the page shows the adapter in %s as it is run",
  (file) => {
    const code = readFileSync(join(RECIPES, file), "utf8").replace(
      "../../../../../src/postgres.js",
      "@repo/billing/postgres",
    );
    expect(PAGE).toContain(`\`\`\`ts\n${code}\`\`\``);
  },
);

test("each promise of the page names tests that there are", () => {
  const contract = resolve(import.meta.dirname, "../../../../src/testing/inbox-contract");
  const sources = [
    ...TESTS.map((file) => join(import.meta.dirname, file)),
    ...readdirSync(contract).map((file) => join(contract, file)),
  ];
  const text = sources.map((file) => readFileSync(file, "utf8")).join("\n");
  const promises = PAGE.split("\n").filter((line) => /^\|.*test\.ts`:/.test(line));
  expect(promises.length).toBeGreaterThan(7);
  for (const promise of promises) {
    const names = [...promise.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name);
    expect(names).not.toEqual([]);
    for (const name of names) expect(text).toContain(`"${name}"`);
  }
});
