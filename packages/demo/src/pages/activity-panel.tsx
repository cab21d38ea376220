import type { Product } from "@repo/billing";
import type { FC } from "hono/jsx";
import type { Activity } from "../read-model.js";
import { describeActivity } from "./activity-wording.js";
import { formatTime } from "./wording.js";

interface ActivityPanelProps {
  readonly activity: readonly Activity[];
  /** For the names of the plans. */
  readonly products: readonly Product[];
}

export const ActivityPanel: FC<ActivityPanelProps> = ({ activity, products }) => (
  <section class="card" aria-labelledby="activity-title">
    <h2 id="activity-title">Webhook activity</h2>
    <div id="activity" data-live>
      <p class="hint">
        {activity[0] === undefined ? (
          "No event has arrived yet."
        ) : (
          <>
            Last event at{" "}
            <time dateTime={activity[0].receivedAt.toISOString()}>{formatTime(activity[0].receivedAt)}</time>.
          </>
        )}{" "}
        <span class="scripted">New ones appear by themselves.</span>
      </p>
      <ol class="activity">
        {activity.map((one) => (
          <li>
            <strong>{describeActivity(one, products)}</strong>
            <span>
              <code>{one.eventType}</code>{" "}
              <time dateTime={one.receivedAt.toISOString()}>{formatTime(one.receivedAt)}</time>
            </span>
          </li>
        ))}
      </ol>
    </div>
  </section>
);
