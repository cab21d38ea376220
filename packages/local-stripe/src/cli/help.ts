import type { Flag } from "./start-flags.js";

const WIDTH = 38;

export function helpFor(flags: readonly Flag[]): string {
  const lines = flags.map(({ name, value, help }) => {
    const written = `  --${name}${value === undefined ? "" : ` <${value}>`}`;
    return `${written.padEnd(WIDTH)} ${help}\n`;
  });
  return `Usage: local-stripe [flags]
       local-stripe advance <duration> --key <sk_test_…> [--url <http://127.0.0.1:4243>]

Starts a local Stripe, or moves the clock of a running one forward: 90s, 12h, 31d.

${lines.join("")}`;
}
