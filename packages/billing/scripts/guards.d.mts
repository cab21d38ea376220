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
  /** The tests that should miss it, where they are not those of `mutate-guards.mjs`. */
  readonly tests?: readonly string[];
}

export declare const GUARDS: readonly Guard[];
