import type { Price, Product, Subscription } from "@repo/billing";
import type { FC } from "hono/jsx";
import { describeOutlook, describePrice, formatDate, nameProduct, nameStatus } from "./wording.js";

interface SubscriptionPanelProps {
  readonly subscriptions: readonly Subscription[];
  /** For the names of the plans. */
  readonly products: readonly Product[];
  readonly version: number;
  /** The subscription of the plan, beside those of extras. */
  readonly planId: string;
}

export const SubscriptionPanel: FC<SubscriptionPanelProps> = ({
  subscriptions,
  products,
  version,
  planId,
}) => {
  const plan = subscriptions.find(({ id, endedAt }) => id === planId && endedAt === null);
  return (
    <section class="card plan" aria-labelledby="subscription-title">
      <h2 id="subscription-title">Subscription</h2>
      <div id="subscription" data-live data-version={version} aria-live="polite">
        {subscriptions.length === 0 ? <p>There is no subscription.</p> : null}
        {planFirst(subscriptions, planId).map((subscription) => (
          <Plan subscription={subscription} products={products} />
        ))}
        {plan === undefined ? null : <CancelOrKeep plan={plan} />}
      </div>
      <form method="post" action="/billing/portal">
        <button type="submit" class="primary">
          Manage billing
        </button>
        <a class="button quiet" href="/billing/change">
          Change plan or seats
        </a>
        <p class="hint">“Manage billing” opens Stripe’s hosted portal.</p>
      </form>
    </section>
  );
};

const CancelOrKeep: FC<{ readonly plan: Subscription }> = ({ plan: { cancelsAt, currentPeriodEnd } }) =>
  cancelsAt === null ? (
    <details>
      <summary>Cancel the plan</summary>
      <form method="post" action="/billing/cancel">
        <p>
          You keep it until {currentPeriodEnd === null ? "its period ends" : formatDate(currentPeriodEnd)}.
        </p>
        <button type="submit" class="quiet">
          Cancel at the end of the period
        </button>
      </form>
    </details>
  ) : (
    <form method="post" action="/billing/keep">
      <button type="submit" class="quiet">
        Keep the plan
      </button>
    </form>
  );

const Plan: FC<{ readonly subscription: Subscription; readonly products: readonly Product[] }> = (props) => {
  const { subscription, products } = props;
  const { status, cancelsAt, scheduledChange } = subscription;
  const isEnding = status === "past_due" || cancelsAt !== null || scheduledChange !== null;
  return (
    <article class="subscription">
      {subscription.items.map(({ id, price, quantity }) => (
        <div class="headline" key={id}>
          <h3>{nameProduct(price.productId, products)}</h3>
          <p class="price">
            {quantity !== null && quantity > 1 ? <span>{quantity} × </span> : null}
            {describePrice(price, labelOf(price, products)).amount}{" "}
            <span>{describePrice(price, labelOf(price, products)).rhythm}</span>
          </p>
        </div>
      ))}
      <p class={isEnding ? "outlook ending" : "outlook"}>
        <strong class="pill">{nameStatus(subscription)}</strong> {describeOutlook(subscription, products)}
      </p>
    </article>
  );
};

function labelOf({ productId }: Price, products: readonly Product[]): string | null {
  return products.find(({ id }) => id === productId)?.unitLabel ?? null;
}

function planFirst(subscriptions: readonly Subscription[], planId: string): readonly Subscription[] {
  return [...subscriptions].sort((a, b) => Number(b.id === planId) - Number(a.id === planId));
}
