import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { callFields, checkInput, onFirstUse, optionsObject } from "../../input.js";
import { notify } from "../../notify.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { OpenScope } from "../each-page.js";
import { adoptCatalog, isCatalogTarget } from "./adopt-catalog.js";
import { adoptCustomers } from "./adopt-customers.js";
import { type AdoptionCounts, type AdoptionReport, Ledger } from "./ledger.js";
import { type RowSource, readRows } from "./read-rows.js";
import type { AdoptionRow } from "./rows.js";

/** Options of `adopt`. `timeoutMs` limits the work on each object here, not the whole call. */
export interface AdoptOptions extends CallOptions {
  /** Changes nothing, and reports what would be changed. Default: true. */
  readonly dryRun?: boolean | undefined;
  /** The most requests to send in a second, 1 to 1000. Default: 20; Stripe allows 100 in live and 25 in test mode. */
  readonly requestsPerSecond?: number | undefined;
  /** Called after each row. Not awaited. */
  readonly onProgress?: ((counts: AdoptionCounts) => unknown) | undefined;
}

const RATE = "requestsPerSecond must be a number from 1 to 1000.";

const adoptOptions = onFirstUse(() =>
  optionsObject({
    ...callFields(),
    dryRun: z.optional(z.boolean("dryRun must be true or false.")),
    requestsPerSecond: rateField(),
    onProgress: z.optional(
      z.custom<(counts: AdoptionCounts) => unknown>(
        (value) => typeof value === "function",
        "onProgress must be a function.",
      ),
    ),
  }),
);

/** A rate of requests, for calls that send many. */
export function rateField(): z.ZodMiniOptional<z.ZodMiniNumber> {
  return z.optional(z.number(RATE).check(z.gte(1, RATE), z.lte(1_000, RATE)));
}

/** The options after their check. */
export interface AdoptSettings {
  readonly dryRun: boolean;
  readonly requestsPerSecond: number;
  readonly onProgress: AdoptOptions["onProgress"];
}

export function parseAdoptOptions(options: AdoptOptions): AdoptSettings {
  const { dryRun = true, requestsPerSecond = 20, onProgress } = checkInput(adoptOptions, options);
  return { dryRun, requestsPerSecond, onProgress };
}

export async function adopt(
  open: OpenScope,
  rows: RowSource<AdoptionRow>,
  { dryRun, onProgress }: Omit<AdoptSettings, "requestsPerSecond">,
): Promise<AdoptionReport> {
  if (!isIterable(rows)) throw new InvalidArgumentError("rows must be an iterable of rows, async or not.");
  const ledger = new Ledger((counts) => notify(onProgress, counts, "onProgress"));
  const run = { open, ledger, dryRun };
  const targets = await readRows(rows, ledger);
  await adoptCatalog(run, targets.filter(isCatalogTarget));
  await adoptCustomers(
    run,
    targets.filter((target) => !isCatalogTarget(target)),
  );
  return ledger.toReport(dryRun);
}

function isIterable(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}
