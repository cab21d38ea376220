import { BillingError } from "../errors.js";
import { PORTAL_DIAGNOSE_USAGE, portalDiagnose } from "./portal-diagnose.js";
import type { Terminal } from "./terminal.js";
import { UsageError } from "./usage-error.js";

/** Returns the exit code: 0 when all is well, 1 when something is not, 2 when the command was not understood. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [group, command, ...rest] = args;
  if (args.includes("--help") || args.length === 0) {
    terminal.out(PORTAL_DIAGNOSE_USAGE);
    return args.length === 0 ? 2 : 0;
  }
  try {
    if (group !== "portal" || command !== "diagnose") throw new UsageError("There is no such command.");
    return await portalDiagnose(rest, terminal);
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof BillingError)) throw error;
    terminal.err(`${error.message}\n\n${PORTAL_DIAGNOSE_USAGE}`);
    return 2;
  }
}
