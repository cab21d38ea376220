import { ConfigurationError, InvalidArgumentError } from "../../errors.js";
import { assertKnownKeys } from "../../known-keys.js";
import type { EventListQuery, EventPage } from "../../tenancy/tenancy.js";
import { assertInteger } from "../assert-integer.js";
import { readAccount, readCreatedAtMs } from "../events.js";
import type { Feed } from "../receive.js";
import { parseEventBody } from "../verification/parse-event.js";
import { type Position, parseCursor } from "./cursor.js";
import { type EventListing, toKinds, toListings } from "./event-lists.js";
import { createPace } from "./pace.js";
import { Progress, type ReconcileReport } from "./progress.js";
import { RUN_OPTIONS, type RunOptions, readRunOptions } from "./run-options.js";
import { walkListings } from "./walk.js";

export interface ReconcileOptions extends RunOptions {
  /** The time from which events are listed. Required without a cursor. Stripe lists the events of the last 30 days. */
  readonly since?: Date | undefined;
  /** The time up to which events are listed. Default: now. */
  readonly until?: Date | undefined;
  /**
   * Continues a stopped run from the last cursor that `onProgress` got, or begins a new run where a finished one ended.
   * Overrides `since` and, for a stopped run, `until`.
   */
  readonly cursor?: string | undefined;
  /** How many seconds of a run the next one lists again, because Stripe may list events late. Default: 600. */
  readonly overlapSeconds?: number | undefined;
}

/** Finds the events that never arrived; see the receiver's `reconcile`. */
export type Reconcile = (options: ReconcileOptions) => Promise<ReconcileReport>;

export interface ReconcileParts {
  readonly listEvents:
    | ((query: EventListQuery, options: { readonly signal: AbortSignal }) => Promise<EventPage>)
    | undefined;
  readonly eventTypes: readonly string[];
  readonly feed: Feed;
  readonly now: () => number;
}

const OPTIONS = [...RUN_OPTIONS, "since", "until", "cursor", "overlapSeconds"];
const LISTED_SECONDS = 30 * 86_400;

export function toReconcile({ listEvents, eventTypes, feed, now }: ReconcileParts): Reconcile {
  return async (options) => {
    assertKnownKeys("reconcile", options, OPTIONS);
    const { overlapSeconds = 600 } = options;
    const { openAccounts, maxRequestsPerSecond, signal, onProgress } = readRunOptions(options);
    assertInteger("overlapSeconds", overlapSeconds, { min: 0, max: LISTED_SECONDS });
    if (listEvents === undefined) {
      throw new ConfigurationError(
        "reconcile needs a billing service with listEvents, as StripeBillingService has.",
      );
    }
    const progress = new Progress(readStart(options, now()), eventTypes.toSorted().join(" "));
    const { fromSeconds, toSeconds } = progress;
    const kinds = toKinds(eventTypes);
    await walkListings<EventListing, object>({
      openListings: () => toListings(kinds, openAccounts()),
      readPage: async ({ family, types, account }, cursor, { signal: stop }) => {
        const query = { family, types, account, fromSeconds, toSeconds, cursor };
        const { events, nextCursor } = await listEvents(query, { signal: stop });
        // The oldest first, as they happened.
        return { items: events.toReversed(), nextCursor };
      },
      take: async (listed, listing) => {
        const body = JSON.stringify(nameAccount(listed, listing));
        const event = parseEventBody(body);
        // guard (if false): an event is fed to the account whose list it is on
        if (readAccount(event) !== listing.account) {
          throw new InvalidArgumentError("Stripe listed another account's event.");
        }
        progress.add(await feed({ event, body }), readCreatedAtMs(event));
      },
      pace: createPace(maxRequestsPerSecond),
      progress,
      onProgress,
      signal,
    });
    return progress.finish(overlapSeconds);
  };
}

/** Names the account, as deliveries do: in an account's own list, Stripe may leave it out. */
function nameAccount(event: object, { family, account }: EventListing): object {
  const field = family === "thin" ? "context" : "account";
  return account === undefined ? event : { ...event, [field]: Reflect.get(event, field) ?? account };
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
