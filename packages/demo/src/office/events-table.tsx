import type { Outcome } from "@repo/billing/webhooks";
import type { FC } from "hono/jsx";
import { formatTime } from "../pages/wording.js";
import type { LoggedDelivery, LoggedEvent } from "./delivery-log.js";

export interface EventWithEffects extends LoggedEvent {
  /** How often it took effect. */
  readonly effects: number;
}

export const EventsTable: FC<{ readonly events: readonly EventWithEffects[] }> = ({ events }) =>
  events.length === 0 ? (
    <p>No event has arrived yet.</p>
  ) : (
    <table class="log">
      <thead>
        <tr>
          <th scope="col">Event</th>
          <th scope="col">Tenant</th>
          <th scope="col">Deliveries, and the outcome of each</th>
          <th scope="col">Took effect</th>
        </tr>
      </thead>
      <tbody>
        {events.map(({ eventId, eventType, tenantId, deliveries, effects }) => (
          <tr>
            <th scope="row">
              {eventType}
              <code>{eventId}</code>
            </th>
            <td>{tenantId ?? "–"}</td>
            <td>
              <ol class="outcomes">
                {countRuns(deliveries).map(([delivery, times]) => (
                  <li>
                    <Delivery delivery={delivery} times={times} />
                  </li>
                ))}
              </ol>
            </td>
            <td>
              <span class={`state ${effects === 1 ? "paid" : ""}${effects > 1 ? "bad" : ""}`}>
                {describeEffects(effects)}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );

interface DeliveryProps {
  readonly delivery: LoggedDelivery;
  /** How often this came of it, one after the other. */
  readonly times: number;
}

const Delivery: FC<DeliveryProps> = ({ delivery: { at, status, durationMs, error }, times }) => (
  <>
    <span class={`state ${TONE[status]}`}>{WORDS[status]}</span> {times === 1 ? "" : `× ${times} `}
    <time dateTime={at.toISOString()}>{formatTime(at)}</time>{" "}
    <span class="hint">
      {Math.round(durationMs)} ms{error === undefined ? "" : `: ${error}`}
    </span>
  </>
);

/** Total, so that a new outcome fails to compile until it has words. */
const WORDS: Record<Outcome["status"], string> = {
  handled: "Handled",
  stored: "Stored",
  duplicate: "Duplicate, dropped",
  ignored: "Ignored",
  busy: "Busy, comes again",
  unresolved: "Tenant unknown, comes again",
  failed: "Failed, comes again",
  dead: "Given up",
  rejected: "Rejected",
};

const TONE: Record<Outcome["status"], "paid" | "open" | "bad" | ""> = {
  handled: "paid",
  stored: "paid",
  duplicate: "",
  ignored: "",
  busy: "open",
  unresolved: "open",
  failed: "open",
  dead: "bad",
  rejected: "bad",
};

function describeEffects(effects: number): string {
  if (effects === 0) return "Not yet";
  return effects === 1 ? "Once" : `${effects} times`;
}

/** Joins deliveries of the same outcome that followed each other. */
function countRuns(
  deliveries: readonly LoggedDelivery[],
): readonly (readonly [delivery: LoggedDelivery, times: number])[] {
  const runs: [LoggedDelivery, number][] = [];
  for (const delivery of deliveries) {
    const run = runs.at(-1);
    if (run?.[0].status === delivery.status && run[0].error === delivery.error) run[1] += 1;
    else runs.push([delivery, 1]);
  }
  return runs;
}
