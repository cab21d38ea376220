import { execFile } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const ROOT = resolve(import.meta.dirname, "..");

/** The package as it is published, for processes of their own. */
export interface BuiltPackage {
  /** What to import in place of `@repo/billing`. */
  readonly indexUrl: string;
  /** The command's file. */
  readonly cli: string;
  remove(): Promise<void>;
}

export async function buildPackage(): Promise<BuiltPackage> {
  // Inside the package, so that its dependencies are found.
  const outDir = await mkdtemp(join(ROOT, "node_modules", ".built-"));
  const tsup = createRequire(import.meta.url).resolve("tsup/dist/cli-default.js");
  const dist = join(outDir, "dist");
  await promisify(execFile)(process.execPath, [tsup, "--no-dts", "--out-dir", dist], { cwd: ROOT });
  await copyFile(join(ROOT, "package.json"), join(outDir, "package.json"));
  return {
    indexUrl: pathToFileURL(join(dist, "index.js")).href,
    cli: join(dist, "cli.js"),
    remove: () => rm(outDir, { recursive: true, force: true }),
  };
}

/** Runs a module in a process of its own; the answer is the JSON that it writes. */
export async function runModule<T>(source: string): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", source], {
    cwd: ROOT,
  });
  return JSON.parse(stdout);
}
