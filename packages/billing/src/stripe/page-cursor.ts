import { InvalidArgumentError, NotFoundError } from "../errors.js";

/** Refuses a cursor. Told apart from other invalid arguments so that {@link pages} can start its walk again. */
export class CursorError extends InvalidArgumentError {
  constructor() {
    super("after must be the nextCursor of a page of this list.");
  }
}

/** A cursor is the id of an object on the previous page; refuses one that is not in this list. */
export async function assertCursor(proof: Promise<void>): Promise<void> {
  try {
    // guard (as proof.catch(() => undefined)): a cursor is awaited to be proved
    await proof;
  } catch (error) {
    throw error instanceof NotFoundError ? new CursorError() : error;
  }
}

/** Asks Stripe for a page after a cursor that was proved. Stripe refuses a cursor that has left the list since. */
export async function listAfter<T>(cursor: string | undefined, page: Promise<T>): Promise<T> {
  try {
    return await page;
  } catch (error) {
    throw cursor !== undefined && error instanceof NotFoundError ? new CursorError() : error;
  }
}
