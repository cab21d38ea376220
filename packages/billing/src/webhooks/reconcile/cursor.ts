import { InvalidArgumentError } from "../../errors.js";

/** How far a run has come, as its cursor says it. */
export interface Position {
  /** The seconds in which the events were created that the run goes through. */
  readonly fromSeconds: number;
  /** Absent in the cursor of a finished run, from which the next one begins. */
  readonly toSeconds?: number | undefined;
  /** When the oldest event was created that was listed, and is neither stored nor handled. */
  readonly unsettledSeconds?: number | undefined;
  /** The event types whose lists the rest of this is about. */
  readonly types?: string | undefined;
  /** How many lists have been walked to their end, before those in `pages`; and the name of the last of them. */
  readonly passed?: number | undefined;
  readonly lastPassed?: string | undefined;
  /** The lists under way, with the cursor of their next page; `null` where the list has ended. */
  readonly pages?: Readonly<Record<string, string | null>> | undefined;
}

export function formatCursor(position: Position): string {
  return JSON.stringify(position);
}

/** @throws InvalidArgumentError when it is not a cursor of `reconcile`. */
export function parseCursor(cursor: string): Position {
  const value = parseJson(cursor);
  if (isPosition(value)) return value;
  throw new InvalidArgumentError("cursor must be one that reconcile returned or passed to onProgress.");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== "object" || value === null) return false;
  const { fromSeconds, toSeconds, unsettledSeconds, types, passed, lastPassed, pages } = value as Position;
  const isWhole = (number: unknown) => number === undefined || Number.isSafeInteger(number);
  const isText = (text: unknown) => text === undefined || typeof text === "string";
  return (
    Number.isSafeInteger(fromSeconds) &&
    [toSeconds, unsettledSeconds, passed].every(isWhole) &&
    [types, lastPassed].every(isText) &&
    (pages === undefined ||
      (typeof pages === "object" &&
        pages !== null &&
        Object.values(pages).every((page) => page === null || typeof page === "string")))
  );
}
