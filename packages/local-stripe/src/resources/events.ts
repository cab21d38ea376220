import { listRoute } from "../http/list.js";
import { bool, isWithin, list, range, text } from "../http/params.js";
import { type Resource, retrieveRoute } from "../http/route.js";
import type { EventRecord } from "../store/records.js";

const THIRTY_DAYS = 30 * 24 * 3600;

export const events: Resource<"event"> = {
  kind: {
    object: "event",
    noun: "event",
    expandable: { data: "shown", request: "shown" },
  },
  permission: "event",
  routes: [
    listRoute(
      "event",
      "/v1/events",
      { created: range(), delivery_success: bool(), type: text(), types: list(text(), { max: 20 }) },
      ({ world, params: { created, delivery_success: delivered, type, types } }) => ({
        where: (event) =>
          event.created >= world.now - THIRTY_DAYS &&
          (created === undefined || isWithin(created, event.created)) &&
          (delivered === undefined || (event.pending_webhooks === 0) === delivered) &&
          (type === undefined || matchesType(event, type)) &&
          (types?.some((one) => matchesType(event, one)) ?? true),
      }),
    ),
    retrieveRoute("event", "/v1/events"),
  ],
};

/** `invoice.*` stands for every type that begins with `invoice.`. */
function matchesType(event: EventRecord, wanted: string): boolean {
  return wanted.endsWith(".*")
    ? event.type.startsWith(wanted.slice(0, -1))
    : wanted === "*" || event.type === wanted;
}
