import type { Command } from "./command.js";
import { adopt } from "./commands/adopt.js";
import { audit } from "./commands/audit.js";
import { diagnose } from "./commands/diagnose.js";
import { doctor } from "./commands/doctor.js";
import { eventsList } from "./commands/events-list.js";
import { eventsReconcile } from "./commands/events-reconcile.js";
import { eventsRequeue } from "./commands/events-requeue.js";
import { eventsShow } from "./commands/events-show.js";
import { inboxMigrate } from "./commands/inbox-migrate.js";
import { portalDiagnose } from "./commands/portal-diagnose.js";
import { webhooksCheck } from "./commands/webhooks-check.js";
import { webhooksEnsure } from "./commands/webhooks-ensure.js";

/** Every command there is, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  doctor,
  adopt,
  audit,
  diagnose,
  eventsReconcile,
  eventsList,
  eventsShow,
  eventsRequeue,
  inboxMigrate,
  portalDiagnose,
  webhooksEnsure,
  webhooksCheck,
];
