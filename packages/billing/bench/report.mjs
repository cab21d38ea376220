/** The rows of the benches: each is printed, and handed to `pnpm bench` where that runs the bench. */
import { cpus, loadavg, totalmem } from "node:os";

/**
 * Tells how one side's figures compare with the other's, round by round.
 *
 * @param budget `{ atLeast }` or `{ atMost }`; a row without one only informs.
 * @param unit what follows a figure, such as " µs".
 */
export function reportRatio(what, ours, theirs, { unit = "", ...budget } = {}) {
  const [low, ratio, high] = quartiles(ours.map((figure, at) => figure / theirs[at]));
  const sides = `${format(quartiles(ours)[1])} against ${format(quartiles(theirs)[1])}${unit}`;
  report(what, ratio, { ...budget, figures: sides, spread: `${format(low)} to ${format(high)}` });
}

/** Tells of one figure that has a budget of its own. */
export function report(what, value, { atLeast, atMost, figures = "", spread = "" }) {
  const budget =
    atLeast === undefined ? (atMost === undefined ? "" : `at most ${atMost}`) : `at least ${atLeast}`;
  const isMet = value >= (atLeast ?? value) && value <= (atMost ?? value);
  const load = loadavg()[0].toFixed(1);
  const row = { what, value: format(value), budget, isMet, figures, spread, load };
  console.log(
    `${isMet ? "ok  " : "OVER"} ${row.value.padStart(7)}  ${what}; ${[budget, figures, spread && `half of the rounds ${spread}`, `load ${load}`].filter(Boolean).join("; ")}`,
  );
  if (!isMet) process.exitCode = 1;
  process.send?.(row);
}

export function describeMachine() {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

export function quartiles(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return [0.25, 0.5, 0.75].map((part) => sorted[Math.floor((sorted.length - 1) * part)]);
}

function format(number) {
  if (number >= 100) return Math.round(number).toLocaleString("en");
  return number >= 10 ? number.toFixed(1) : number.toFixed(3);
}
