import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const DOCS = resolve(import.meta.dirname, "../../docs");
const BLOCK = /^```(?:tsx?|js)\n\/\/ (?<path>\S+)\n(?<code>.*?)^```$/gms;

/** Reads a section's code off a page, by default that of routes: each block by the path in its first line. */
export function readRecipe(heading: string, page = "webhook-routes.md"): ReadonlyMap<string, string> {
  const section = readFileSync(join(DOCS, page), "utf8")
    .split(/^## /m)
    .find((text) => text.startsWith(`${heading}\n`));
  const files = new Map<string, string>();
  for (const { groups } of section?.matchAll(BLOCK) ?? []) {
    files.set(groups?.["path"] ?? "", groups?.["code"] ?? "");
  }
  if (files.size === 0) throw new Error(`${page} has no code under "${heading}".`);
  return files;
}
