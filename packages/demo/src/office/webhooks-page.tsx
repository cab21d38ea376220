import type { InboxStats } from "@repo/billing/webhooks";
import type { FC } from "hono/jsx";
import { Layout } from "../pages/layout.js";
import { EventsTable, type EventWithEffects } from "./events-table.js";
import type { RequestLog } from "./request-log.js";
import { RequestsTable } from "./requests-table.js";
import type { TroubleChoice } from "./trouble.js";
import { TroublePanel } from "./trouble-panel.js";

interface WebhooksPageProps {
  readonly operator: string;
  readonly events: readonly EventWithEffects[];
  readonly requests: RequestLog;
  readonly inbox: InboxStats;
  readonly trouble: TroubleChoice | undefined;
  /** How many lost events were found just now. */
  readonly found: string | undefined;
  /** How many events could not be handled just now. */
  readonly unsettled: string | undefined;
  readonly version: number;
}

export const WebhooksPage: FC<WebhooksPageProps> = (props) => {
  const { operator, events, requests, inbox, trouble, found, unsettled, version } = props;
  return (
    <Layout title="Webhooks" operator={operator} path="/office/webhooks" updates="/office/updates">
      <h1>Webhooks</h1>
      {found === undefined ? null : (
        <p class="notice" role="status">
          {describeFound(Number(found), Number(unsettled))}
        </p>
      )}
      <TroublePanel trouble={trouble} />
      <section class="card" aria-labelledby="events-title">
        <h2 id="events-title">Incoming events</h2>
        <div id="events" data-live data-version={version}>
          <p class="hint">
            From the durable inbox, a SQLite file: {inbox.held} in progress, {inbox.waiting} waiting for
            another try, {inbox.dead} given up.
          </p>
          <EventsTable events={events} />
        </div>
        <form method="post" action="/office/webhooks/lost" class="end">
          <button type="submit" class="quiet">
            Find lost events
          </button>
        </form>
      </section>
      <section class="card" aria-labelledby="requests-title">
        <h2 id="requests-title">Requests to Stripe, tried again</h2>
        <div id="requests" data-live>
          <RequestsTable requests={requests} />
        </div>
      </section>
    </Layout>
  );
};

function describeFound(found: number, unsettled: number): string {
  const lost = countEvents(found, "lost event was found and handled", "lost events were found and handled");
  const failed = countEvents(unsettled, "event could not be handled yet", "events could not be handled yet");
  if (failed !== "") return `${lost} ${failed} Press “Find lost events” once more to try again.`.trim();
  return lost === "" ? "No event was lost: every event that Stripe lists was handled." : lost;
}

/** Empty where there is none, or the address says something else than a number. */
function countEvents(count: number, one: string, many: string): string {
  if (!(count > 0)) return "";
  return count === 1 ? `One ${one}.` : `${count} ${many}.`;
}
