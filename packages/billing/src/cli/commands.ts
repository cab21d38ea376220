import type { Command } from "./command.js";
import { portalDiagnose } from "./portal-diagnose.js";

/** Every command there is, in the order of the help. */
export const COMMANDS: readonly Command[] = [portalDiagnose];
