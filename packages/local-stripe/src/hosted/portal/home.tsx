import type { FC } from "hono/jsx";
import { isMetered } from "../../billing/catalog/metered.js";
import { lastPeriodEnd } from "../../billing/catalog/period-ends.js";
import { futureChange } from "../../portal/portal-schedule.js";
import { formatFor } from "../format.js";
import { isCancelable } from "./cancel.js";
import { isEditable } from "./details.js";
import { FutureWords } from "./drop-change.js";
import { flowPath } from "./flow.js";
import { Notice, type OpenProps, PortalLayout } from "./frame.js";
import { InvoiceHistory } from "./invoice-history.js";
import { isKeepable } from "./keep.js";
import { findNotice } from "./notices.js";
import { Owed } from "./owed.js";
import { OwnCard } from "./own-card.js";
import type { PortalPage } from "./page.js";
import { isPausable, pauseWords } from "./pause.js";
import { Plan, productNames, type SubscriptionProps } from "./plan.js";
import { isResumable } from "./resume.js";
import { SavedMethods } from "./saved-methods.js";
import { base, type OpenSession } from "./session.js";
import { findTaxId } from "./tax-id.js";
import { findChangeable } from "./update.js";

interface Home extends OpenProps {
  readonly notice: string | undefined;
}

/** The overview of the customer's billing. Redirects to the flow's page until the flow is done. */
export const HOME: PortalPage<Home> = {
  path: "",
  find: (open, { query }) => ({ open, notice: findNotice(query.get("done")) }),
  show: ({ open, notice }) => {
    const flow = flowPath(open);
    return flow === undefined ? <HomePage open={open} notice={notice} /> : { goTo: flow };
  },
};

const HomePage: FC<Home> = ({ open, notice }) => (
  <PortalLayout title="Billing" open={open}>
    {notice === undefined ? null : <Notice>{notice}</Notice>}
    <Owed open={open} />
    <h1 class="section">Current subscriptions</h1>
    {open.subscriptions.length === 0 ? <p>You have no subscription.</p> : null}
    {open.subscriptions.map((subscription) => (
      <SubscriptionCard open={open} subscription={subscription} />
    ))}
    <SavedMethods open={open} />
    <BillingInformation open={open} />
    {open.configuration.features.invoice_history.enabled ? <InvoiceHistory open={open} /> : null}
  </PortalLayout>
);

const SubscriptionCard: FC<SubscriptionProps> = ({ open, subscription }) => {
  const path = `${base(open)}/subscriptions/${subscription.id}`;
  const change = futureChange(open.account, subscription);
  return (
    <article class="card" aria-label={productNames(open, subscription).join(", ")}>
      <div>
        <Plan open={open} subscription={subscription} />
        <p>{outlook(open, subscription)}</p>
        <OwnCard open={open} subscription={subscription} />
        {change === undefined ? null : <FutureWords open={open} change={change} />}
      </div>
      <div class="actions">
        {isKeepable(open, subscription) ? (
          <a class="button primary" href={`${path}/keep`}>
            Keep subscription
          </a>
        ) : null}
        {findChangeable(open, subscription.id) === undefined ? null : (
          <a class="button" href={`${path}/update`}>
            Update subscription
          </a>
        )}
        {change !== undefined && open.configuration.features.subscription_update.enabled ? (
          <a class="button" href={`${path}/keep-plan`}>
            Cancel scheduled change
          </a>
        ) : null}
        {isPausable(open, subscription) ? (
          <a class="button" href={`${path}/pause`}>
            Pause subscription
          </a>
        ) : null}
        {isResumable(open, subscription) ? (
          <a class="button primary" href={`${path}/resume`}>
            Resume subscription
          </a>
        ) : null}
        {isCancelable(open, subscription) ? (
          <a class="button" href={`${path}/cancel`}>
            Cancel subscription
          </a>
        ) : null}
      </div>
    </article>
  );
};

function outlook({ session, account }: OpenSession, subscription: SubscriptionProps["subscription"]): string {
  const end = formatFor(session).date(subscription.cancel_at ?? lastPeriodEnd(subscription));
  if (subscription.cancel_at !== null) return `Your subscription will be canceled on ${end}.`;
  if (subscription.status === "paused") return pauseWords(session, subscription);
  if (FAILED.includes(subscription.status)) return "Your last payment failed.";
  if (subscription.status === "trialing") return `Your free trial ends on ${end}.`;
  const isBilledByUsage = subscription.items.every(({ price }) =>
    isMetered(account.getFromPath("price", price)),
  );
  return isBilledByUsage ? `Your usage is billed on ${end}.` : `Your subscription renews on ${end}.`;
}

const FAILED: readonly string[] = ["incomplete", "past_due", "unpaid"];

const BillingInformation: FC<OpenProps> = ({ open }) => {
  const { name, email, phone, address } = open.customer;
  const taxId = findTaxId(open);
  return (
    <section aria-label="Billing information">
      <h2 class="section">Billing information</h2>
      <dl class="facts">
        <dt>Name</dt>
        <dd>{name ?? "–"}</dd>
        <dt>Email</dt>
        <dd>{email ?? "–"}</dd>
        {phone ? (
          <>
            <dt>Phone</dt>
            <dd>{phone}</dd>
          </>
        ) : null}
        {taxId ? (
          <>
            <dt>Tax ID</dt>
            <dd>{taxId.value}</dd>
          </>
        ) : null}
        {address ? (
          <>
            <dt>Address</dt>
            <dd>{addressLine(address)}</dd>
          </>
        ) : null}
      </dl>
      {isEditable(open) ? (
        <p>
          <a class="button inline" href={`${base(open)}/details`}>
            Update information
          </a>
        </p>
      ) : null}
    </section>
  );
};

function addressLine(address: NonNullable<OpenSession["customer"]["address"]>): string {
  const { line1, line2, postal_code, city, state, country } = address;
  return [line1, line2, [postal_code, city].filter(Boolean).join(" "), state, country]
    .filter(Boolean)
    .join(", ");
}
