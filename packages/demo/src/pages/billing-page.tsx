import type {
  CheckoutSession,
  Customer,
  Invoice,
  PaymentMethod,
  Product,
  UpcomingInvoice,
} from "@repo/billing";
import type { FC } from "hono/jsx";
import type { Probe } from "../isolation.js";
import type { TenantBilling } from "../read-model.js";
import type { Workspace } from "../workspaces.js";
import { ActivityPanel } from "./activity-panel.js";
import { DetailsPanel } from "./details-panel.js";
import { DuePanel } from "./due-panel.js";
import { InvoicesPanel } from "./invoices-panel.js";
import { IsolationPanel } from "./isolation-panel.js";
import { Layout } from "./layout.js";
import { PaymentMethodsPanel } from "./payment-methods-panel.js";
import { ProductsPanel } from "./products-panel.js";
import { SubscriptionPanel } from "./subscription-panel.js";
import { describeCheckout } from "./wording.js";

interface BillingPageProps {
  readonly workspace: Workspace;
  /** The Checkout session that the visitor returns from. */
  readonly checkout: CheckoutSession | undefined;
  /** Read from the webhooks' read model. */
  readonly state: TenantBilling;
  /** Read from Stripe. */
  readonly products: readonly Product[];
  readonly invoices: readonly Invoice[];
  readonly openInvoices: readonly Invoice[];
  readonly upcoming: UpcomingInvoice | null;
  readonly usage: UpcomingInvoice | null;
  readonly customer: Customer;
  readonly paymentMethods: readonly PaymentMethod[];
  readonly probes: { readonly foreign: Probe; readonly missing: Probe };
}

export const BillingPage: FC<BillingPageProps> = ({
  workspace,
  checkout,
  state,
  products,
  probes,
  ...rest
}) => {
  const { invoices, openInvoices, upcoming, usage, customer, paymentMethods } = rest;
  const current = state.subscriptions.filter(({ endedAt }) => endedAt === null);
  const planIds = new Set(current.flatMap(({ items }) => items.map(({ price }) => price.productId)));
  const scheduledDates = new Map(
    current.flatMap(({ scheduledChange: change }) =>
      change === null ? [] : change.items.map(({ priceId }) => [priceId, change.startsAt] as const),
    ),
  );
  return (
    <Layout title="Billing" workspace={workspace} path="/billing" updates="/billing/updates">
      <h1>Billing</h1>
      {checkout === undefined ? null : (
        <p class="notice" role="status">
          {describeCheckout(checkout)}
        </p>
      )}
      <DuePanel openInvoices={openInvoices} />
      <div class="columns">
        <SubscriptionPanel
          subscriptions={state.subscriptions}
          products={products}
          version={state.version}
          planId={workspace.subscriptionId}
        />
        <ActivityPanel activity={state.activity} products={products} />
      </div>
      <div class="columns">
        <InvoicesPanel invoices={invoices} upcoming={upcoming} usage={usage} />
        <div class="stack">
          <PaymentMethodsPanel methods={paymentMethods} />
          <DetailsPanel customer={customer} />
        </div>
      </div>
      <ProductsPanel products={products} planIds={planIds} scheduledDates={scheduledDates} />
      <IsolationPanel workspace={workspace} probes={probes} />
    </Layout>
  );
};
