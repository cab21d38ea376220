import type { MarksReport } from "../../operator/audit/findings.js";
import { type Command, defineCommand } from "../command.js";
import { EXIT } from "../exit-codes.js";
import { OPERATOR_OPTIONS, openOperator } from "../operator.js";
import { readWholeNumber } from "../option-table.js";
import { createProgress } from "../progress.js";
import { loadModule, SERVICE_DETAILS } from "../service.js";
import { UsageError } from "../usage-error.js";

/** Finds objects that no tenant or the wrong one can see. */
export const audit: Command = defineCommand({
  name: "audit",
  summary: "finds objects whose mark is missing, malformed, contradictory or unknown",
  details: `Reads every customer, product, price, coupon, promotion code and subscription of the account, a hundred with each request,
and changes nothing. With --tenants, it also finds marks of tenants that you do not know: the module exports "isTenant", a
function that takes a tenant id and returns true or false, or a promise of it.

${SERVICE_DETAILS}`,
  options: {
    tenants: { value: "<module>", help: "a module that exports isTenant(tenantId)" },
    most: { value: "<number>", help: "the most findings to print (default 100); all are counted" },
    rate: { value: "<number>", help: "the most requests in a second, 1 to 1000 (default 20)" },
    json: { help: "print the report as JSON" },
    ...OPERATOR_OPTIONS,
  },
  run: async (values, terminal) => {
    const most = readWholeNumber("most", values.most, { least: 1, most: 1_000_000, fallback: 100 });
    const requestsPerSecond = readWholeNumber("rate", values.rate, { least: 1, most: 1_000, fallback: 20 });
    const isTenant = values.tenants === undefined ? undefined : await loadIsTenant(values.tenants);
    const operator = await openOperator(values, terminal);
    const show = createProgress(terminal);
    const onProgress = (report: MarksReport) => show(`${describeLooked(report)} so far.`);
    const report = await operator.auditMarks({ most, requestsPerSecond, isTenant, onProgress });
    terminal.out(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : formatReport(report));
    return report.findings.length === 0 ? EXIT.ok : EXIT.found;
  },
});

async function loadIsTenant(path: string): Promise<(tenantId: string) => Promise<boolean>> {
  const isTenant: unknown = Reflect.get(await loadModule("tenants", path), "isTenant");
  if (typeof isTenant !== "function")
    throw new UsageError('--tenants must be a module that exports "isTenant".');
  return async (tenantId) => (await isTenant(tenantId)) === true;
}

function describeLooked({ looked }: MarksReport): string {
  const total = Object.values(looked).reduce((sum, count) => sum + count, 0);
  return `${total} objects`;
}

function formatReport(report: MarksReport): string {
  const { looked, problems, findings } = report;
  const lines = findings.map(
    ({ kind, objectId, problem, fact }) =>
      `  ${problem.padEnd(19)} ${kind.replaceAll("_", " ").padEnd(14)} ${objectId} ${fact}`,
  );
  const found = Object.values(problems).reduce((sum, count) => sum + count, 0);
  const counts = Object.entries(problems).map(([problem, count]) => `${count} ${problem}`);
  const kinds = Object.entries(looked).map(([kind, count]) => `${count} ${kind.replaceAll("_", " ")}s`);
  return [
    ...lines,
    ...(found > findings.length
      ? [`  and ${found - findings.length} more: --most <number> prints them.`]
      : []),
    ...(lines.length > 0 ? [""] : []),
    `Looked at ${kinds.join(", ")}.`,
    found === 0 ? "All marks agree." : `Found ${found}: ${counts.join(", ")}.`,
    "",
  ].join("\n");
}
