import { ConfigurationError, DirectoryUnavailableError, isBillingError } from "../../errors.js";

/**
 * Asks the application's own record. Whatever it throws, a bare text included, becomes an error of this package.
 *
 * @throws DirectoryUnavailableError
 */
export async function askDirectory<T>(ask: () => T | PromiseLike<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isBillingError(error)) throw error;
    throw new DirectoryUnavailableError("The tenancy's directory failed. Nothing was changed; try again.", {
      cause: error,
    });
  }
}

/** @throws ConfigurationError when the directory's `customersOf` gave anything but a list of texts. */
export function parseCustomerList(answer: unknown): readonly string[] {
  if (Array.isArray(answer) && answer.every((id) => typeof id === "string")) return answer;
  throw new ConfigurationError("The directory's customersOf must return a list of customer ids (cus_…).");
}
