import type { ObjectReport } from "../webhooks/reconcile/object-run.js";
import { readCursor, removeCursor, writeCursor } from "./cursor-file.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import { createProgress } from "./progress.js";
import type { EventsReceiver } from "./receiver.js";
import { describeReport, isComplete } from "./reconcile-report.js";
import type { Terminal } from "./terminal.js";
import { UsageError } from "./usage-error.js";

export interface ObjectsValues {
  readonly accounts: readonly string[];
  readonly maxRequestsPerSecond: number;
  /** Begins the names of the files of cursors, one for each kind. */
  readonly file: string | undefined;
  readonly json: boolean;
}

const METHODS = { subscriptions: "reconcileSubscriptions", entitlements: "reconcileEntitlements" } as const;
const KINDS = ["subscriptions", "entitlements"] as const;

/** Compares each kind of objects that the application's module can compare. @throws UsageError where that is none. */
export async function reconcileObjects(
  webhooks: EventsReceiver,
  module: object,
  { accounts, maxRequestsPerSecond, file, json }: ObjectsValues,
  terminal: Terminal,
): Promise<ExitCode> {
  const comparing = readFindOutdated(module);
  const show = createProgress(terminal);
  const reports: Record<string, ObjectReport> = {};
  for (const kind of KINDS) {
    const findOutdated = comparing[kind];
    if (findOutdated === undefined) continue;
    const cursorFile = file === undefined ? undefined : `${file}.${kind}`;
    reports[kind] = await webhooks[METHODS[kind]]({
      findOutdated,
      accounts: accounts.length === 0 ? undefined : accounts,
      maxRequestsPerSecond,
      cursor: cursorFile === undefined ? undefined : await readCursor(cursorFile),
      onProgress: async (progress) => {
        if (cursorFile !== undefined) await writeCursor(cursorFile, progress.cursor);
        show(describe(kind, progress));
      },
    });
    if (cursorFile !== undefined) await removeCursor(cursorFile);
  }
  const lines = Object.entries(reports).map(([kind, report]) => `${describe(kind, report)}\n`);
  terminal.out(json ? `${JSON.stringify(reports, undefined, 2)}\n` : lines.join(""));
  return Object.values(reports).every(isComplete) ? EXIT.ok : EXIT.found;
}

type FindOutdated = (given: readonly unknown[]) => Promise<Iterable<string>>;

function readFindOutdated(module: object): Partial<Record<(typeof KINDS)[number], FindOutdated>> {
  const exported: unknown = Reflect.get(module, "findOutdated");
  const comparing = typeof exported === "object" && exported !== null ? exported : {};
  const found = KINDS.flatMap((kind) => {
    const find: unknown = Reflect.get(comparing, kind);
    // The run refuses what it returns, should that be something else.
    const call: FindOutdated = async (given) =>
      typeof find === "function" ? Reflect.apply(find, comparing, [given]) : [];
    return typeof find === "function" ? [[kind, call] as const] : [];
  });
  if (found.length > 0) return Object.fromEntries(found);
  throw new UsageError(
    '--objects needs a module that exports "findOutdated", an object with the function "subscriptions" or "entitlements".',
  );
}

function describe(kind: string, report: ObjectReport): string {
  const things = kind === "subscriptions" ? "subscriptions" : "customers' entitlements";
  return describeReport(`${things} compared`, report);
}
