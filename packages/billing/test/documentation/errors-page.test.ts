import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as errors from "../../src/errors.js";
import { toProblemResponse } from "../../src/index.js";

const PAGE = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");
const ROWS = new Map([...PAGE.matchAll(/^\| `(\w+)` \| (\d+)/gm)].map(([, code, status]) => [code, status]));

test("the page of errors has each code with the status of its response", () => {
  const made = Object.values(errors).flatMap((value) => {
    if (typeof value !== "function" || value === errors.BillingError || !String(value).startsWith("class"))
      return [];
    // Every class but the base is made from a message.
    const error: unknown = Reflect.construct(value, ["It failed.", {}]);
    return errors.isBillingError(error) ? [error] : [];
  });
  const statuses = made.map((error) => [error.code, String(toProblemResponse(error).status)] as const);
  expect(statuses.length).toBeGreaterThan(20);
  expect(Object.fromEntries(ROWS)).toEqual(Object.fromEntries(statuses));
});
