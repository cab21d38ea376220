import { adopt } from "./adopt.js";
import { audit } from "./audit.js";
import type { Command } from "./command.js";
import { diagnose } from "./diagnose.js";
import { portalDiagnose } from "./portal-diagnose.js";

/** Every command there is, in the order of the help. */
export const COMMANDS: readonly Command[] = [adopt, audit, diagnose, portalDiagnose];
