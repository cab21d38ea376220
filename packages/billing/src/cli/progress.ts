import type { Terminal } from "./terminal.js";

const EVERY_MS = 1_000;

/** Shows how far long work has come: one line a second at most, apart from the results. */
export function createProgress(
  { err }: Pick<Terminal, "err">,
  now: () => number = () => performance.now(),
): (line: string) => void {
  let shownAtMs = now();
  return (line) => {
    if (now() - shownAtMs < EVERY_MS) return;
    shownAtMs = now();
    err(`${line}\n`);
  };
}
