import { invalid } from "../api-error.js";
import { listV2Route } from "../declare/list-v2.js";
import { hash, isWithin, list, type Param, text } from "../declare/params.js";
import { type Resource, retrieveRoute } from "../declare/route.js";

const THIRTY_DAYS = 30 * 24 * 3600;

const FILTERS = {
  created: hash({ gt: moment(), gte: moment(), lt: moment(), lte: moment() }),
  object_id: text(),
  types: list(text(), { max: 20 }),
};

/** Thin events, as they are delivered to event destinations and fetched afterwards. */
export const thinEvents: Resource<"v2.core.event"> = {
  kind: {
    object: "v2.core.event",
    noun: "event",
    keys: { object_id: (event) => [event.related_object?.id] },
    render: ({ created, ...event }) => ({ ...event, created: toDateTime(created) }),
  },
  permission: "event",
  routes: [
    listV2Route("v2.core.event", "/v2/core/events", FILTERS, ({ account, params }) => ({
      ...(params.object_id !== undefined && { match: { object_id: params.object_id } }),
      where: ({ created, type }) =>
        created >= account.now - THIRTY_DAYS &&
        (params.created === undefined || isWithin(params.created, created)) &&
        (params.types?.includes(type) ?? true),
    })),
    retrieveRoute("v2.core.event", "/v2/core/events"),
  ],
};

/** Unix seconds as the newer API writes them. */
export function toDateTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

/** Unix seconds, as the SDK sends, or a date and time in RFC 3339, as Stripe's reference shows. */
function moment(): Param<number> {
  const plain = text();
  return {
    read: (value, name) => {
      const written = plain.read(value, name);
      if (/^\d{1,11}$/.test(written)) return Number(written);
      const milliseconds = Date.parse(written);
      if (/^\d{4}-\d{2}-\d{2}T/.test(written) && !Number.isNaN(milliseconds)) return milliseconds / 1000;
      throw invalid(`Invalid date and time: '${written}', which must be like 2026-01-31T12:00:00Z.`, name);
    },
  };
}
