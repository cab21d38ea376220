import type { WebhookReceiver } from "@repo/billing/webhooks";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Effects } from "../effects.js";
import type { Watchers } from "../watchers.js";
import type { DeliveryLog } from "./delivery-log.js";
import type { AsOperator } from "./operator-sign-in.js";
import type { RequestLog } from "./request-log.js";
import { REQUEST_TROUBLES, type RequestTrouble, type Trouble, WEBHOOK_TROUBLES } from "./trouble.js";
import { WebhooksPage } from "./webhooks-page.js";

export interface WebhookParts {
  readonly webhooks: WebhookReceiver;
  readonly effects: Effects;
  readonly deliveries: DeliveryLog;
  readonly requests: RequestLog;
  /** Undefined against Stripe's test mode, which breaks nothing on demand. */
  readonly trouble: Trouble | undefined;
  readonly changes: Watchers;
}

export async function showWebhooks(c: Context<AsOperator>, parts: WebhookParts): Promise<Response> {
  const events = parts.deliveries.list().map((event) => ({
    ...event,
    effects: event.eventId === null ? 0 : parts.effects.count(event.eventId),
  }));
  const stats = await parts.webhooks.readStats();
  return c.html(
    <WebhooksPage
      operator={c.var.name}
      events={events}
      requests={parts.requests}
      inbox={stats.inbox}
      trouble={parts.trouble?.choice}
      found={c.req.query("found")}
      unsettled={c.req.query("unsettled")}
      version={parts.changes.version}
    />,
  );
}

export async function chooseTrouble(c: Context<AsOperator>, { trouble }: WebhookParts): Promise<Response> {
  if (trouble === undefined)
    throw new HTTPException(409, { message: "Faults need the local Stripe. Start the demo without keys." });
  const values = new URLSearchParams(await c.req.text());
  const webhooks = values.get("webhooks") ?? "none";
  if (!isOneOf(WEBHOOK_TROUBLES, webhooks))
    throw new HTTPException(400, { message: "There is no such fault." });
  trouble.choose({
    requests: new Set(
      Object.keys(REQUEST_TROUBLES).filter((name): name is RequestTrouble => values.has(name)),
    ),
    webhooks,
    handlerCrashes: values.has("handler_crashes"),
  });
  return c.redirect("/office/webhooks", 303);
}

/** Asks Stripe for the events of the last hour, and handles those that never arrived. */
export async function findLostEvents(c: Context<AsOperator>, { webhooks }: WebhookParts): Promise<Response> {
  const { recovered, unsettled } = await webhooks.reconcile({ since: new Date(Date.now() - HOUR_MS) });
  return c.redirect(`/office/webhooks?found=${recovered}&unsettled=${unsettled}`, 303);
}

const HOUR_MS = 3_600_000;

function isOneOf<T extends object>(table: T, name: PropertyKey): name is keyof T {
  return Object.hasOwn(table, name);
}
