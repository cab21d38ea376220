/**
 * The services of one key in this process. A bundler such as that of Next.js loads a module once for each bundle that
 * imports it, so the service that hears of a webhook is another than the one that a page asks. What one of them is told to
 * forget, all of them forget.
 *
 * Nothing but what to forget is passed on, and forgetting costs one more request: no one can read by it what is another's.
 */
import { sha256Hex } from "./sha256.js";
import { addWeakly, hasWeakReferences, listLive, type WeakMembers } from "./weak-members.js";

/** What a service can be told to forget. */
export interface Forget {
  /** A tenant's remembered products, or everyone's. */
  catalog(tenantId?: string): void;
  /** Whose a customer is; `account` is the connected account that it is in, if any. */
  customer(account: string | undefined, customerId: string): void;
}

/**
 * Has `own` called whenever a service of the same identity is told to forget, for as long as the returned functions, which
 * tell all of them, are held.
 *
 * @param identity what makes two services interchangeable: the key, and where it is used. Only its hash is kept. A service
 *   without one is alone.
 */
export function joinSiblings(identity: string | undefined, own: Forget): Forget {
  if (identity === undefined || !hasWeakReferences()) return own;
  const hash = sha256Hex(identity);
  const groups = readRegistry();
  const siblings: Siblings = groups.get(hash) ?? new Set();
  groups.set(hash, siblings);
  addWeakly(siblings, own, removerOf(groups, hash));
  return {
    catalog(tenantId) {
      own.catalog(tenantId);
      for (const other of othersIn(siblings, own)) other.catalog(tenantId);
    },
    customer(account, customerId) {
      own.customer(account, customerId);
      for (const other of othersIn(siblings, own)) other.customer(account, customerId);
    },
  };
}

type Siblings = WeakMembers<Forget>;

function othersIn(siblings: Siblings, own: Forget): Forget[] {
  return listLive(siblings).filter((one) => one !== own);
}

/**
 * Removes a group, so that nothing is left of a key: an application may have one for each of its tenants. A closure of
 * {@link joinSiblings} would hold all that the others there hold, and so the last member for good.
 */
function removerOf(groups: Map<string, Siblings>, hash: string): () => void {
  return () => groups.delete(hash);
}

/** The number is that of {@link Forget}'s shape, which other copies of this package may have in another version. */
const REGISTRY = Symbol.for("@repo/billing: services by key, 1");

function readRegistry(): Map<string, Siblings> {
  // No code but this puts anything there.
  const holder = globalThis as { [REGISTRY]?: Map<string, Siblings> };
  holder[REGISTRY] ??= new Map();
  return holder[REGISTRY];
}
