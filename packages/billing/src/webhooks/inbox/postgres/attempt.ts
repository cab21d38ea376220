import { setTimeout as sleep } from "node:timers/promises";
import { ConfigurationError } from "../../../errors.js";
import { describeError } from "../../error-text.js";
import { deliveryId, type InboxResult, objectKey, type Work } from "../inbox.js";
import { type Held, isClaimed } from "./claims.js";
import type { Closing, Database, Session, Statement } from "./database.js";
import { NOT_ITS_TRANSACTION } from "./functions.js";
import { findSqlState } from "./sqlstate.js";
import type { Statements } from "./statements.js";

export interface AttemptSettings {
  readonly statements: Statements;
  readonly leaseMs: number;
  readonly maxAttempts: number;
}

/** How a claim's transaction ended, as far as its client could tell. */
export type Ending<T> =
  | { readonly status: "committed"; readonly value: T }
  /** It had been handled by another process when the claim was made. */
  | { readonly status: "handled_before" }
  /** The claim that was to be made with it was not made. */
  | { readonly status: "not_claimed" }
  | Uncertain<T>;

export interface Uncertain<T> {
  readonly status: "uncertain";
  /** Set when a commit may have been sent. */
  readonly settled?: Settled<T>;
  /** Whether its claim may not have been made. */
  readonly mayLackClaim: boolean;
  readonly error: unknown;
}

interface Settled<T> {
  readonly value: T;
  readonly transaction: string;
}

/**
 * Runs the work in one transaction with the mark that it was done. Postgres holds the lease: the delivery is locked
 * while the transaction lives, and a session that is silent for the lease is ended by the server. It never rejects.
 *
 * @param claim Makes the claim, where it is not made yet.
 */
export async function runWork<Tx, T>(
  session: Session<Tx>,
  { statements, leaseMs }: AttemptSettings,
  { delivery, token, attempt }: Held,
  work: Work<Tx, T>,
  claim?: Statement,
): Promise<Ending<T>> {
  const id = deliveryId(delivery.key);
  let mayLackClaim = claim !== undefined;
  let settled: Settled<T> | undefined;
  let thrown: { readonly error: unknown } | undefined;
  try {
    const { isConfirmed, value: ending } = await session.transaction(
      { text: statements.fence, values: [id, token, leaseMs] },
      async ({ tx, row: fence, lost, before }): Promise<Closing<Ending<T>>> => {
        if (mayLackClaim && !isClaimed(before)) return { value: { status: "not_claimed" } };
        mayLackClaim = false;
        const opened = fence?.["opened"];
        if (typeof opened !== "string") throw new Error("The claim was lost before its work began.");
        if (opened === "handled") return { value: { status: "handled_before" } };
        const [transaction = "", newest = ""] = opened.split(",");
        let seenAtMs = 0;
        const sawObjectAt = (ms: number) => {
          seenAtMs = Math.max(seenAtMs, ms);
        };
        const given = { ...delivery, attempt, tx, sawObjectAt, signal: lost };
        const worked = await work(
          newest === "" ? given : { ...given, newestHandledAtMs: Number(newest) },
        ).then(
          (value) => ({ value }),
          (error: unknown) => {
            // Kept here, because a rollback on a lost connection fails with an error of its own.
            thrown = { error };
            throw error;
          },
        );
        settled = { ...worked, transaction };
        return {
          value: { status: "committed", ...worked },
          close: {
            text: statements.settle,
            values: [id, token, transaction, objectKey(delivery) ?? null, seenAtMs],
          },
        };
      },
      claim,
    );
    if (isConfirmed || ending.status !== "committed") return ending;
    return uncertain({
      mayLackClaim,
      settled,
      error: new Error("The transaction was not committed, and its client did not say so."),
    });
  } catch (error) {
    if (findSqlState(error) === NOT_ITS_TRANSACTION)
      return uncertain({ mayLackClaim, error: new ConfigurationError(ENDED_BY_HANDLER, { cause: error }) });
    return uncertain({ mayLackClaim, settled, error: thrown === undefined ? error : thrown.error });
  }
}

const ENDED_BY_HANDLER =
  "The handler committed or rolled back tx itself, so its writes do not belong to this event any more. Leave that to " +
  "the inbox; for a part that may fail, use SAVEPOINT.";

function uncertain<T>({
  settled,
  ...known
}: Pick<Uncertain<T>, "mayLackClaim" | "error"> & {
  readonly settled?: Settled<T> | undefined;
}): Uncertain<T> {
  return { status: "uncertain", ...known, ...(settled === undefined ? {} : { settled }) };
}

/**
 * Finds out how an attempt ended, and ends its claim if it was not settled. What a client says is not believed.
 *
 * @throws the attempt's error when its claim was not made.
 */
export async function resolveEnding<T>(
  database: Database<unknown>,
  { statements, maxAttempts }: AttemptSettings,
  { delivery, token, attempt }: Held,
  { error, settled, mayLackClaim }: Uncertain<T>,
): Promise<InboxResult<T>> {
  const id = deliveryId(delivery.key);
  // Text columns cannot hold a null character.
  const text = describeError(error).replaceAll("\0", "");
  let result: InboxResult<T> | undefined;
  try {
    result = await persistently(async () => {
      const values = [id, token, objectKey(delivery) ?? null, text, maxAttempts];
      const [failed] = (await database.query(statements.fail, values)).rows;
      if (failed?.["dead"] != null) return { status: failed["dead"] ? "dead" : "failed", attempt, error };
      if (mayLackClaim) return undefined;
      // The claim is gone, so it was settled, by this attempt or, if it was lost, by another.
      if (settled === undefined) return { status: "busy" };
      const { value, transaction } = settled;
      const [row] = (await database.query(statements.isHandledBy, [id, transaction])).rows;
      return row?.["handled"] === true ? { status: "handled", attempt, value } : { status: "busy" };
    });
  } catch (storeError) {
    // Whether it was committed is not known, so this must not look like an answer.
    if (settled !== undefined) throw storeError;
    if (!mayLackClaim) return { status: "failed", attempt, error };
  }
  if (result === undefined) throw error;
  return result;
}

/** Tries three times, because a pool has a good connection again at once, and a database within seconds. */
async function persistently<T>(run: () => Promise<T>): Promise<T> {
  for (const pauseMs of [100, 1_000]) {
    try {
      return await run();
    } catch {
      await sleep(pauseMs);
    }
  }
  return run();
}
