import type { EventListQuery, EventPage, TenantResolver } from "../../../src/webhooks.js";

/** A snapshot event of a subscription, as Stripe lists it. */
export function listedEvent(
  id: string,
  createdSeconds: number,
  fields: Record<string, unknown> = {},
): Record<string, unknown> & { readonly id: string; readonly created: number; readonly type: string } {
  return {
    object: "event",
    type: "customer.subscription.updated",
    livemode: false,
    data: { object: { id: `sub_${id}`, object: "subscription", customer: "cus_acme" } },
    ...fields,
    id,
    created: createdSeconds,
  };
}

export interface FakeStripe extends TenantResolver<object> {
  /** What it was asked for. */
  readonly queries: EventListQuery[];
  /** Events by account; `""` holds one's own. */
  readonly events: Map<string, ReturnType<typeof listedEvent>[]>;
  /** Refuses cursors with an error: those of events that are not there, or those that match. */
  readonly refuseCursors: (error: Error, cursors?: RegExp) => void;
}

/** Stripe's list of snapshot events, as far as the service passes it on: newest first, and of one size a page. */
export function fakeStripe(own: ReturnType<typeof listedEvent>[], pageSize = 3): FakeStripe {
  const queries: EventListQuery[] = [];
  const events = new Map([["", own]]);
  let refuses: (cursor: string, isThere: boolean) => void = () => undefined;
  return {
    queries,
    events,
    refuseCursors: (error, cursors) => {
      refuses = (cursor, isThere) => {
        if (cursors?.test(cursor) ?? !isThere) throw error;
      };
    },
    resolveTenant: async () => ({ status: "tenant", tenantId: "acme" }),
    forTenant: (tenantId) => ({ boundTo: tenantId }),
    async listEvents(query: EventListQuery): Promise<EventPage> {
      queries.push(query);
      const { account = "", types, fromSeconds, toSeconds, cursor } = query;
      const found = (events.get(account) ?? [])
        .filter(({ type, created }) => types.includes(type) && created >= fromSeconds && created <= toSeconds)
        .sort((one, other) => other.created - one.created || (one.id < other.id ? 1 : -1));
      const start = cursor === undefined ? 0 : found.findIndex(({ id }) => id === cursor) + 1;
      if (cursor !== undefined) refuses(cursor, start > 0);
      const page = found.slice(start, start + pageSize);
      const hasMore = start + pageSize < found.length;
      return { events: page, nextCursor: hasMore ? page.at(-1)?.id : undefined };
    },
  };
}
