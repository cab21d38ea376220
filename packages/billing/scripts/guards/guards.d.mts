/** A place in the code that keeps tenants apart. */
export interface Guard {
  /** In `src`. */
  readonly file: string;
  readonly line: number;
  /** What it sees to. */
  readonly guard: string;
  /** The file's text without it. */
  readonly without: string;
}

export interface FoundGuards {
  readonly guards: readonly Guard[];
  /** What is wrong with a tag, after its place. */
  readonly problems: readonly string[];
}

export declare function guardsIn(directory: string): FoundGuards;
export declare function guardsInText(file: string, text: string): FoundGuards;
