import { readFile } from "node:fs/promises";
import type { TestedStore } from "./tested-store.js";
import type { Verdict } from "./verdict.js";

/** Judges what is in the store and in the processes' journal once nothing is at work any more. */
export async function judge(
  store: TestedStore,
  events: number,
  journal: string,
): Promise<Omit<Verdict, "died"> & { readonly cut: number }> {
  const lines = (await readFile(journal, "utf8")).split("\n").filter(Boolean);
  const begun = lines.filter((line) => line.startsWith("began "));
  const written = count(lines, "wrote");
  const settled = count(lines, "settled");
  const promised = await store.effects();
  const effects = promised ?? written;
  const [waiting, dead] = [await store.waiting(), await store.dead()];
  const ids = Array.from({ length: events }, (_, index) => `evt_${index}`);
  const missing = ids.filter((id) => !effects.has(id));
  const twice = (counts: ReadonlyMap<string, number>) => ids.filter((id) => (counts.get(id) ?? 0) > 1);
  return {
    cut: begun.length - effects.size,
    lost: missing.filter((id) => !waiting.has(id) && !dead.has(id)),
    doubled: promised === undefined ? [] : twice(promised),
    settledTwice: twice(settled),
    stuck: [...waiting],
    dead: [...dead],
    recounted: repeated(begun),
  };
}

/** How often each event is in the journal's lines of a kind. */
function count(lines: readonly string[], kind: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const [is, id = ""] = line.split(" ");
    if (is === kind) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** The lines that are there more than once. */
function repeated(lines: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return lines.filter((line) => seen.size === seen.add(line).size);
}
