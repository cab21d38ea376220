/** What the command's exit code says; documented in its help. */
export const EXIT = {
  /** Done, and no failures, perhaps warnings. */
  ok: 0,
  /** Done, and something was found that is wrong. */
  found: 1,
  /** The command or its settings were not understood, and nothing was changed. */
  misused: 2,
  /** It could not be finished, such as because Stripe did not answer. */
  failed: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
