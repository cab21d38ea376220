import { pause } from "../../pause.js";
import type { Delivery, InboxResult, Work } from "../inbox.js";
import { type AttemptSettings, type Ending, resolveEnding, runWork } from "./attempt.js";
import { type Claiming, type ClaimResult, claimArrived } from "./claims.js";
import type { Database, Session } from "./database.js";
import { isRivalry, outliveRivals } from "./rivals.js";

export interface ProcessingSettings extends AttemptSettings {
  readonly objectWaitMs: number;
}

/** What became of an attempt to claim and work: what was claimed, and the result unless there was nothing to claim. */
export interface Processed<T> {
  readonly delivery?: Delivery;
  readonly result?: InboxResult<T>;
}

/**
 * Makes a claim and runs its work. Waits while the delivery's object is at work, without a connection. Runs the work
 * again at once, a few times, when Postgres ended it because of another transaction.
 */
export async function processClaim<Tx, T>(
  database: Database<Tx>,
  settings: ProcessingSettings,
  claiming: Claiming,
  work: Work<Tx, T>,
  signal: AbortSignal | undefined,
): Promise<Processed<T>> {
  const waitsUntilMs = performance.now() + settings.objectWaitMs;
  let claim = claiming;
  for (let rivals = 0; ; ) {
    const { claimed, result } = await attempt(database, settings, claim, work, signal);
    // Goes on with the next connection, so that others get theirs meanwhile.
    if (claimed.status === "passed_over") continue;
    if (claimed.status === "object_at_work") {
      if (performance.now() >= waitsUntilMs) return { result: { status: "busy" } };
      await pause(POLL_MS * (0.5 + Math.random()), signal);
      signal?.throwIfAborted();
      // A transaction that is opened with each try would be in vain most times.
      claim = { make: claim.make, next: claim.make };
    } else if (claimed.status === "claimed" && gaveWay(result) && rivals < MAX_RIVALS) {
      rivals += 1;
      claim = claimArrived(settings, claimed.delivery);
    } else {
      return "delivery" in claimed ? { delivery: claimed.delivery, ...toResult(result) } : toResult(result);
    }
  }
}

const POLL_MS = 50;
const MAX_RIVALS = 3;

function toResult<T>(result: InboxResult<T> | undefined): Processed<T> {
  return result === undefined ? {} : { result };
}

function gaveWay(result: InboxResult<unknown> | undefined): boolean {
  return result?.status === "failed" && isRivalry(result.error);
}

interface Attempted<T> {
  readonly claimed: ClaimResult;
  readonly result?: InboxResult<T>;
}

async function attempt<Tx, T>(
  database: Database<Tx>,
  settings: ProcessingSettings,
  claiming: Claiming,
  work: Work<Tx, T>,
  signal: AbortSignal | undefined,
): Promise<Attempted<T>> {
  const claimAndWorkIn = (session: Session<Tx>) => {
    signal?.throwIfAborted();
    return claimAndWork(session, settings, claiming, work);
  };
  const wait = { signal, isPatient: claiming.isPatient };
  const { claimed, ending } = await database.session(claimAndWorkIn, wait);
  const result = await toInboxResult(database, settings, claimed, ending);
  return result === undefined ? { claimed } : { claimed, result };
}

interface Worked<T> {
  readonly claimed: ClaimResult;
  readonly ending?: Ending<T>;
}

async function claimAndWork<Tx, T>(
  session: Session<Tx>,
  settings: ProcessingSettings,
  { first, next, make }: Claiming,
  work: Work<Tx, T>,
): Promise<Worked<T>> {
  const isTogether = first !== undefined && session.takesBefore;
  if (isTogether) {
    const { held, statement } = first();
    const ending = await runWork(session, settings, held, work, statement);
    if (ending.status !== "not_claimed") return { claimed: { status: "claimed", ...held }, ending };
  }
  const makeClaim = isTogether ? next : make;
  const claimed = await outliveRivals(() => makeClaim(session.query));
  if (claimed.status !== "claimed") return { claimed };
  return { claimed, ending: await runWork(session, settings, claimed, work) };
}

async function toInboxResult<T>(
  database: Database<unknown>,
  settings: ProcessingSettings,
  claimed: ClaimResult,
  ending: Ending<T> | undefined,
): Promise<InboxResult<T> | undefined> {
  switch (claimed.status) {
    case "claimed": {
      if (ending === undefined || ending.status === "not_claimed") return undefined;
      if (ending.status === "uncertain") return resolveEnding(database, settings, claimed, ending);
      if (ending.status === "handled_before") return { status: "duplicate" };
      return { status: "handled", attempt: claimed.attempt, value: ending.value };
    }
    case "handled":
      return { status: "duplicate" };
    case "held":
      return { status: "busy" };
    case "dead":
      return { status: "dead", attempt: claimed.attempt };
    default:
      return undefined;
  }
}
