import type { Product, Subscription } from "@repo/billing";
import type { FC } from "hono/jsx";
import { describeOutlook, describePrice, nameProduct, nameStatus } from "./wording.js";

interface SubscriptionPanelProps {
  readonly subscriptions: readonly Subscription[];
  /** For the names of the plans. */
  readonly products: readonly Product[];
  readonly version: number;
}

export const SubscriptionPanel: FC<SubscriptionPanelProps> = ({ subscriptions, products, version }) => (
  <section class="card plan" aria-labelledby="subscription-title">
    <h2 id="subscription-title">Subscription</h2>
    <div id="subscription" data-live data-version={version} aria-live="polite">
      {subscriptions.length === 0 ? <p>There is no subscription.</p> : null}
      {subscriptions.map((subscription) => (
        <Plan subscription={subscription} products={products} />
      ))}
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
            {describePrice(price).amount} <span>{describePrice(price).rhythm}</span>
          </p>
        </div>
      ))}
      <p class={isEnding ? "outlook ending" : "outlook"}>
        <strong class="pill">{nameStatus(subscription)}</strong> {describeOutlook(subscription, products)}
      </p>
    </article>
  );
};
