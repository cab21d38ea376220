import type { FC } from "hono/jsx";
import type { Activity } from "../read-model.js";
import { describeOutlook, formatTime } from "./wording.js";

export const ActivityPanel: FC<{ readonly activity: readonly Activity[] }> = ({ activity }) => (
  <section class="card" aria-labelledby="activity-title">
    <h2 id="activity-title">Webhook activity</h2>
    <div id="activity" data-live>
      <p class="hint">
        {activity[0] === undefined ? (
          "No event has arrived yet. It will appear here by itself."
        ) : (
          <>
            Last event at{" "}
            <time dateTime={activity[0].receivedAt.toISOString()}>{formatTime(activity[0].receivedAt)}</time>.
            New ones appear by themselves.
          </>
        )}
      </p>
      <ol class="activity">
        {activity.map(({ receivedAt, eventType, subscription }) => (
          <li>
            <strong>{describeOutlook(subscription)}</strong>
            <span>
              <code>{eventType}</code>{" "}
              <time dateTime={receivedAt.toISOString()}>{formatTime(receivedAt)}</time>
            </span>
          </li>
        ))}
      </ol>
    </div>
  </section>
);
