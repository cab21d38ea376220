import type { FC } from "hono/jsx";
import type { Probe } from "../isolation.js";
import type { Workspace } from "../workspaces.js";

interface IsolationPanelProps {
  readonly workspace: Workspace;
  readonly probes: { readonly foreign: Probe; readonly missing: Probe };
}

/** Shows that another tenant's subscription is refused, tried anew for each page. */
export const IsolationPanel: FC<IsolationPanelProps> = ({ workspace, probes: { foreign, missing } }) => (
  <section aria-labelledby="isolation-title">
    <h2 id="isolation-title">Isolation, tried just now</h2>
    <p class="section-lead">
      This page asked for two subscriptions that are not {workspace.name}’s. One is the other tenant’s, one
      does not exist. The answers are the same, so that nobody learns which ids exist.
    </p>
    <div class="probes">
      <Outcome title="Another tenant’s subscription" tenantId={workspace.tenantId} probe={foreign} />
      <Outcome title="A subscription that does not exist" tenantId={workspace.tenantId} probe={missing} />
    </div>
  </section>
);

interface OutcomeProps {
  readonly title: string;
  readonly tenantId: string;
  readonly probe: Probe;
}

const Outcome: FC<OutcomeProps> = ({ title, tenantId, probe: { subscriptionId, refusal } }) => (
  <article class="card probe" aria-label={title}>
    <h3>{title}</h3>
    <pre>
      <code>{`billing.forTenant("${tenantId}")\n.getSubscription("${subscriptionId}")`}</code>
    </pre>
    {refusal === undefined ? (
      <p class="leaked">
        <strong>Handed out.</strong> This must never happen.
      </p>
    ) : (
      <p class="refused">
        <strong>Refused</strong> <code>{refusal.name}</code> {refusal.message}
      </p>
    )}
    <p>
      <a href={`/api/subscriptions/${subscriptionId}`}>See the JSON answer</a>
    </p>
  </article>
);
