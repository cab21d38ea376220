import { InvalidArgumentError, NotFoundError } from "./errors.js";

/**
 * Makes a write after a check. Where Stripe refuses it, checks anew, since another call may have changed what was checked:
 * Stripe's own refusal would blame a parameter that the caller never gave. Sends nothing more unless it is refused.
 *
 * @param judge throws where the write is no longer possible; answers where another call has done the same.
 */
export async function unlessOvertaken<T>(
  judge: () => Promise<T | undefined>,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof NotFoundError || error instanceof InvalidArgumentError)) throw error;
    const instead = await judge();
    if (instead === undefined) throw error;
    return instead;
  }
}
