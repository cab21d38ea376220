import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const PACKAGES = resolve(import.meta.dirname, "../..");
const BUILT = /(^|\/)(node_modules|dist|\.cache|\.stryker-tmp)\//;

const imports = readdirSync(PACKAGES).flatMap((name) =>
  readdirSync(join(PACKAGES, name), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.m?tsx?$/.test(file) && !BUILT.test(file))
    .flatMap((file) => importsIn(join(PACKAGES, name, file))),
);

describe("the walls between packages", () => {
  it("let nothing through but the names that a package exports", () => {
    const across = imports.filter(({ from, to }) => packageIn(from) !== packageIn(to));
    expect(across).toEqual([]);
    expect(imports.length).toBeGreaterThan(500);
  });
});

/** The relative imports of a file, as paths from the folder of all packages. */
function importsIn(file: string): { readonly from: string; readonly to: string }[] {
  return [...readFileSync(file, "utf8").matchAll(/(?:\bfrom|\bimport\(?) ?"(\.[^"]+)"/g)].map(
    ([, target = ""]) => ({
      from: relative(PACKAGES, file),
      to: relative(PACKAGES, resolve(dirname(file), target)),
    }),
  );
}

function packageIn(path: string): string {
  return path.split("/", 1).join("");
}
