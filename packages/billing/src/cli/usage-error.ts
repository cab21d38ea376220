/** The command was not understood; the message says why, and the usage follows it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
