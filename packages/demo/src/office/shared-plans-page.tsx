import type { Price, Product } from "@repo/billing";
import type { FC } from "hono/jsx";
import { Layout } from "../pages/layout.js";
import { describePrice } from "../pages/wording.js";

interface SharedPlansPageProps {
  readonly operator: string;
  readonly products: readonly Product[];
}

export const SharedPlansPage: FC<SharedPlansPageProps> = ({ operator, products }) => (
  <Layout title="Shared plans" operator={operator} path="/office/plans">
    <h1>Shared plans</h1>
    <p class="lead">Every tenant sees them and may buy them; none may change them.</p>
    <ul class="products">
      {products.map((product) => (
        <li class="card" aria-label={product.name}>
          <p class="eyebrow">{product.active ? "For sale" : "Archived"}</p>
          <h2>{product.name}</h2>
          {product.defaultPrice === null ? null : (
            <PlanPrice product={product} price={product.defaultPrice} />
          )}
          <p>{product.description}</p>
          {product.active ? <Changes product={product} /> : null}
        </li>
      ))}
    </ul>
    <NewPlan />
  </Layout>
);

const PlanPrice: FC<{ readonly product: Product; readonly price: Price }> = ({ product, price }) => {
  const { amount, rhythm } = describePrice(price, product.unitLabel);
  return (
    <p class="price">
      {amount} <span>{rhythm}</span>
    </p>
  );
};

const Changes: FC<{ readonly product: Product }> = ({ product: { id, name, defaultPrice } }) => (
  <div class="end">
    {defaultPrice === null || defaultPrice.recurring?.usageType === "metered" ? null : (
      <form method="post" action="/office/plans/price" class="line-form">
        <input type="hidden" name="price" value={defaultPrice.id} />
        <label class="field">
          New price of {name}, in dollars
          <input type="text" name="amount" inputmode="decimal" pattern="\d{1,6}(\.\d{1,2})?" required />
        </label>
        <button type="submit" class="quiet">
          Change price
        </button>
      </form>
    )}
    <form method="post" action="/office/plans/archive">
      <input type="hidden" name="product" value={id} />
      <button type="submit" class="quiet" aria-label={`Archive ${name}`}>
        Archive
      </button>
    </form>
  </div>
);

const NewPlan: FC = () => (
  <section class="card" aria-labelledby="new-plan">
    <h2 id="new-plan">New shared plan</h2>
    <form method="post" action="/office/plans" class="details">
      <input type="hidden" name="key" value={crypto.randomUUID()} />
      <label class="field">
        Name
        <input type="text" name="name" maxlength={60} required />
      </label>
      <label class="field">
        Description
        <input type="text" name="description" maxlength={200} />
      </label>
      <label class="field">
        Price, in dollars
        <input type="text" name="amount" inputmode="decimal" pattern="\d{1,6}(\.\d{1,2})?" required />
      </label>
      <label class="field">
        Paid by the
        <select name="interval">
          <option value="month">month</option>
          <option value="year">year</option>
        </select>
      </label>
      <button type="submit" class="primary">
        Make the plan
      </button>
    </form>
  </section>
);
