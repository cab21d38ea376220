/** A line of code that keeps tenants apart. */
export interface Guard {
  /** In `src`. */
  readonly file: string;
  /** What it sees to. */
  readonly guard: string;
  /** Stands once in the file. */
  readonly remove: string;
  /** Default: nothing. */
  readonly put?: string;
}

export declare const GUARDS: readonly Guard[];
