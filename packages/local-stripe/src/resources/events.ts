import { listRoute } from "../declare/list.js";
import { bool, isWithin, list, range, required, text, unsupported } from "../declare/params.js";
import { type Resource, retrieveRoute, route } from "../declare/route.js";
import type { EventRecord } from "../store/records/events.js";

const THIRTY_DAYS = 30 * 24 * 3600;

const RETRY = {
  ...unsupported("account", "for_stripecli"),
  webhook_endpoint: required(text()),
};

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
      ({ account, params: { created, delivery_success: delivered, type, types } }) => ({
        where: (event) =>
          event.created >= account.now - THIRTY_DAYS &&
          (created === undefined || isWithin(created, event.created)) &&
          (delivered === undefined || (event.pending_webhooks === 0) === delivered) &&
          (type === undefined || matchesType(event, type)) &&
          (types?.some((one) => matchesType(event, one)) ?? true),
      }),
    ),
    retrieveRoute("event", "/v1/events"),
    // Not in Stripe's reference: it is what `stripe events resend` asks for.
    route("POST /v1/events/:id/retry", RETRY, ({ account, id, params }) => {
      const event = account.getFromPath("event", id);
      const endpoint = account.getFromParam("webhook_endpoint", params.webhook_endpoint, "webhook_endpoint");
      account.context.redeliver(account, event, endpoint.id);
      return account.render("event", account.getFromPath("event", id));
    }),
  ],
};

/** `invoice.*` matches every type that begins with `invoice.`. */
function matchesType(event: EventRecord, wanted: string): boolean {
  return wanted.endsWith(".*")
    ? event.type.startsWith(wanted.slice(0, -1))
    : wanted === "*" || event.type === wanted;
}
