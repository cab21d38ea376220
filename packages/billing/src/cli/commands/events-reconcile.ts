import type { ReconcileReport } from "../../webhooks/reconcile/progress.js";
import { readAccountId } from "../account-id.js";
import { type Command, defineCommand } from "../command.js";
import { readCursor, writeCursor } from "../cursor-file.js";
import { EXIT } from "../exit-codes.js";
import { readWholeNumber } from "../option-table.js";
import { createProgress } from "../progress.js";
import { readTime } from "../read-time.js";
import { RECEIVER_DETAILS, RECEIVER_OPTIONS, withReceiver } from "../receiver.js";
import { reconcileObjects } from "../reconcile-objects.js";
import { describeReport, isComplete } from "../reconcile-report.js";
import { UsageError } from "../usage-error.js";

const DETAILS = `Lists Stripe's events for which the receiver has a handler, and handles those that never arrived. Events that were handled
before are not handled again, so you can run it at any time. Stripe lists the events of the last 30 days.

  billing events reconcile --config ./webhooks.mjs --since 3d
  billing events reconcile --config ./webhooks.mjs --cursor /var/lib/billing/cursor --since 3d

The second form continues where the last run ended, finished or not; --since is for the first run. Run it every hour.
Exit code 1 says that some events failed, which the next run tries again, that some are dead, which no run tries again
until billing events requeue has handled them, or that the key has no access to an account.

  billing events reconcile --config ./webhooks.mjs --objects

Compares subscriptions and entitlements instead, to find changes for which Stripe created no event. The module then exports
"findOutdated": an object with one or both of the functions "subscriptions" and "entitlements", as you would pass them to
reconcileSubscriptions and reconcileEntitlements. Run it every day; with --cursor, a stopped run can be continued.

${RECEIVER_DETAILS}`;

/** Finds the events that never arrived. */
export const eventsReconcile: Command = defineCommand({
  name: "events reconcile",
  summary: "finds the events that never arrived, and handles them",
  details: DETAILS,
  options: {
    ...RECEIVER_OPTIONS,
    since: { value: "<time>", help: "a date and time, or how long ago: 90m, 12h, 3d" },
    until: { value: "<time>", help: "the end of the time, like --since (default now)" },
    cursor: { value: "<file>", help: "a file in which to keep the progress" },
    account: { value: "<acct_…>", help: "a connected account instead of your own", multiple: true },
    rate: { value: "<number>", help: "the most list requests in a second, 1 to 1000 (default 20)" },
    objects: { help: "compare subscriptions and entitlements, instead of events" },
    json: { help: "print the report as JSON" },
  },
  run: async (values, terminal) => {
    const { cursor: file } = values;
    const accounts = values.account.map((account) => readAccountId("account", account));
    const maxRequestsPerSecond = readWholeNumber("rate", values.rate, { least: 1, most: 1000, fallback: 20 });
    if (values.objects) {
      if (values.since !== undefined || values.until !== undefined) {
        throw new UsageError("--objects compares what is so now, and takes neither --since nor --until.");
      }
      return withReceiver("config", values.config, async (webhooks, module) => {
        const objects = { accounts, maxRequestsPerSecond, file, json: values.json };
        return reconcileObjects(webhooks, module, objects, terminal);
      });
    }
    const cursor = file === undefined ? undefined : await readCursor(file);
    if (cursor === undefined && values.since === undefined) {
      throw new UsageError("--since <time> is needed, or --cursor with a file of an earlier run.");
    }
    const show = createProgress(terminal);
    const report = await withReceiver("config", values.config, (webhooks) =>
      webhooks.reconcile({
        cursor,
        since: values.since === undefined ? undefined : readTime("since", values.since),
        until: values.until === undefined ? undefined : readTime("until", values.until),
        accounts: accounts.length === 0 ? undefined : accounts,
        maxRequestsPerSecond,
        onProgress: async (progress) => {
          if (file !== undefined) await writeCursor(file, progress.cursor);
          show(describe(progress));
        },
      }),
    );
    if (file !== undefined) await writeCursor(file, report.cursor);
    terminal.out(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : `${describe(report)}\n`);
    return isComplete(report) ? EXIT.ok : EXIT.found;
  },
});

function describe(report: ReconcileReport): string {
  return describeReport("events listed", report);
}
