import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const PAGE = readFileSync(resolve(import.meta.dirname, "../../../docs/hand-on.md"), "utf8");
const RECIPES = join(import.meta.dirname, "recipes");

test.each(readdirSync(RECIPES))("the page shows %s as it is run", (file) => {
  const code = readFileSync(join(RECIPES, file), "utf8");
  const shown = code.replace("../../../../src/webhooks.js", "@repo/billing/webhooks");
  expect(PAGE).toContain(`\`\`\`ts\n// ${file}\n${shown}\`\`\``);
});

test.each(["pg-boss", "@dbos-inc/dbos-sdk", "graphile-worker", "bullmq"])(
  "the page names the version of %s with which its recipe is run",
  (name) => {
    const manifest = readFileSync(resolve(import.meta.dirname, "../../../../../package.json"), "utf8");
    const version = (JSON.parse(manifest) as { readonly devDependencies: Readonly<Record<string, string>> })
      .devDependencies[name];
    expect(PAGE).toContain(`Run with version ${version?.replace(/\.\d+$/, "")}`);
  },
);

test("each promise of the page names a test that there is", () => {
  const named = [...PAGE.matchAll(/`(?<file>[\w.-]+\.ts)`: "(?<name>[^"]+)"/g)];
  expect(named).toHaveLength(14);
  for (const { groups } of named) {
    const { file = "", name = "" } = groups ?? {};
    const path = file === "promises.ts" ? join("engines", file) : file;
    expect(readFileSync(join(import.meta.dirname, path), "utf8")).toContain(`"${name}"`);
  }
});
