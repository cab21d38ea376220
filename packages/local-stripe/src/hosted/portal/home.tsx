import type { FC } from "hono/jsx";
import { lastPeriodEnd } from "../../billing/cancellation.js";
import { formatFor } from "../format.js";
import { isCancelable } from "./cancel.js";
import { flowPath } from "./flow.js";
import { Notice, type OpenProps, PortalLayout } from "./frame.js";
import { InvoiceHistory } from "./invoice-history.js";
import { noticeOf } from "./notices.js";
import type { PortalPage } from "./page.js";
import { Plan, productNames, type SubscriptionProps } from "./plan.js";
import { base, type OpenSession } from "./session.js";

interface Home extends OpenProps {
  readonly notice: string | undefined;
}

/** What the customer has, and what may be done with it. A flow that is not done yet is opened instead. */
export const HOME: PortalPage<Home> = {
  path: "",
  find: (open, { query }) => ({ open, notice: noticeOf(query.get("done")) }),
  show: ({ open, notice }) => {
    const flow = flowPath(open);
    return flow === undefined ? <HomePage open={open} notice={notice} /> : { goTo: flow };
  },
};

const HomePage: FC<Home> = ({ open, notice }) => (
  <PortalLayout title="Billing" open={open}>
    {notice === undefined ? null : <Notice>{notice}</Notice>}
    <h1 class="section">Current subscriptions</h1>
    {open.subscriptions.length === 0 ? <p>You have no subscription.</p> : null}
    {open.subscriptions.map((subscription) => (
      <SubscriptionCard open={open} subscription={subscription} />
    ))}
    <BillingInformation open={open} />
    {open.configuration.features.invoice_history.enabled ? <InvoiceHistory open={open} /> : null}
  </PortalLayout>
);

const SubscriptionCard: FC<SubscriptionProps> = ({ open, subscription }) => {
  const path = `${base(open)}/subscriptions/${subscription.id}`;
  return (
    <article class="card" aria-label={productNames(open, subscription).join(", ")}>
      <div>
        <Plan open={open} subscription={subscription} />
        <p>{outlook(open, subscription)}</p>
      </div>
      <div class="actions">
        {subscription.cancel_at === null ? null : (
          <a class="button primary" href={`${path}/keep`}>
            Keep subscription
          </a>
        )}
        {isCancelable(open, subscription) ? (
          <a class="button" href={`${path}/cancel`}>
            Cancel subscription
          </a>
        ) : null}
      </div>
    </article>
  );
};

function outlook({ session }: OpenSession, subscription: SubscriptionProps["subscription"]): string {
  const end = formatFor(session).date(subscription.cancel_at ?? lastPeriodEnd(subscription));
  if (subscription.cancel_at !== null) return `Your subscription will be canceled on ${end}.`;
  if (subscription.status === "paused") return "Your subscription is paused. Nothing is charged.";
  if (subscription.status === "trialing") return `Your free trial ends on ${end}.`;
  return `Your subscription renews on ${end}.`;
}

const BillingInformation: FC<OpenProps> = ({ open: { customer } }) => (
  <>
    <h2 class="section">Billing information</h2>
    <dl class="facts">
      <dt>Name</dt>
      <dd>{customer.name ?? "–"}</dd>
      <dt>Email</dt>
      <dd>{customer.email ?? "–"}</dd>
    </dl>
  </>
);
