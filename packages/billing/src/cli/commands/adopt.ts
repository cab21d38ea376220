import { open, writeFile } from "node:fs/promises";
import type { AdoptionReport } from "../../operator/adoption/ledger.js";
import type { RowSource } from "../../operator/adoption/read-rows.js";
import type { AdoptionRow } from "../../operator/adoption/rows.js";
import { type Command, defineCommand } from "../command.js";
import { EXIT } from "../exit-codes.js";
import { findMessage } from "../find-message.js";
import { OPERATOR_OPTIONS, openOperator } from "../operator.js";
import { readWholeNumber } from "../option-table.js";
import { createProgress } from "../progress.js";
import { readCsv } from "../read-csv.js";
import { loadModule, SERVICE_DETAILS } from "../service.js";
import { UsageError } from "../usage-error.js";

const COLUMNS = {
  customer_id: "customerId",
  product_id: "productId",
  coupon_id: "couponId",
  promotion_code_id: "promotionCodeId",
  tenant_id: "tenantId",
  reference: "reference",
};

const DETAILS = `Assigns existing customers, products with their prices, coupons and promotion codes to their tenants: marks them in
Stripe, and links customers in the service's directory. A dry run without --apply. Refuses objects that carry another mark.
Call it again after a failure: it skips what was adopted before.

--from is a CSV file or a module. The file's first line names its columns: ${Object.keys(COLUMNS).join(", ")}.
Each line has one id, and a tenant; "*" shares a product, coupon or code with all tenants. "reference" is your own
id for the customer, under which ensureCustomer finds it. A module exports "rows": an iterable, async or not, or a function
that returns one, of objects such as { customerId, tenantId, reference }.

  billing adopt --from customers.csv --config ./billing.mjs
  billing adopt --from customers.csv --config ./billing.mjs --apply --report adopted.json

${SERVICE_DETAILS}`;

/** Gives what was made before to its tenants. */
export const adopt: Command = defineCommand({
  name: "adopt",
  summary: "assigns existing customers, products and coupons to their tenants",
  details: DETAILS,
  options: {
    from: { value: "<file>", help: "a CSV file, or a module that exports rows", required: true },
    apply: { help: "make the changes; without it, only reports what they would be" },
    rate: { value: "<number>", help: "the most requests in a second, 1 to 1000 (default 20)" },
    report: { value: "<file>", help: "write the whole report to this file, as JSON" },
    json: { help: "print the report as JSON" },
    ...OPERATOR_OPTIONS,
  },
  run: async (values, terminal) => {
    const requestsPerSecond = readWholeNumber("rate", values.rate, { least: 1, most: 1_000, fallback: 20 });
    const operator = await openOperator(values, terminal);
    const rows = await openRows(values.from);
    if (values.report !== undefined) await assertWritable(values.report);
    const show = createProgress(terminal);
    const report = await operator.adopt(rows, {
      dryRun: !values.apply,
      requestsPerSecond,
      onProgress: (counts) => show(describeCounts(counts, !values.apply)),
    });
    const json = `${JSON.stringify(report, undefined, 2)}\n`;
    if (values.report !== undefined) await writeFile(values.report, json);
    terminal.out(values.json ? json : formatReport(report));
    return report.problems.length === 0 ? EXIT.ok : EXIT.found;
  },
});

/** Before anything is changed: what was done must not go unreported. What is in the file stays until then. */
async function assertWritable(report: string): Promise<void> {
  try {
    await (await open(report, "a")).close();
  } catch (error) {
    throw new UsageError(`--report could not be written: ${findMessage(error)}`);
  }
}

async function openRows(path: string): Promise<RowSource<AdoptionRow>> {
  // Each row is checked by what adopts it.
  if (/\.(?:csv|txt)$/i.test(path)) return readCsv(path, COLUMNS) as AsyncGenerator<never>;
  const exported: unknown = Reflect.get(await loadModule("from", path), "rows");
  const rows: unknown = typeof exported === "function" ? await exported() : exported;
  if (isIterable(rows)) return rows;
  throw new UsageError(
    '--from must be a .csv file, or a module that exports "rows": an iterable, or a function that returns one.',
  );
}

function isIterable(value: unknown): value is RowSource<AdoptionRow> {
  if (typeof value !== "object" || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

function describeCounts(
  { rows, adopted, already, refused, missing }: Omit<AdoptionReport, "dryRun" | "problems">,
  dryRun: boolean,
): string {
  const verb = dryRun ? "to adopt" : "adopted";
  return `${rows} rows: ${adopted} ${verb}, ${already} adopted before, ${refused} refused, ${missing} missing.`;
}

const SHOWN = 20;

function formatReport(report: AdoptionReport): string {
  const { problems, dryRun } = report;
  const lines = problems.slice(0, SHOWN).map(({ row, objectId, outcome, reason }) => {
    return `  row ${String(row).padEnd(6)} ${outcome.padEnd(8)} ${objectId ?? ""} ${reason}`;
  });
  const left = problems.length - lines.length;
  return [
    ...lines,
    ...(left > 0 ? [`  and ${left} more: --report <file> has them all.`] : []),
    ...(lines.length > 0 ? [""] : []),
    describeCounts(report, dryRun),
    ...(dryRun ? ["Nothing was changed. Add --apply to make the changes."] : []),
    "",
  ].join("\n");
}
