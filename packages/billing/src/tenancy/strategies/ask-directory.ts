import { ConfigurationError, DirectoryUnavailableError, isBillingError } from "../../errors.js";

/**
 * Asks the application's own record. Whatever it throws, a bare text included, becomes an error of this package; one of
 * this package's own that says something else, such as that Stripe has no such object, is no answer of a directory's.
 *
 * @throws DirectoryUnavailableError
 */
export async function askDirectory<T>(ask: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    // guard (operand 2): a directory's error is not taken for Stripe's
    if (isBillingError(error) && SAID_BY_DIRECTORIES.has(error.code)) throw error;
    throw new DirectoryUnavailableError("The tenancy's directory failed. Nothing was changed; try again.", {
      cause: error,
    });
  }
}

const SAID_BY_DIRECTORIES: ReadonlySet<string> = new Set([
  "account_mismatch",
  "configuration",
  "conflict",
  "directory_unavailable",
  "invalid_argument",
  "tenant_context",
]);

/**
 * Asks for a list of customers, and copies it at once: whatever reading the answer throws is the directory's failure too.
 *
 * @throws DirectoryUnavailableError
 * @throws ConfigurationError when the answer is anything but a list of texts.
 */
export function askCustomers(ask: () => unknown): Promise<readonly string[]> {
  return askDirectory(async () => {
    const answer = await ask();
    const list: readonly unknown[] | undefined = Array.isArray(answer) ? [...answer] : undefined;
    if (list?.every((id) => typeof id === "string")) return list;
    throw new ConfigurationError("The directory's customersOf must return a list of customer ids (cus_…).");
  });
}
