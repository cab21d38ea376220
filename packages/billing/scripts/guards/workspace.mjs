import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const BILLING = resolve(import.meta.dirname, "../..");
const PACKAGES = resolve(BILLING, "..");
const ROOT = resolve(PACKAGES, "..");

/** The copy that nothing is taken away from. */
export const UNTOUCHED = "untouched";

/** Makes a place for copies of the package as it is now, beside its neighbours and dependencies. */
export function makeWorkspace() {
  const directory = mkdtempSync(join(tmpdir(), "billing-guards-"));
  for (const path of ["package.json", "vitest.workspace.ts"]) {
    cpSync(join(ROOT, path), join(directory, path));
  }
  const untouched = join(directory, "packages", UNTOUCHED);
  for (const path of ["src", "test", "scripts", "package.json", "tsconfig.json", "tsconfig.test.json"]) {
    cpSync(join(BILLING, path), join(untouched, path), { recursive: true });
  }
  const neighbours = readdirSync(PACKAGES).filter((name) => join(PACKAGES, name) !== BILLING);
  for (const name of neighbours) {
    symlinkSync(join(PACKAGES, name), join(directory, "packages", name), "dir");
  }
  symlinkSync(join(BILLING, "node_modules"), join(untouched, "node_modules"), "dir");
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"), "dir");
  return directory;
}

/** Makes a copy of the package in which a file has another text. */
export function makeCopy(workspace, copy, { file, without }) {
  const directory = join(workspace, "packages", copy);
  rmSync(directory, { recursive: true, force: true });
  cpSync(join(workspace, "packages", UNTOUCHED), directory, { recursive: true });
  writeFileSync(join(directory, "src", file), without);
}
