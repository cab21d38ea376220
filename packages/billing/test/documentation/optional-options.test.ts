import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { findOptionals } from "./find-optionals.js";

const PACKAGES = resolve(import.meta.dirname, "../../..");
const ENTRIES: Readonly<Record<string, readonly string[]>> = {
  billing: ["index", "webhooks", "testing"],
  "local-stripe": ["index"],
};

/**
 * An application hands on what may be absent, such as `process.env.X` or a field of its own input. With
 * `exactOptionalPropertyTypes`, an option that may be left out takes `undefined` only where its type says so.
 */
describe("an option that may be left out", () => {
  it.each(Object.keys(ENTRIES))("may also be undefined, in the declarations of %s", (name) => {
    const dist = join(PACKAGES, name, "dist");
    const declarations = readdirSync(dist).filter((file) => file.endsWith(".d.ts"));
    const { seen, withoutUndefined } = findOptionals(
      (ENTRIES[name] ?? []).map((entry) => join(dist, `${entry}.d.ts`)),
      declarations.map((file) => join(dist, file)),
    );
    expect(seen).toBeGreaterThan(10);
    expect(withoutUndefined).toEqual([]);
  });
});
