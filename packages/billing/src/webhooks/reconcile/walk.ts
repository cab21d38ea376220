import { Deadline } from "../../deadline.js";
import { isBillingError } from "../../errors.js";
import { onAbort } from "../../on-abort.js";
import type { Pace } from "./pace.js";
import type { Progress, ReconcileReport } from "./progress.js";

/** One of Stripe's lists that a run walks. */
export interface Listing {
  /** Tells it from the others of a run. */
  readonly name: string;
  readonly account: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string | undefined;
}

/** What reading a page gets of its run. */
export interface Reading {
  readonly signal: AbortSignal;
  /** Waits until another request may be sent, for pages that take several. */
  readonly pace: () => Promise<void>;
}

export interface Walk<L extends Listing, T> {
  /** Begins to read the lists, in the same order each time. */
  readonly openListings: () => AsyncGenerator<L>;
  readonly readPage: (listing: L, cursor: string | undefined, reading: Reading) => Promise<Page<T>>;
  readonly take: (item: T, listing: L) => Promise<void>;
  readonly pace: Pace;
  readonly progress: Progress;
  readonly onProgress: ((report: ReconcileReport) => void | Promise<void>) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Lists walked side by side: as many as keep the pace while Stripe takes a third of a second for each. */
const SIDE_BY_SIDE = 16;
const CLOSE_MS = 1_000;
/** The longest time of a timer: a run ends by itself. */
const NO_END_MS = 2 ** 31 - 1;

/**
 * Walks every list to its end, page by page. Rejects at the first failure, or when `signal` aborts, once nothing is at
 * work any more; the last cursor that `onProgress` was told goes on from there.
 */
export async function walkListings<L extends Listing, T>(walk: Walk<L, T>): Promise<void> {
  const listings = skipPassed(walk.openListings, walk.progress);
  try {
    await sideBySide(walk.signal, async (run) => {
      // An async generator hands each listing to one of those who ask.
      const read = () => run.race(listings.next());
      for (let next = await read(); !next.done; next = await read()) {
        await walkList(walk, next.value, run);
      }
    });
  } catch (error) {
    await close(listings);
    throw error;
  }
}

/** Lets the application's accounts close what they are read from, such as a query. */
async function close(listings: AsyncGenerator<Listing>): Promise<void> {
  // What ended the reading matters more, and what hangs does not close either.
  await new Deadline(CLOSE_MS).race(listings.return(undefined)).catch(() => undefined);
}

async function walkList<L extends Listing, T>(walk: Walk<L, T>, listing: L, run: Deadline): Promise<void> {
  const { take, progress, onProgress } = walk;
  const begun = progress.begin(listing);
  for (let cursor = begun; cursor !== null; ) {
    const { items, nextCursor } = await readPage(walk, listing, cursor, run).catch((error: unknown) => {
      if (cursor !== undefined && cursor === begun && isRefused(error)) {
        return readPage(walk, listing, undefined, run);
      }
      if (listing.account === undefined || !isDisconnected(error)) throw error;
      progress.refuse(listing.account);
      return NOTHING;
    });
    for (const item of items) {
      run.remainingMs();
      await take(item, listing);
    }
    progress.pass(listing, nextCursor);
    await onProgress?.(progress.report());
    cursor = nextCursor ?? null;
  }
}

async function readPage<L extends Listing, T>(
  { readPage: read, pace }: Walk<L, T>,
  listing: L,
  cursor: string | undefined,
  run: Deadline,
): Promise<Page<T>> {
  await pace(run);
  return run.run((signal) => read(listing, cursor, { signal, pace: () => pace(run) }));
}

/**
 * Whether Stripe does not take the page of a stopped run any more: what it begins after is gone, as an event is after 30
 * days. Its list is walked anew then, where what was settled is settled.
 */
function isRefused(error: unknown): boolean {
  return isBillingError(error) && (error.code === "not_found" || error.code === "invalid_argument");
}

/** Whether an account is not connected, or no longer; the others of a run are to be gone through all the same. */
function isDisconnected(error: unknown): boolean {
  if (!isBillingError(error) || error.code !== "permission") return false;
  return Reflect.get(Object(error.cause), "code") === "account_invalid";
}

const NOTHING: Page<never> = { items: [] };

/** Runs workers side by side. The first failure, or `signal`, ends them all; rejects once the last one has ended. */
async function sideBySide(
  signal: AbortSignal | undefined,
  work: (run: Deadline) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const stopAll = () => stop.abort();
  const failures: unknown[] = [];
  const stopListening = signal && onAbort(signal, stopAll);
  if (signal?.aborted) stopAll();
  const workUntilStopped = async () => {
    try {
      await work(new Deadline(NO_END_MS, [stop.signal], { what: "Reconciling" }));
    } catch (error) {
      failures.push(error);
      stopAll();
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, workUntilStopped));
  stopListening?.();
  if (failures.length > 0) throw failures[0];
}

/** Leaves out the lists that a stopped run has passed, unless they are not the same lists any more. */
async function* skipPassed<L extends Listing>(
  open: () => AsyncGenerator<L>,
  progress: Progress,
): AsyncGenerator<L> {
  const { passed, lastPassed } = progress;
  const listings = open();
  let last: string | undefined;
  for (let count = 0; count < passed; count += 1) {
    const next = await listings.next();
    last = next.value?.name;
    if (next.done) break;
  }
  if (last === lastPassed) {
    yield* listings;
  } else {
    await close(listings);
    progress.restart();
    yield* open();
  }
}
