import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Plugin } from "esbuild";

const SOURCES = resolve("src");

/**
 * Modules whose copies need not know of each other: nobody asks for their classes, and they keep nothing, but for
 * `on-abort.ts`, each copy of which has one listener for a signal.
 */
const SMALL: ReadonlySet<string> = new Set([
  "assert-node.ts",
  "deadline.ts",
  "is-thenable.ts",
  "known-keys.ts",
  "node-process.ts",
  "on-abort.ts",
  "suggest-option.ts",
  "webhooks/assert-integer.ts",
  "webhooks/assert-method.ts",
  "webhooks/entitlement-summary.ts",
  "webhooks/error-text.ts",
  "webhooks/events.ts",
  "webhooks/inbox/inbox.ts",
  "webhooks/inbox/leased/settings.ts",
  "webhooks/pause.ts",
  "webhooks/verification/parse-event.ts",
  "webhooks/verification/utf8.ts",
]);

/** How the sources begin that belong to one entry. All others are the main entry's. */
const PARTS = ["webhooks/inbox/postgres", "postgres", "webhooks", "testing", "cli"];

/**
 * Copies small modules into each part that uses them. Those that the same entries share would be a file of their own, and
 * Node takes longer to find and open one than to read it: a quarter of the time that `@repo/billing/webhooks` took to load.
 */
export const copySmallModules: Plugin = {
  name: "copy-small-modules",
  setup(build) {
    build.onStart(() => {
      const gone = [...SMALL].filter((file) => !existsSync(join(SOURCES, file)));
      return { errors: gone.map((file) => ({ text: `${file} is to be copied, and is not there.` })) };
    });
    build.onResolve({ filter: /^\..*\.js$/ }, ({ path, resolveDir, importer, pluginData }) => {
      const file = join(resolveDir, path.replace(/\.js$/, ".ts"));
      if (!SMALL.has(relative(SOURCES, file))) return undefined;
      // What a copy imports is a copy of the same part.
      return { path: file, suffix: typeof pluginData === "string" ? pluginData : `?${partOf(importer)}` };
    });
    build.onLoad({ filter: /\.ts$/ }, async ({ path, suffix }) => {
      if (suffix === "") return undefined;
      return { contents: await readFile(path, "utf8"), loader: "ts", pluginData: suffix };
    });
  },
};

function partOf(importer: string): string {
  const file = relative(SOURCES, importer);
  return PARTS.find((part) => file.startsWith(part)) ?? "index";
}
