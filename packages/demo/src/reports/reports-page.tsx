import { formatAmount, type Product, type UpcomingInvoice } from "@repo/billing";
import type { FC } from "hono/jsx";
import { Layout } from "../pages/layout.js";
import { describePrice, formatDate, formatTime } from "../pages/wording.js";
import type { Workspace } from "../workspaces.js";
import type { Report } from "./reports.js";

interface ReportsPageProps {
  readonly workspace: Workspace;
  readonly reports: readonly Report[];
  /** The next invoice of the reports; null once nothing more will be billed. */
  readonly upcoming: UpcomingInvoice | null;
  readonly version: number;
}

export const ReportsPage: FC<ReportsPageProps> = ({ workspace, reports, upcoming, version }) => (
  <Layout title="Reports" workspace={workspace} path="/reports" updates="/billing/updates">
    <h1>Reports</h1>
    <div class="columns">
      <section class="card" aria-label="Your reports">
        <form method="post" action="/reports" class="line-form">
          {/* The report's own name: sent twice, it counts once. */}
          <input type="hidden" name="id" value={crypto.randomUUID()} />
          <label class="field">
            Title
            <input type="text" name="title" value="Weekly summary" maxlength={80} required />
          </label>
          <button type="submit" class="primary">
            Make a report
          </button>
        </form>
        <div id="reports" data-live data-version={version}>
          {reports.length === 0 ? <p class="hint">There is none yet.</p> : null}
          <ol class="activity">
            {reports.map(({ title, person, madeAt }) => (
              <li>
                <strong>{title}</strong>
                <span>
                  {person}
                  <time dateTime={madeAt.toISOString()}>
                    {formatDate(madeAt)}, {formatTime(madeAt)}
                  </time>
                </span>
              </li>
            ))}
          </ol>
        </div>
      </section>
      <section class="card" aria-labelledby="usage-title">
        <h2 id="usage-title">Used so far</h2>
        <div id="usage" data-live aria-live="polite">
          {upcoming === null ? <p>Nothing more will be billed.</p> : <Usage upcoming={upcoming} />}
        </div>
      </section>
    </div>
  </Layout>
);

const Usage: FC<{ readonly upcoming: UpcomingInvoice }> = ({ upcoming }) => {
  const { lines, total, currency, nextPaymentAttemptAt } = upcoming;
  return (
    <>
      <p class="figure">
        <strong>{countUsed(upcoming)}</strong> {countUsed(upcoming) === 1 ? "report" : "reports"}
      </p>
      <ul class="lines">
        {lines.map((line) => (
          <li>
            <span>{line.description}</span> <span>{formatAmount(line.amount, line.currency)}</span>
          </li>
        ))}
      </ul>
      <p class="hint">
        Next invoice of the reports: {formatAmount(total, currency)}
        {nextPaymentAttemptAt === null ? "" : ` on ${formatDate(nextPaymentAttemptAt)}`}. A report counts
        once, even if its form was sent twice.
      </p>
    </>
  );
};

/** How many of what is metered the invoice bills. */
export function countUsed({ lines }: UpcomingInvoice): number {
  return lines.reduce((sum, { quantity }) => sum + (quantity ?? 0), 0);
}

interface ReportsOfferPageProps {
  readonly workspace: Workspace;
  readonly product: Product;
  readonly version: number;
}

export const ReportsOfferPage: FC<ReportsOfferPageProps> = ({ workspace, product, version }) => (
  <Layout title="Reports" workspace={workspace} path="/reports" updates="/billing/updates">
    <h1>Reports</h1>
    <section class="card locked" aria-label="What to buy">
      <div id="offer" data-live data-version={version}>
        <p class="eyebrow">By usage</p>
        <h2>Pay for the reports that you make</h2>
        {product.defaultPrice === null ? null : (
          <p class="price">
            {describePrice(product.defaultPrice, product.unitLabel).amount}{" "}
            <span>{describePrice(product.defaultPrice, product.unitLabel).rhythm}</span>
          </p>
        )}
        <p>{product.description}</p>
        {product.active ? <Begin product={product} /> : <p>They are not for sale at the moment.</p>}
      </div>
    </section>
  </Layout>
);

const Begin: FC<{ readonly product: Product }> = ({ product: { defaultPrice } }) => (
  <form method="post" action="/billing/checkout">
    <input type="hidden" name="price" value={defaultPrice?.id ?? ""} />
    <input type="hidden" name="return" value="/reports" />
    <button type="submit" class="primary">
      Begin with reports
    </button>
  </form>
);
