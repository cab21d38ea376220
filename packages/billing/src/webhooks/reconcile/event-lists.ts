import { findEventType } from "../../events/event-types.js";
import type { Listing } from "./walk.js";

/** One of Stripe's lists of events. */
export interface EventListing extends Listing {
  readonly family: "snapshot" | "thin";
  readonly types: readonly string[];
}

/** Stripe takes so many in one request. */
const MAX_TYPES = 20;

type Kind = Pick<EventListing, "name" | "family" | "types">;

/** The lists that hold the events of some types. */
export function toKinds(types: readonly string[]): readonly Kind[] {
  return (["snapshot", "thin"] as const).flatMap((family) => {
    const own = types.filter((type) => findEventType(type)?.family === family).sort();
    return Array.from({ length: Math.ceil(own.length / MAX_TYPES) }, (_, index) => ({
      name: `${family} ${index}`,
      family,
      types: own.slice(index * MAX_TYPES, (index + 1) * MAX_TYPES),
    }));
  });
}

/** Every list of every account; `undefined` stands for your own. */
export async function* toListings(
  kinds: readonly Kind[],
  accounts: Iterable<string | undefined> | AsyncIterable<string>,
): AsyncGenerator<EventListing> {
  for await (const account of accounts) {
    for (const kind of kinds) {
      yield { ...kind, account, name: account === undefined ? kind.name : `${account} ${kind.name}` };
    }
  }
}
