/** What Stryker mutates in one run and the suites that are about it, as globs from the package's folder. */
export interface MutatedFolder {
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
}

export declare const FOLDERS: Readonly<Record<string, MutatedFolder>>;

export declare function mutatedFolder(): MutatedFolder & { readonly name: string };
