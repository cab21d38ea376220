import { Deadline } from "../../deadline.js";
import { ConfigurationError, InvalidArgumentError } from "../../errors.js";
import type { EventListQuery, EventPage } from "../../tenancy/tenancy.js";
import { assertInteger } from "../assert-integer.js";
import { readAccount, readCreatedAtMs } from "../events.js";
import { assertKnownKeys } from "../known-keys.js";
import { parseEventBody } from "../parse-event.js";
import type { Feed } from "../receive.js";
import { type Position, parseCursor } from "./cursor.js";
import { type EventListing, toKinds, toListings } from "./event-lists.js";
import { createPace, type Pace } from "./pace.js";
import { Progress, type ReconcileReport } from "./progress.js";

export interface ReconcileOptions {
  /** The time from which on events are listed. Needed without a cursor. Stripe lists the events of 30 days. */
  readonly since?: Date | undefined;
  /** The time up to which events are listed. Default: now. */
  readonly until?: Date | undefined;
  /**
   * Continues a run that was stopped, from the last cursor that `onProgress` was told, or begins the next one where a
   * finished run ended. It comes before `since` and, in a run that was stopped, before `until`.
   */
  readonly cursor?: string | undefined;
  /**
   * Connected accounts whose events are listed: their ids, or a function that begins to read them. Keep their order, so
   * that a run can be continued; when they have changed, it begins anew. Default: your own account, and no other.
   */
  readonly accounts?: Accounts | undefined;
  /** How much of a run the next one lists again, for events that Stripe lists late. Default 600. */
  readonly overlapSeconds?: number | undefined;
  /**
   * The most lists asked for in a second; the requests of handlers are not among them. Stripe allows 100 requests a
   * second in live mode, and 25 in test mode. Default 20.
   */
  readonly maxRequestsPerSecond?: number | undefined;
  /** Ends the run after the events at hand. It then rejects with an AbortedError. */
  readonly signal?: AbortSignal | undefined;
  /** Told after each page. The run waits for it, so that the cursor can be stored. */
  readonly onProgress?: ((report: ReconcileReport) => void | Promise<void>) | undefined;
}

export type Accounts = readonly string[] | (() => Iterable<string> | AsyncIterable<string>);

/** Finds the events that never arrived; see the receiver's `reconcile`. */
export type Reconcile = (options: ReconcileOptions) => Promise<ReconcileReport>;

type ListEvents = (query: EventListQuery, options: { readonly signal: AbortSignal }) => Promise<EventPage>;

export interface ReconcileParts {
  readonly listEvents: ListEvents | undefined;
  readonly eventTypes: readonly string[];
  readonly feed: Feed;
  readonly now: () => number;
}

const OPTIONS = [
  "since",
  "until",
  "cursor",
  "accounts",
  "overlapSeconds",
  "maxRequestsPerSecond",
  "signal",
  "onProgress",
];
const LISTED_SECONDS = 30 * 86_400;
/** Lists walked side by side: as many as keep the pace while Stripe takes a third of a second for each. */
const SIDE_BY_SIDE = 16;
/** The longest time of a timer: a run ends by itself. */
const NO_END_MS = 2 ** 31 - 1;

export function toReconcile({ listEvents, eventTypes, feed, now }: ReconcileParts): Reconcile {
  return async (options) => {
    assertKnownKeys("reconcile", options, OPTIONS);
    const { accounts, overlapSeconds = 600, maxRequestsPerSecond = 20, onProgress } = options;
    assertInteger("overlapSeconds", overlapSeconds, { min: 0, max: LISTED_SECONDS });
    assertInteger("maxRequestsPerSecond", maxRequestsPerSecond, { min: 1, max: 1000 });
    if (accounts !== undefined && typeof accounts !== "function" && !Array.isArray(accounts)) {
      throw new InvalidArgumentError(
        "accounts must be an array of account ids, or a function that begins to read them.",
      );
    }
    if (onProgress !== undefined && typeof onProgress !== "function") {
      throw new InvalidArgumentError("onProgress must be a function.");
    }
    if (listEvents === undefined) {
      throw new ConfigurationError(
        "reconcile needs a billing service with listEvents, as StripeBillingService has.",
      );
    }
    const progress = new Progress(readStart(options, now()), eventTypes.toSorted().join(" "));
    const kinds = toKinds(eventTypes);
    const openAccounts = () => (typeof accounts === "function" ? accounts() : (accounts ?? [undefined]));
    const listings = skipPassed(() => toListings(kinds, openAccounts()), progress);
    const walk = { listEvents, feed, pace: createPace(maxRequestsPerSecond), progress, onProgress };
    await sideBySide(options.signal, async (run) => {
      // An async generator hands each listing to one of those who ask.
      for (let next = await listings.next(); !next.done; next = await listings.next()) {
        await walkList(walk, next.value, run);
      }
    });
    return progress.finish(overlapSeconds);
  };
}

/** Runs workers side by side. The first failure, or `signal`, ends them all; rejects once the last one has ended. */
async function sideBySide(
  signal: AbortSignal | undefined,
  work: (run: Deadline) => Promise<void>,
): Promise<void> {
  // Each has a signal of its own: many listeners on one would look like a leak.
  const stops = Array.from({ length: SIDE_BY_SIDE }, () => new AbortController());
  const stopAll = () => {
    for (const stop of stops) stop.abort();
  };
  const failures: unknown[] = [];
  signal?.addEventListener("abort", stopAll, { once: true });
  if (signal?.aborted) stopAll();
  await Promise.all(
    stops.map(async (stop) => {
      try {
        await work(new Deadline(NO_END_MS, [stop.signal], { what: "Reconciling" }));
      } catch (error) {
        failures.push(error);
        stopAll();
      }
    }),
  );
  signal?.removeEventListener("abort", stopAll);
  if (failures.length > 0) throw failures[0];
}

interface Walk {
  readonly listEvents: ListEvents;
  readonly feed: Feed;
  readonly pace: Pace;
  readonly progress: Progress;
  readonly onProgress: ReconcileOptions["onProgress"];
}

/** Feeds the events of one list to the receiver, page by page, of each page the oldest first. */
async function walkList(walk: Walk, listing: EventListing, run: Deadline): Promise<void> {
  const { listEvents, feed, pace, progress, onProgress } = walk;
  const { family, types, account } = listing;
  const { fromSeconds, toSeconds } = progress;
  for (let cursor = progress.begin(listing); cursor !== null; ) {
    await pace(run);
    const query = { family, types, account, fromSeconds, toSeconds, cursor };
    const page = await run.run((signal) => listEvents(query, { signal }));
    for (const listed of page.events.toReversed()) {
      run.remainingMs();
      const body = JSON.stringify(nameAccount(listed, listing));
      const event = parseEventBody(body);
      // guard (if false): an event is fed to the account whose list it is on
      if (readAccount(event) !== account)
        throw new InvalidArgumentError("Stripe listed another account's event.");
      progress.add(await feed({ event, body }), readCreatedAtMs(event));
    }
    progress.pass(listing, page.nextCursor);
    await onProgress?.(progress.report());
    cursor = page.nextCursor ?? null;
  }
}

/** Names the account, as deliveries do: in an account's own list, Stripe may leave it out. */
function nameAccount(event: object, { family, account }: EventListing): object {
  const field = family === "thin" ? "context" : "account";
  return account === undefined ? event : { ...event, [field]: Reflect.get(event, field) ?? account };
}

/** Leaves out the lists that a stopped run has passed, unless they are not the same lists any more. */
async function* skipPassed(
  open: () => AsyncGenerator<EventListing>,
  progress: Progress,
): AsyncGenerator<EventListing> {
  const { passed, lastPassed } = progress;
  const skipped = open();
  let last: string | undefined;
  for (let count = 0; count < passed; count += 1) last = (await skipped.next()).value?.name;
  if (last === lastPassed) {
    yield* skipped;
  } else {
    progress.restart();
    yield* open();
  }
}

function readStart(
  { since, until, cursor }: ReconcileOptions,
  nowMs: number,
): Position & { readonly toSeconds: number } {
  const toSeconds = until === undefined ? Math.floor(nowMs / 1000) : readSeconds("until", until);
  const oldest = Math.floor(nowMs / 1000) - LISTED_SECONDS;
  if (cursor !== undefined) {
    const position = parseCursor(cursor);
    return {
      ...position,
      toSeconds: position.toSeconds ?? toSeconds,
      // What is older is listed no more.
      fromSeconds: Math.max(position.fromSeconds, oldest),
    };
  }
  if (since === undefined) throw new InvalidArgumentError("reconcile needs since, or a cursor.");
  const fromSeconds = readSeconds("since", since);
  // A moment may have passed since the caller took the time.
  if (fromSeconds < oldest - 3600) {
    throw new InvalidArgumentError("since is more than 30 days ago, and Stripe lists the events of 30 days.");
  }
  if (fromSeconds > toSeconds) throw new InvalidArgumentError("since must not be after until.");
  return { fromSeconds, toSeconds };
}

function readSeconds(name: string, date: Date): number {
  const seconds = date instanceof Date ? Math.floor(date.getTime() / 1000) : Number.NaN;
  if (Number.isSafeInteger(seconds)) return seconds;
  throw new InvalidArgumentError(`${name} must be a valid Date.`);
}
