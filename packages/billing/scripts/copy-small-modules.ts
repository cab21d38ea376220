import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "esbuild";

/** Modules whose copies need not know of each other: they have no class that is asked for, and no state that is shared. */
const SMALL = new RegExp(
  `/(?:${[
    "assert-integer",
    "assert-method",
    "assert-node",
    "deadline",
    "error-text",
    "is-thenable",
    "leased/settings",
    "node-process",
    "on-abort",
    "parse-event",
    "pause",
    "suggest-option",
    "utf8",
  ].join("|")})\\.(?:js|ts)$`,
);

/** The part of an entry that a module belongs to. All else is the main entry's. */
const PART = /\/src\/(webhooks\/inbox\/postgres|postgres|webhooks|testing|cli)/;

/**
 * Copies small modules into each part that uses them. Those that the same entries share would be a file of their own, and
 * Node takes longer to find and open one than to read it: a quarter of the time that `@repo/billing/webhooks` took to load.
 */
export const copySmallModules: Plugin = {
  name: "copy-small-modules",
  setup(build) {
    build.onResolve({ filter: SMALL }, ({ path, resolveDir, importer, pluginData }) => ({
      path: join(resolveDir, path.replace(/\.js$/, ".ts")),
      // What a copy imports is a copy of the same part.
      suffix: typeof pluginData === "string" ? pluginData : `?${PART.exec(importer)?.[1] ?? "index"}`,
    }));
    build.onLoad({ filter: SMALL }, async ({ path, suffix }) => ({
      contents: await readFile(path, "utf8"),
      loader: "ts",
      pluginData: suffix,
    }));
  },
};
