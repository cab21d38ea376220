import { join } from "node:path";
import { buildSync } from "esbuild";
import type { TestedStore } from "./tested-store.js";

/** The bundle may hold modules that require others. */
const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/**
 * Puts the worker with all that it loads, the package as it is built, into one file without what another store needs: a
 * run starts thousands of processes, and most of what a kill costs is the next start.
 */
export function bundleWorker(folder: string, store: TestedStore["kind"]): string {
  const outfile = join(folder, "worker.mjs");
  buildSync({
    entryPoints: [join(import.meta.dirname, `${store}-worker.mjs`)],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node20",
    banner: { js: REQUIRE },
    external: ["pg-native"],
    logLevel: "error",
  });
  return outfile;
}
