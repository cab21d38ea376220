import { InvalidArgumentError, NotFoundError } from "../errors.js";

/** A cursor is an object of the page before, so it is proved to be its list's or it is no cursor. */
export async function assertCursor(proof: Promise<void>): Promise<void> {
  try {
    // guard (as proof.catch(() => undefined)): a cursor is awaited to be proved
    await proof;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new InvalidArgumentError("after must be the nextCursor of a page of this list.");
  }
}
