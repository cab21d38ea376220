import { formatAmount } from "@repo/billing";
import type { FC } from "hono/jsx";
import { Layout } from "../pages/layout.js";
import { nameProduct, nameStatus } from "../pages/wording.js";
import type { TenantRow } from "./tenants.js";

interface TenantsPageProps {
  readonly operator: string;
  readonly rows: readonly TenantRow[];
}

export const TenantsPage: FC<TenantsPageProps> = ({ operator, rows }) => (
  <Layout title="Tenants" operator={operator} path="/office">
    <h1>Tenants</h1>
    <p class="lead">
      Read across all tenants by <code>billing.asOperator()</code>, which no tenant’s session can reach.
    </p>
    <ul class="products">
      {rows.map((row) => (
        <li class="card" aria-label={row.name}>
          <p class="eyebrow">{row.tenantId}</p>
          <h2>{row.name}</h2>
          <p class="hint">{row.email ?? "No e-mail address"}</p>
          <ul class="facts">
            {row.subscriptions.map((subscription) => (
              <li>
                <span>
                  {subscription.items.map(({ price, quantity }) => (
                    <>
                      {nameProduct(price.productId, row.products)}
                      {quantity !== null && quantity > 1 ? ` × ${quantity}` : ""}
                    </>
                  ))}
                </span>
                <span class={`state ${subscription.status === "past_due" ? "open" : "paid"}`}>
                  {nameStatus(subscription)}
                </span>
              </li>
            ))}
            <li>
              <span>Paid in the last 30 days</span>
              <strong>{describeRevenue(row)}</strong>
            </li>
          </ul>
          <p class="end">
            <a class="button quiet" href={`/office/tenants/${encodeURIComponent(row.tenantId)}/portal`}>
              Portal of {row.name}
            </a>
          </p>
        </li>
      ))}
    </ul>
  </Layout>
);

function describeRevenue({ revenue }: TenantRow): string {
  if (revenue.length === 0) return "Nothing";
  return revenue.map(({ amountPaid, currency }) => formatAmount(amountPaid, currency)).join(" and ");
}
