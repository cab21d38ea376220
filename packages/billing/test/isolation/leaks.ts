import { inspect } from "node:util";
import { afterAll, beforeAll, vi } from "vitest";

/** Every form in which a value can reach a log, a response or a debugger. */
export function bytesOf(value: unknown): string {
  const texts = [
    inspect(value, { depth: 10, showHidden: true, maxArrayLength: null, maxStringLength: null }),
  ];
  texts.push(JSON.stringify(value) ?? "");
  if (value instanceof Error) texts.push(value.message, value.stack ?? "", bytesOf(value.cause));
  return texts.join("\n");
}

/** What identifies a tenant in the text of its objects: their ids, and the canaries planted in their fields. */
export function tellingTexts(portrait: string): readonly string[] {
  return [...new Set(portrait.match(/\b[a-z]{2,9}_[A-Za-z0-9]{8,}\b|[\w.@-]*canary-of-[\w.-]+/g))];
}

/** What was printed and warned of since it was last cleared. */
export interface Console {
  readonly lines: readonly string[];
  clear(): void;
}

const METHODS = ["log", "info", "warn", "error", "debug", "trace"] as const;

/** Catches everything that is logged while a suite runs. */
export function watchConsole(): Console {
  const lines: string[] = [];
  const note = (...values: unknown[]) => lines.push(values.map((value) => bytesOf(value)).join(" "));
  beforeAll(() => {
    for (const method of METHODS) vi.spyOn(console, method).mockImplementation(note);
    process.on("warning", note);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    process.off("warning", note);
  });
  return {
    lines,
    clear: () => {
      lines.length = 0;
    },
  };
}
