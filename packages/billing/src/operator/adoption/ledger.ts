import type { AdoptionTarget } from "./rows.js";

/** The number of rows by result. `missing` counts rows whose object does not exist in Stripe. */
export interface AdoptionCounts {
  readonly rows: number;
  /** Rows whose object was marked and linked now, or would be in a dry run. */
  readonly adopted: number;
  /** Rows whose object was adopted before or created by this package, so that nothing is to be done. */
  readonly already: number;
  readonly refused: number;
  readonly missing: number;
}

export interface AdoptionProblem {
  /** Counted from 1, in the order of the source. */
  readonly row: number;
  /** Null where the row names no object. */
  readonly objectId: string | null;
  readonly outcome: "refused" | "missing";
  readonly reason: string;
}

export interface AdoptionReport extends AdoptionCounts {
  /** True if it was a dry run, which changes nothing. */
  readonly dryRun: boolean;
  /** Every row that was refused or whose object is missing. */
  readonly problems: readonly AdoptionProblem[];
}

/** Counts what becomes of the rows, and tells whoever listens. */
export class Ledger {
  readonly #counts = { rows: 0, adopted: 0, already: 0, refused: 0, missing: 0 };
  readonly #problems: AdoptionProblem[] = [];
  readonly #onProgress: (counts: AdoptionCounts) => void;

  constructor(onProgress: (counts: AdoptionCounts) => void) {
    this.#onProgress = onProgress;
  }

  readRow(): number {
    this.#counts.rows += 1;
    return this.#counts.rows;
  }

  add(outcome: "adopted" | "already"): void {
    this.#counts[outcome] += 1;
    this.#tell();
  }

  addProblem(problem: AdoptionProblem): void {
    this.#counts[problem.outcome] += 1;
    this.#problems.push(Object.freeze(problem));
    this.#tell();
  }

  refuse({ row, objectId }: Pick<AdoptionTarget, "row" | "objectId">, reason: string): void {
    this.addProblem({ row, objectId, outcome: "refused", reason });
  }

  miss({ row, objectId }: AdoptionTarget): void {
    const reason = "Stripe has no such object in this account and mode, or it was deleted.";
    this.addProblem({ row, objectId, outcome: "missing", reason });
  }

  toReport(dryRun: boolean): AdoptionReport {
    const problems = [...this.#problems].sort((a, b) => a.row - b.row);
    return Object.freeze({ dryRun, ...this.#counts, problems: Object.freeze(problems) });
  }

  #tell(): void {
    this.#onProgress(Object.freeze({ ...this.#counts }));
  }
}
