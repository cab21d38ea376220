import { UsageError } from "./usage-error.js";

/** A connected account's id that an option holds. @throws UsageError for any other text. */
export function readAccountId(option: string, text: string): string {
  if (/^acct_\w{1,64}$/.test(text)) return text;
  throw new UsageError(`--${option} must be a connected account's id, acct_…, not "${text}".`);
}
