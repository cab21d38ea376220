import type { Deadline } from "../deadline.js";
import { InvalidArgumentError } from "../errors.js";
import { EVENT_LISTS } from "../stripe/event-lists.js";
import { send } from "../stripe/send.js";
import type { Transport } from "../stripe/transport.js";
import { SHARED } from "./metadata-mark.js";
import type { EventListQuery, EventPage } from "./tenancy.js";

const PAGE = 100;
const MAX_TYPES = 20;

/**
 * Reads one page of a list of events, newest first. This is a read of the operator's: it holds the events of all tenants.
 *
 * @throws InvalidArgumentError for anything but what {@link EventListQuery} says, before anything is sent.
 */
export async function listEvents(
  transport: Transport,
  query: EventListQuery,
  deadline: Deadline,
): Promise<EventPage> {
  assertQuery(query);
  const { family, account } = query;
  const call = EVENT_LISTS[family];
  const params = family === "snapshot" ? snapshotParams(query) : thinParams(query);
  const path = call.slice("GET ".length);
  const request = { call, method: "GET", path, params, tenantId: SHARED, account } as const;
  const answer = await send(transport, request, deadline);
  const events = dataOf(answer);
  return Object.freeze({ events, nextCursor: nextCursor(family, answer, events) });
}

function assertQuery(query: EventListQuery): void {
  const { family, types, account, fromSeconds, toSeconds, cursor } = query;
  const isRight =
    (family === "snapshot" || family === "thin") &&
    Array.isArray(types) &&
    types.length > 0 &&
    types.length <= MAX_TYPES &&
    types.every((type) => /^[a-z0-9_.]{1,128}$/.test(type)) &&
    // guard (as true): the account of a list of events is one
    (account === undefined || /^acct_\w{1,64}$/.test(account)) &&
    Number.isSafeInteger(fromSeconds) &&
    Number.isSafeInteger(toSeconds) &&
    (cursor === undefined || /^[\w.=+/-]{1,2000}$/.test(cursor));
  if (isRight) return;
  throw new InvalidArgumentError(
    `A list of events needs its family, 1 to ${MAX_TYPES} types, and fromSeconds and toSeconds as whole seconds; ` +
      "the account, if any, must be an acct_… and the cursor one that a page had.",
  );
}

function snapshotParams({ types, fromSeconds, toSeconds, cursor }: EventListQuery): Record<string, unknown> {
  const created = { gte: fromSeconds, lte: toSeconds };
  return { types, created, limit: PAGE, ...(cursor === undefined ? {} : { starting_after: cursor }) };
}

function thinParams({ types, fromSeconds, toSeconds, cursor }: EventListQuery): Record<string, unknown> {
  const created = { gte: toDateTime(fromSeconds), lt: toDateTime(toSeconds + 1) };
  return { types, created, limit: PAGE, ...(cursor === undefined ? {} : { page: cursor }) };
}

function nextCursor(
  family: EventListQuery["family"],
  answer: unknown,
  events: readonly object[],
): string | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  if (family === "thin") {
    const url: unknown = "next_page_url" in answer ? answer.next_page_url : undefined;
    if (typeof url !== "string") return undefined;
    return new URL(url, "https://api.stripe.com").searchParams.get("page") ?? undefined;
  }
  const last: unknown = Reflect.get(events.at(-1) ?? {}, "id");
  return "has_more" in answer && answer.has_more === true && typeof last === "string" ? last : undefined;
}

function dataOf(answer: unknown): readonly object[] {
  const data: unknown =
    typeof answer === "object" && answer !== null && "data" in answer ? answer.data : undefined;
  return Array.isArray(data) ? data : [];
}

function toDateTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
