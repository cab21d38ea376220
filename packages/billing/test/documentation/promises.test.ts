import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { RULES } from "../../src/tenancy/gate/rules.js";
import { inboxContract } from "../../src/testing/index.js";
import { ATTACKS } from "../isolation/attacks.js";

const CASES: readonly string[] = inboxContract({
  leased: true,
  durable: true,
  wakes: true,
  transactional: true,
  faults: true,
  open: () => expect.fail("no case is run here"),
}).map(({ name }) => name);

/** The rows of a page's tables of promises. */
function readPromises(name: string): readonly string[] {
  const page = readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");
  const tables = page.split(/\| promise .*\n\| -.*\n/).slice(1);
  const rows = tables.flatMap((rest) => rest.split("\n\n")[0]?.split("\n") ?? []);
  expect(rows.length).toBeGreaterThanOrEqual(9);
  return rows;
}

test.each(["inboxes.md", "postgres-inbox.md"])(
  "each promise about inboxes names a case of the contract, or tests that there are: %s",
  (page) => {
    for (const row of readPromises(page)) {
      const [, ofContract] = /\| \*(.+?)\* +\|/.exec(row) ?? [];
      const [, file = "contract.test.ts", titles = `"${ofContract}"`] =
        /`([\w-/]+\.test\.ts)`: (".+") \|$/.exec(row) ?? [];
      const folder = file.includes("/") ? "webhooks/inbox" : "webhooks/inbox/postgres";
      const tests = file === "contract.test.ts" ? CASES : [read(`${folder}/${file}`)];
      for (const [, title = ""] of titles.matchAll(/"([^"]+)"/g)) {
        expect(
          tests.some((text) => text.includes(title)),
          row,
        ).toBe(true);
      }
    }
  },
);

const FAULTS = "webhooks/faults/faults.test.ts";
const TESTS = resolve(import.meta.dirname, "..");
const LOCAL_STRIPE_TESTS = resolve(import.meta.dirname, "../../../local-stripe/test");

test("each promise of the page names tests that there are", () => {
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/promises.md"), "utf8");
  const named = [...page.matchAll(/`(?<file>[\w./-]+\.ts)`: "(?<title>[^"]+)"/g)];
  expect(named.length).toBeGreaterThanOrEqual(25);
  for (const { groups } of named) {
    const { file = "", title = "" } = groups ?? {};
    expect(readFileSync(locate(file), "utf8"), file).toContain(title);
  }
});

function locate(file: string): string {
  const [folder, ...rest] = file.split("/");
  return folder === "local-stripe" ? join(LOCAL_STRIPE_TESTS, ...rest) : join(TESTS, file);
}

test("the numbers of the README and of the page are those of the tests", () => {
  const readme = readFileSync(resolve(import.meta.dirname, "../../../../README.md"), "utf8");
  const page = readFileSync(resolve(import.meta.dirname, "../../docs/promises.md"), "utf8");
  const programs = readTest("isolation/random-programs/random-programs.ts", /PROGRAMS"\] \?\? (\d+)/);
  const [, postgres = ""] = /describe\("the Postgres inbox (.*?)\ndescribe/s.exec(read(FAULTS)) ?? [];
  const faults = [...postgres.matchAll(/count: (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  const attacks = Object.keys(ATTACKS).length;
  expect(readme).toContain(`${programs} random programs`);
  expect(page).toContain(`${programs} in every`);
  expect(readme).toContain(`${faults} kills`);
  expect(page).toContain(`${faults} times in every`);
  expect(page).toContain(`${attacks} kinds of attack`);
  expect(readme).toContain("more than 50 calls");
  expect(Object.keys(RULES).length).toBeGreaterThan(50);
});

function readTest(file: string, pattern: RegExp): string | undefined {
  return pattern.exec(read(file))?.[1];
}

function read(file: string): string {
  return readFileSync(join(TESTS, file), "utf8");
}
