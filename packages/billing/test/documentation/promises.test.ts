import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inboxContract } from "../../src/testing/index.js";

test("each promise about inboxes names a case of the contract", () => {
  const page = readFileSync(new URL("../../docs/inboxes.md", import.meta.url), "utf8");
  const table = page.split("| promise ")[1]?.split("\n\n")[0] ?? "";
  const named = [...table.matchAll(/\| \*(.+?)\* +\|/g)].map(([, name]) => name);
  const contract = inboxContract({
    leased: true,
    durable: true,
    wakes: true,
    transactional: true,
    faults: true,
    open: () => expect.fail("no case is run here"),
  });
  expect(named.length).toBeGreaterThanOrEqual(15);
  expect(contract.map(({ name }) => name)).toEqual(expect.arrayContaining(named));
});
