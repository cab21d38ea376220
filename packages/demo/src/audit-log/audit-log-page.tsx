import type { Product } from "@repo/billing";
import type { FC } from "hono/jsx";
import { Layout } from "../pages/layout.js";
import { describePrice, formatDate, formatTime } from "../pages/wording.js";
import type { Workspace } from "../workspaces.js";
import type { AuditEntry } from "./audit-log.js";

interface AuditLogPageProps {
  readonly workspace: Workspace;
  readonly entries: readonly AuditEntry[];
}

export const AuditLogPage: FC<AuditLogPageProps> = ({ workspace, entries }) => (
  <Layout title="Audit log" workspace={workspace} path="/audit-log">
    <h1>Audit log</h1>
    <section class="card" aria-label="Audit log">
      {entries.length === 0 ? <p>Nothing has been done yet.</p> : null}
      <ol class="activity">
        {entries.map(({ at, person, deed }) => (
          <li>
            <strong>{deed}</strong>
            <span>
              {person}
              <time dateTime={at.toISOString()}>
                {formatDate(at)}, {formatTime(at)}
              </time>
            </span>
          </li>
        ))}
      </ol>
    </section>
  </Layout>
);

interface LockedPageProps {
  readonly workspace: Workspace;
  /** The tenant's plans that have the feature. */
  readonly plans: readonly Product[];
}

export const LockedPage: FC<LockedPageProps> = ({ workspace, plans }) => (
  <Layout title="Audit log" workspace={workspace} path="/audit-log">
    <h1>Audit log</h1>
    <section class="card locked" aria-label="What to buy">
      <p class="eyebrow">Not in your plan</p>
      <h2>See who did what, and when</h2>
      <p>The audit log keeps every sign-in, every report and every change of your plan.</p>
      {plans.length === 0 ? <p>None of your plans has it yet. Write to sales@lumen.example.</p> : null}
      <ul class="offers">
        {plans.map(({ name, defaultPrice }) =>
          defaultPrice === null ? null : (
            <li>
              <span>
                <strong>{name}</strong> {describePrice(defaultPrice).amount}{" "}
                {describePrice(defaultPrice).rhythm}
              </span>
              <a class="button primary" href={`/billing/change?price=${encodeURIComponent(defaultPrice.id)}`}>
                Change to {name}
              </a>
            </li>
          ),
        )}
      </ul>
    </section>
  </Layout>
);
