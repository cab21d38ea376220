import { readOwner } from "../events/owner-path.js";
import { OWNER_READS, type ReadOwnerObject } from "../stripe/owner-reads.js";
import type { CustomerRecord } from "./tenancy.js";

const PAGE = 100;
/** A thousand deletions; more within Stripe's thirty days would make each lookup slow. */
const MAX_PAGES = 10;
/** Stripe deletes the customer and ends its subscriptions at one moment, give or take its own clocks. */
const MARGIN_SECONDS = 300;

/**
 * Finds what a deleted customer was: Stripe keeps nothing of it but the event of its deletion, for thirty days, and that
 * holds the customer with its metadata. So the end of its subscriptions still finds its tenant, in whichever order the
 * events come and however late they are tried again.
 */
export async function findDeletedCustomer(
  read: ReadOwnerObject,
  customerId: string,
  happenedAtSeconds: number | undefined,
): Promise<CustomerRecord | undefined> {
  const near = happenedAtSeconds === undefined ? undefined : around(happenedAtSeconds);
  const found = near && (await search(read, customerId, near));
  return found ?? search(read, customerId, {});
}

async function search(
  read: ReadOwnerObject,
  customerId: string,
  filter: object,
): Promise<CustomerRecord | undefined> {
  let cursor: object = {};
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const params = { type: "customer.deleted", limit: PAGE, ...filter, ...cursor };
    const answer = await read(OWNER_READS.events, "/v1/events", params);
    const events = answer !== undefined && "data" in answer && Array.isArray(answer.data) ? answer.data : [];
    for (const event of events) {
      const customer: unknown = event?.data?.object;
      if (typeof customer !== "object" || customer === null) continue;
      const owner = readOwner("itself", customer);
      if (owner.customerId === customerId) {
        return { id: customerId, metadata: owner.metadata ?? null, deleted: true };
      }
    }
    const last: unknown = events.at(-1)?.id;
    const hasMore = answer !== undefined && "has_more" in answer && answer.has_more === true;
    if (!hasMore || typeof last !== "string") return undefined;
    cursor = { starting_after: last };
  }
  return undefined;
}

function around(seconds: number): object {
  return { created: { gte: seconds - MARGIN_SECONDS, lte: seconds + MARGIN_SECONDS } };
}
