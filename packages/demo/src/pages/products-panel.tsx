import type { Product } from "@repo/billing";
import type { FC } from "hono/jsx";
import { SHARED_PROMOTION } from "../tenants.js";
import { describePrice, formatDate } from "./wording.js";

interface ProductsPanelProps {
  readonly products: readonly Product[];
  /** The products of subscriptions that have not ended. */
  readonly planIds: ReadonlySet<string>;
  /** When scheduled changes happen, by the prices that are paid from then on. */
  readonly scheduledDates: ReadonlyMap<string, Date>;
}

export const ProductsPanel: FC<ProductsPanelProps> = ({ products, planIds, scheduledDates }) => {
  const hasPlan = products.some(({ id, shared }) => !shared && planIds.has(id));
  const offer = (product: Product) => {
    if (planIds.has(product.id)) return null;
    const startsAt = product.prices
      .map(({ id }) => scheduledDates.get(id))
      .find((date) => date !== undefined);
    if (startsAt !== undefined) return <p>From {formatDate(startsAt)}</p>;
    // Another plan is a change of the one there is; an extra is bought beside it.
    return hasPlan && !product.shared ? <ChangeTo product={product} /> : <Subscribe product={product} />;
  };
  return (
    <section aria-labelledby="products-title">
      <h2 id="products-title">Plans and extras for you</h2>
      {products.length === 0 ? (
        <p>None found yet. Stripe’s search finds a new product within a minute.</p>
      ) : null}
      <p class="section-lead">
        With the code <strong>{SHARED_PROMOTION.code}</strong>, typed on Stripe’s page, the first month of an
        extra is half the price.
      </p>
      <ul id="products" class="products" data-live>
        {ownFirst(products).map((product) => (
          <li class={planIds.has(product.id) ? "card chosen" : "card"}>
            <p class="eyebrow">{origin(product, planIds.has(product.id))}</p>
            <h3>{product.name}</h3>
            <ProductPrice product={product} />
            <p>{product.description}</p>
            <ul class="features">
              {product.features.map((feature) => (
                <li>{feature}</li>
              ))}
            </ul>
            {offer(product)}
          </li>
        ))}
      </ul>
    </section>
  );
};

const Subscribe: FC<{ readonly product: Product }> = ({ product: { name, defaultPrice } }) =>
  defaultPrice === null ? null : (
    <form method="post" action="/billing/checkout">
      <input type="hidden" name="price" value={defaultPrice.id} />
      <button type="submit" class="primary" aria-label={`Subscribe to ${name}`}>
        Subscribe
      </button>
    </form>
  );

const ChangeTo: FC<{ readonly product: Product }> = ({ product: { name, defaultPrice } }) =>
  defaultPrice === null ? null : (
    <p>
      <a class="button quiet" href={`/billing/change?price=${encodeURIComponent(defaultPrice.id)}`}>
        Change to {name}
      </a>
    </p>
  );

const ProductPrice: FC<{ readonly product: Product }> = ({ product: { defaultPrice, unitLabel } }) => {
  if (defaultPrice === null) return <p class="price">No price</p>;
  const { amount, rhythm } = describePrice(defaultPrice, unitLabel);
  return (
    <p class="price">
      {amount} <span>{rhythm}</span>
    </p>
  );
};

function origin({ shared }: Product, isPlan: boolean): string {
  if (isPlan) return shared ? "Yours" : "Your plan";
  return shared ? "Shared by all tenants" : "Yours alone";
}

function ownFirst(products: readonly Product[]): readonly Product[] {
  return [...products].sort((a, b) => Number(a.shared) - Number(b.shared) || amountOf(a) - amountOf(b));
}

function amountOf({ defaultPrice }: Product): number {
  return defaultPrice?.unitAmount ?? 0;
}
