import type { Child, FC } from "hono/jsx";
import { lastPeriodEnd } from "../billing/cancellation.js";
import type { SubscriptionRecord } from "../store/records.js";
import { type Format, formatFor } from "./format.js";
import { Layout } from "./layout.js";
import { InvoiceHistory } from "./portal-invoices.js";
import type { OpenSession } from "./portal-session.js";

interface PageProps {
  readonly open: OpenSession;
}
interface SubscriptionProps extends PageProps {
  readonly subscription: SubscriptionRecord;
}

/** What the customer has, and what may be done with it. */
export const HomePage: FC<PageProps & { readonly done?: string | undefined }> = ({ open, done }) => (
  <PortalLayout title="Billing" open={open}>
    {done === "canceled" ? <Notice>Your cancellation is recorded.</Notice> : null}
    {done === "kept" ? <Notice>Your subscription goes on.</Notice> : null}
    <h1 class="section">Current subscriptions</h1>
    {open.subscriptions.length === 0 ? <p>You have no subscription.</p> : null}
    {open.subscriptions.map((subscription) => (
      <SubscriptionCard open={open} subscription={subscription} />
    ))}
    <BillingInformation open={open} />
    {open.configuration.features.invoice_history.enabled ? <InvoiceHistory open={open} /> : null}
  </PortalLayout>
);

/** Asks before anything is canceled. */
export const CancelPage: FC<SubscriptionProps> = ({ open, subscription }) => {
  const format = formatFor(open.session);
  const { cancellation_reason: reason, mode } = open.configuration.features.subscription_cancel;
  const end = format.date(lastPeriodEnd(subscription));
  const span = subscription.status === "trialing" ? "trial" : "billing period";
  return (
    <PortalLayout title="Cancel your subscription" open={open}>
      <div class="narrow">
        <h1>Cancel your subscription</h1>
        <Lines open={open} subscription={subscription} format={format} />
        <p>
          {mode === "immediately"
            ? "It ends at once, and its service with it."
            : `It will be canceled, but is still available until the end of your ${span} on ${end}.`}{" "}
          {mode === "immediately" ? null : "If you change your mind, you can keep it until then."}
        </p>
        <form method="post" action={`${base(open)}/subscriptions/${subscription.id}/cancel`}>
          <Token open={open} />
          {reason.enabled ? <Reasons options={reason.options} /> : null}
          <p>
            <button type="submit" class="danger">
              Cancel subscription
            </button>
          </p>
        </form>
        <a class="button" href={`${base(open)}?done`}>
          Go back
        </a>
      </div>
    </PortalLayout>
  );
};

/** Asks before a cancellation is taken back. */
export const KeepPage: FC<SubscriptionProps> = ({ open, subscription }) => {
  const format = formatFor(open.session);
  return (
    <PortalLayout title="Keep your subscription" open={open}>
      <div class="narrow">
        <h1>Keep your subscription</h1>
        <Lines open={open} subscription={subscription} format={format} />
        <p>
          It will not be canceled on {format.date(subscription.cancel_at ?? lastPeriodEnd(subscription))} and
          renews as before.
        </p>
        <form method="post" action={`${base(open)}/subscriptions/${subscription.id}/keep`}>
          <Token open={open} />
          <button type="submit" class="primary">
            Keep subscription
          </button>
        </form>
        <a class="button" href={`${base(open)}?done`}>
          Go back
        </a>
      </div>
    </PortalLayout>
  );
};

/** The end of a flow that asked for a page of its own. */
export const ConfirmationPage: FC<PageProps> = ({ open }) => (
  <PortalLayout title="Done" open={open}>
    <Notice>
      {open.session.flow?.after_completion.hosted_confirmation?.custom_message ?? "Your change is recorded."}
    </Notice>
    <a class="button narrow" href={`${base(open)}?done`}>
      See your subscriptions
    </a>
  </PortalLayout>
);

const PortalLayout: FC<PageProps & { readonly title: string; readonly children?: Child }> = (props) => {
  const { session, configuration } = props.open;
  const {
    headline,
    privacy_policy_url: privacy,
    terms_of_service_url: terms,
  } = configuration.business_profile;
  return (
    <Layout
      title={props.title}
      language={formatFor(session).language}
      livemode={session.livemode}
      aside={
        <>
          <h2>{headline ?? "Manage your billing"}</h2>
          {session.return_url === null ? null : (
            <p>
              <a href={session.return_url}>
                <span aria-hidden="true">←</span> Return to {new URL(session.return_url).host}
              </a>
            </p>
          )}
          {terms === null ? null : (
            <p>
              <a href={terms}>Terms</a>
            </p>
          )}
          {privacy === null ? null : (
            <p>
              <a href={privacy}>Privacy</a>
            </p>
          )}
        </>
      }
    >
      {props.children}
    </Layout>
  );
};

const SubscriptionCard: FC<SubscriptionProps> = ({ open, subscription }) => {
  const format = formatFor(open.session);
  const ending = subscription.cancel_at !== null;
  const path = `${base(open)}/subscriptions/${subscription.id}`;
  const end = format.date(subscription.cancel_at ?? lastPeriodEnd(subscription));
  return (
    <article class="card" aria-label={productNames(open, subscription).join(", ")}>
      <div>
        <Lines open={open} subscription={subscription} format={format} />
        <p>
          {ending
            ? `Your subscription will be canceled on ${end}.`
            : subscription.status === "trialing"
              ? `Your free trial ends on ${end}.`
              : `Your subscription renews on ${end}.`}
        </p>
      </div>
      <div class="actions">
        {ending ? (
          <a class="button primary" href={`${path}/keep`}>
            Keep subscription
          </a>
        ) : open.configuration.features.subscription_cancel.enabled ? (
          <a class="button" href={`${path}/cancel`}>
            Cancel subscription
          </a>
        ) : null}
      </div>
    </article>
  );
};

const Lines: FC<SubscriptionProps & { readonly format: Format }> = ({ open, subscription, format }) => (
  <div class="plan">
    {subscription.items.map((item, at) => {
      const price = open.world.inPath("price", item.price);
      return (
        <div>
          <h3>
            {open.world.of("product").get(price.product)?.name ?? price.product}
            {item.quantity !== undefined && item.quantity !== 1 ? ` × ${item.quantity}` : ""}
            {at === 0 ? <Status subscription={subscription} /> : null}
          </h3>
          <p class="price">{format.price(price, item)}</p>
        </div>
      );
    })}
  </div>
);

const STATUS_WORDS: Readonly<Record<string, string>> = {
  active: "Active",
  trialing: "Trial",
  past_due: "Past due",
  unpaid: "Unpaid",
  paused: "Paused",
  incomplete: "Incomplete",
};

const Status: FC<{ readonly subscription: SubscriptionRecord }> = ({ subscription }) =>
  subscription.cancel_at === null ? (
    <span class="status">{STATUS_WORDS[subscription.status] ?? subscription.status}</span>
  ) : (
    <span class="status ending">Cancels soon</span>
  );

const BillingInformation: FC<PageProps> = ({ open }) => {
  const customer = open.world.inPath("customer", open.session.customer);
  return (
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
};

const REASON_WORDS: Readonly<Record<string, string>> = {
  customer_service: "Customer service was less than expected",
  low_quality: "Quality was less than expected",
  missing_features: "I need more features",
  other: "Other reason",
  switched_service: "I found an alternative",
  too_complex: "Ease of use was less than expected",
  too_expensive: "It is too expensive",
  unused: "I no longer need it",
};

const Reasons: FC<{ readonly options: readonly string[] }> = ({ options }) => (
  <fieldset>
    <legend>Why are you canceling? (optional)</legend>
    {options.map((option) => (
      <label class="choice">
        <input type="radio" name="feedback" value={option} />
        {REASON_WORDS[option] ?? option}
      </label>
    ))}
    <label class="above" for="comment">
      Anything else?
    </label>
    <textarea id="comment" name="comment" rows={3} maxlength={5000}></textarea>
  </fieldset>
);

const Notice: FC<{ readonly children?: Child }> = ({ children }) => (
  <p class="notice" role="status">
    {children}
  </p>
);

const Token: FC<PageProps> = ({ open }) => (
  <input type="hidden" name="csrf_token" value={open.session.csrfToken} />
);

function base(open: OpenSession): string {
  return `/p/session/${open.session.secret}`;
}

function productNames(open: OpenSession, subscription: SubscriptionRecord): readonly string[] {
  return subscription.items.map((item) => {
    const { product } = open.world.inPath("price", item.price);
    return open.world.of("product").get(product)?.name ?? product;
  });
}
