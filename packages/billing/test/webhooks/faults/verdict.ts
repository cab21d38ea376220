/** What a run must not have: the events, or the processes, that broke a promise. */
export interface Verdict {
  /** Acknowledged, and neither handled nor kept. */
  readonly lost: readonly string[];
  /** With more than one effect, where the store promises one. */
  readonly doubled: readonly string[];
  /** Reported as handled by two attempts: one of them had lost its claim. */
  readonly settledTwice: readonly string[];
  /** Not settled although nothing hinders it. */
  readonly stuck: readonly string[];
  /** Given up, although no handler fails. */
  readonly dead: readonly string[];
  /** Begun twice with the same number of attempts. */
  readonly recounted: readonly string[];
  /** Processes that ended by themselves, with what they wrote: an unhandled rejection does that. */
  readonly died: readonly string[];
}

export const CLEAN: Verdict = {
  lost: [],
  doubled: [],
  settledTwice: [],
  stuck: [],
  dead: [],
  recounted: [],
  died: [],
};
