import type Stripe from "stripe";
import { ConfigurationError, InvalidArgumentError } from "../../errors.js";
import { assertKnownKeys } from "../../known-keys.js";
import type { Feed } from "../receive.js";
import { type ListSubscriptions, type ObjectReport, openObjectRun, toAccountListings } from "./object-run.js";
import { createPace } from "./pace.js";
import { RUN_OPTIONS, type RunOptions, readRunOptions } from "./run-options.js";
import { toSyntheticEvent } from "./synthetic-event.js";
import { type Listing, type Reading, walkListings } from "./walk.js";

/** What a receiver gives to every comparison of objects. */
export interface ComparisonParts {
  readonly listSubscriptions: ListSubscriptions | undefined;
  readonly eventTypes: readonly string[];
  readonly feed: Feed;
  readonly now: () => number;
}

interface ComparisonOptions<T> extends RunOptions {
  readonly findOutdated: (objects: readonly T[]) => Iterable<string> | Promise<Iterable<string>>;
  readonly cursor?: string | undefined;
}

/** A kind of object that is compared with what the application has. */
export interface ComparedKind<T> {
  /** The receiver's method, for messages. */
  readonly method: string;
  /** What the lists of a run are called in its cursor. */
  readonly name: string;
  /** What `findOutdated` gets, for messages. */
  readonly given: string;
  /** Finds the event type that an object is told as, among those with a handler. @throws ConfigurationError without one. */
  readonly chooseType: (handled: readonly string[]) => (object: T) => string;
  /** Finds the objects that a page of subscriptions leads to. */
  readonly find: (
    subscriptions: readonly Stripe.Subscription[],
    reading: Reading & { readonly account: string | undefined },
  ) => Promise<readonly Found<T>[]>;
}

/** An object to compare, one whose tenant is not known yet, or one that is no tenant's. */
export type Found<T> =
  | {
      readonly status: "compared";
      readonly id: string;
      /** What `findOutdated` gets. */
      readonly given: T;
      /** The object of the event that is made when it is outdated. */
      readonly toObject: () => object;
    }
  | { readonly status: "unknown" | "nobody"; readonly id: string };

const OPTIONS = [...RUN_OPTIONS, "findOutdated", "cursor"];

/** Walks an account's subscriptions, and feeds the receiver an event for each object that the application does not have so. */
export async function compareObjects<T>(
  { method, name, given, chooseType, find }: ComparedKind<T>,
  options: ComparisonOptions<T>,
  { listSubscriptions, eventTypes, feed, now }: ComparisonParts,
): Promise<ObjectReport> {
  assertKnownKeys(method, options, OPTIONS);
  const { findOutdated, cursor } = options;
  const { openAccounts, maxRequestsPerSecond, signal, onProgress } = readRunOptions(options);
  if (typeof findOutdated !== "function") {
    throw new InvalidArgumentError(`findOutdated must be a function of ${given}.`);
  }
  if (listSubscriptions === undefined) {
    throw new ConfigurationError(
      `${method} needs a billing service with listAccountSubscriptions, as StripeBillingService has.`,
    );
  }
  const typeOf = chooseType(eventTypes);
  const { progress, day, report } = openObjectRun(name, cursor, now());
  await walkListings<Listing, Found<T>>({
    openListings: () => toAccountListings(name, openAccounts()),
    readPage: async ({ account }, page, reading) => {
      const query = { account, cursor: page };
      const { subscriptions, nextCursor } = await listSubscriptions(query, { signal: reading.signal });
      const found = await find(subscriptions, { ...reading, account });
      const compared = found.flatMap((one) => (one.status === "compared" ? one.given : []));
      const outdated = compared.length === 0 ? new Set() : toIds(await findOutdated(compared));
      const items = found.filter(
        ({ status, id }) => status === "unknown" || (status === "compared" && outdated.has(id)),
      );
      progress.passOver(found.length - items.length);
      return { items, nextCursor };
    },
    take: async (item, { account }) => {
      const createdSeconds = Math.floor(now() / 1000);
      // Its sign-up may not be stored yet: it is compared again in the next run.
      if (item.status !== "compared") return progress.add({ status: "unresolved" }, createdSeconds * 1000);
      const type = typeOf(item.given);
      const event = await toSyntheticEvent(item.toObject(), {
        id: item.id,
        type,
        account,
        createdSeconds,
        day,
      });
      progress.add(await feed(event), createdSeconds * 1000);
    },
    pace: createPace(maxRequestsPerSecond),
    progress,
    onProgress,
    signal,
  });
  return report();
}

/** Refuses an answer that is none, as of a function without `return`: it would pass for one that found nothing. */
function toIds(answer: Iterable<string>): ReadonlySet<unknown> {
  const given: unknown = answer;
  if (typeof given === "object" && given !== null && Symbol.iterator in given) {
    const ids = new Set(answer);
    if ([...ids].every((id) => typeof id === "string")) return ids;
  }
  throw new InvalidArgumentError(
    "findOutdated must return an array or a Set of ids, empty if nothing differs.",
  );
}
