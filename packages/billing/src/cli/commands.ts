import { adopt } from "./adopt.js";
import { audit } from "./audit.js";
import type { Command } from "./command.js";
import { diagnose } from "./diagnose.js";
import { doctor } from "./doctor.js";
import { eventsList } from "./events-list.js";
import { eventsReconcile } from "./events-reconcile.js";
import { eventsRequeue } from "./events-requeue.js";
import { eventsShow } from "./events-show.js";
import { inboxMigrate } from "./inbox-migrate.js";
import { portalDiagnose } from "./portal-diagnose.js";
import { webhooksCheck } from "./webhooks-check.js";
import { webhooksEnsure } from "./webhooks-ensure.js";

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
