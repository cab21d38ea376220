import type { Context } from "hono";
import { probe } from "./isolation.js";
import { BillingPage } from "./pages/billing-page.js";
import type { ReadModel } from "./read-model.js";
import { findReports } from "./reports/use-reports.js";
import type { SignedIn } from "./sign-in.js";
import type { Workspaces } from "./workspaces.js";

interface BillingParts {
  readonly readModel: ReadModel;
  readonly workspaces: Workspaces;
}

/** Shows all of a tenant's billing on one page. */
export async function showBilling(
  c: Context<SignedIn>,
  { readModel, workspaces }: BillingParts,
): Promise<Response> {
  const { workspace, billing: own } = c.var;
  const visit = c.req.query("checkout");
  const state = readModel.get(workspace.tenantId);
  const metered = findReports(state.subscriptions)?.id;
  const [checkout, products, invoices, open, upcoming, usage, customer, paymentMethods, foreign, missing] =
    await Promise.all([
      // Anyone can type this address, so ask Stripe; a session of another tenant is not found.
      visit === undefined ? undefined : own.getCheckoutSession(visit),
      own.listTenantProducts({ limit: 100 }),
      own.listInvoices(workspace.customerId),
      own.listInvoices(workspace.customerId, { status: "open" }),
      own.previewUpcomingInvoice(workspace.customerId),
      metered === undefined
        ? null
        : own.previewUpcomingInvoice(workspace.customerId, { subscriptionId: metered }),
      own.getCustomer(workspace.customerId),
      own.listPaymentMethods(workspace.customerId),
      probe(own, workspaces.findOther(workspace).subscriptionId),
      probe(own, "sub_1DoesNotExistAnywhere000"),
    ]);
  return c.html(
    <BillingPage
      workspace={workspace}
      checkout={checkout}
      state={state}
      products={products.data}
      invoices={invoices.data}
      openInvoices={open.data}
      upcoming={upcoming}
      usage={usage}
      customer={customer}
      paymentMethods={paymentMethods.data}
      probes={{ foreign, missing }}
    />,
  );
}
