import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const PAGE = resolve(import.meta.dirname, "../../docs/webhook-routes.md");
const BLOCK = /^```ts\n\/\/ (?<path>\S+)\n(?<code>.*?)^```$/gms;

/** Reads a section's code off the page of routes: each block by the path in its first line. */
export function readRecipe(heading: string): ReadonlyMap<string, string> {
  const section = readFileSync(PAGE, "utf8")
    .split(/^## /m)
    .find((text) => text.startsWith(`${heading}\n`));
  const files = new Map<string, string>();
  for (const { groups } of section?.matchAll(BLOCK) ?? []) {
    files.set(groups?.["path"] ?? "", groups?.["code"] ?? "");
  }
  if (files.size === 0) throw new Error(`${PAGE} has no code under "${heading}".`);
  return files;
}
