import type { AdoptionTarget } from "./rows.js";

/** What became of the rows. `missing` are those whose object Stripe does not have. */
export interface AdoptionCounts {
  readonly rows: number;
  /** Marked and linked now; in a dry run, those that would be. */
  readonly adopted: number;
  /** Adopted before, or made by this package: nothing to do. */
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
  /** Whether nothing was changed. */
  readonly dryRun: boolean;
  /** Every row that was refused or is missing. */
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
