import type { FC } from "hono/jsx";
import type { PlanChoice } from "../plan-choice.js";
import type { Workspace } from "../workspaces.js";
import { Layout } from "./layout.js";
import { describeScheduledChange, formatDate, nameProduct } from "./wording.js";

interface KeepFirstPageProps {
  readonly workspace: Workspace;
  readonly plan: PlanChoice;
}

/** Stands in for the choice of a plan while a change or a cancellation waits. */
export const KeepFirstPage: FC<KeepFirstPageProps> = ({ workspace, plan }) => {
  const { scheduledChange, cancelsAt } = plan.subscription;
  const products = plan.options.map(({ product }) => product);
  const fields = { price: plan.chosen.price.id, seats: String(plan.quantity) };
  return (
    <Layout title="Change plan" workspace={workspace} path="/billing">
      <h1>Change plan</h1>
      <section class="card plan" aria-labelledby="scheduled-title">
        {scheduledChange === null ? (
          <>
            <h2 id="scheduled-title">Your plan is canceled</h2>
            {cancelsAt === null ? null : <p>It ends on {formatDate(cancelsAt)}.</p>}
            <p>
              A smaller plan starts when the time that you paid for is over. To change to it, first keep what
              you have. Nothing is billed for that.
            </p>
          </>
        ) : (
          <>
            <h2 id="scheduled-title">A change is scheduled</h2>
            <p>{describeScheduledChange(scheduledChange, products)}.</p>
            <p>
              To choose another plan or other seats, first keep what you have. Nothing is billed for that.
            </p>
          </>
        )}
        <form method="post" action="/billing/change/keep">
          {Object.entries(fields).map(([name, value]) => (
            <input type="hidden" name={name} value={value} />
          ))}
          <button type="submit" class="primary">
            Keep {nameProduct(plan.current.price.productId, products)}
          </button>
        </form>
      </section>
      <p>
        <a href="/billing">Back to billing, without a change</a>
      </p>
    </Layout>
  );
};
