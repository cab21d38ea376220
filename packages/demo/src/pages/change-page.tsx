import { formatAmount, type SubscriptionPreview } from "@repo/billing";
import type { FC } from "hono/jsx";
import { toConfirmationFields } from "../confirmation-fields.js";
import { MAX_SEATS, type PlanChoice, type PlanOption } from "../plan-choice.js";
import type { Workspace } from "../workspaces.js";
import { Layout } from "./layout.js";
import { describePrice, formatDate } from "./wording.js";

interface ChangePageProps {
  readonly workspace: Workspace;
  readonly plan: PlanChoice;
  /** Undefined when the choice is what the tenant has. */
  readonly preview: SubscriptionPreview | undefined;
}

export const ChangePage: FC<ChangePageProps> = ({ workspace, plan, preview }) => (
  <Layout title="Change plan" workspace={workspace} path="/billing">
    <h1>Change plan</h1>
    <div class="columns">
      <ChoicePanel plan={plan} />
      <section class="card plan" aria-labelledby="preview-title">
        <h2 id="preview-title">What it costs</h2>
        {preview === undefined ? (
          <p>This is the plan that you have. Choose another, or other seats, to see what it costs.</p>
        ) : (
          <PreviewedCost plan={plan} preview={preview} />
        )}
      </section>
    </div>
    <p>
      <a href="/billing">Back to billing, without a change</a>
    </p>
  </Layout>
);

const ChoicePanel: FC<{ readonly plan: PlanChoice }> = ({ plan: { options, chosen, quantity } }) => (
  <section class="card plan" aria-labelledby="choice-title">
    <h2 id="choice-title">Plan</h2>
    <form method="get" action="/billing/change" class="choice-form">
      <fieldset>
        <legend class="unseen">Plan and interval</legend>
        {options.map((option) => (
          <label class="option">
            <input
              type="radio"
              name="price"
              value={option.price.id}
              checked={option.price.id === chosen.price.id}
            />
            <span>{describeOption(option)}</span>
          </label>
        ))}
      </fieldset>
      {options.some(({ product }) => product.unitLabel !== null) ? (
        <label class="field">
          Seats, if the plan is priced by seat
          <input type="number" name="seats" value={quantity} min={1} max={MAX_SEATS} required />
        </label>
      ) : null}
      <button type="submit" class="quiet">
        Show what it costs
      </button>
    </form>
  </section>
);

interface PreviewedCostProps {
  readonly plan: PlanChoice;
  readonly preview: SubscriptionPreview;
}

const PreviewedCost: FC<PreviewedCostProps> = ({ plan: { chosen, quantity }, preview }) => {
  const { currency, amountDueNow, nextAmount, nextInvoiceAt, recurringAmount, lines } = preview;
  const fields = { price: chosen.price.id, seats: String(quantity), ...toConfirmationFields(preview) };
  return (
    <>
      <ul class="lines">
        {lines.map((line) => (
          <li key={line.description}>
            <span>{line.description}</span> <span>{formatAmount(line.amount, line.currency)}</span>
          </li>
        ))}
      </ul>
      <dl>
        <Cost name="Due now" amount={formatAmount(amountDueNow, currency)} />
        {nextAmount === null || nextInvoiceAt === null ? null : (
          <Cost name={`On ${formatDate(nextInvoiceAt)}`} amount={formatAmount(nextAmount, currency)} />
        )}
        {recurringAmount === null ? null : (
          <Cost
            name={`After that, ${describePrice(chosen.price).rhythm}`}
            amount={formatAmount(recurringAmount, currency)}
          />
        )}
      </dl>
      <form method="post" action="/billing/change">
        {Object.entries(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button type="submit" class="primary">
          {amountDueNow > 0 ? `Change and pay ${formatAmount(amountDueNow, currency)}` : "Confirm the change"}
        </button>
      </form>
    </>
  );
};

const Cost: FC<{ readonly name: string; readonly amount: string }> = ({ name, amount }) => (
  <div>
    <dt>{name}</dt>
    <dd>{amount}</dd>
  </div>
);

/** Describes a choice as "Team, $49.00 per seat, per month". */
function describeOption({ product, price }: PlanOption): string {
  const { amount, rhythm } = describePrice(price);
  return `${product.name}, ${amount} ${product.unitLabel === null ? "" : `per ${product.unitLabel}, `}${rhythm}`;
}
