import type { EventEmitter } from "node:events";
import { type Terminal, withoutSecrets } from "./terminal.js";

/**
 * Prints the process's warnings as a command prints its errors, in place of Node. A receiver without a logger warns of what
 * a handler threw, and Node would print its stack and whatever secret is in it.
 */
export function printWarnings(process: EventEmitter, terminal: Terminal): void {
  // Node listens to them itself, unless it was told not to print any.
  if (process.listenerCount("warning") === 0) return;
  const { err } = withoutSecrets(terminal);
  process.removeAllListeners("warning");
  process.on("warning", (warning: Error) => err(describeWarning(warning)));
}

/** Its message, and of what it holds in detail the first line, which says why; a stack is below that. */
function describeWarning(warning: Error & { readonly detail?: unknown }): string {
  const { name, message, detail } = warning;
  const [reason = ""] = typeof detail === "string" ? detail.split("\n") : [];
  return `${name}: ${message}${reason === "" ? "" : ` ${reason}`}\n`;
}
