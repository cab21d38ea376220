import type { Customer, Owned, Product, Revenue, StripeBillingService, Subscription } from "@repo/billing";
import type { Context } from "hono";
import type { Workspaces } from "../workspaces.js";
import type { AsOperator } from "./operator-sign-in.js";
import { TenantsPage } from "./tenants-page.js";

export interface TenantRow {
  readonly tenantId: string;
  readonly name: string;
  readonly email: string | null;
  readonly subscriptions: readonly Subscription[];
  /** What it paid in the last 30 days, by currency. */
  readonly revenue: readonly Revenue[];
  /** For the names of the plans. */
  readonly products: readonly Product[];
}

interface TenantParts {
  readonly billing: StripeBillingService;
  readonly workspaces: Workspaces;
}

/** Shows every tenant with its subscriptions, read over all tenants at once. */
export async function showTenants(c: Context<AsOperator>, parts: TenantParts): Promise<Response> {
  const { operator, name } = c.var;
  const [customers, subscriptions, revenue] = await Promise.all([
    collect(operator.listCustomers({ limit: 100 })),
    collect(operator.listSubscriptions({ limit: 100 })),
    operator.sumRevenue({ createdFrom: new Date(Date.now() - 30 * DAY_MS), createdBefore: new Date() }),
  ]);
  const rows = await Promise.all(
    parts.workspaces.list().map(async ({ tenantId, name, customerId }): Promise<TenantRow> => {
      const products = await collect(parts.billing.forTenant(tenantId).listTenantProducts({ limit: 100 }));
      return {
        tenantId,
        name,
        email: findEmail(customers, customerId),
        subscriptions: subscriptions.filter((one) => one.tenantId === tenantId),
        revenue: revenue.filter((one) => one.tenantId === tenantId),
        products,
      };
    }),
  );
  return c.html(<TenantsPage operator={name} rows={rows} />);
}

const DAY_MS = 86_400_000;

function findEmail(customers: readonly Owned<Customer>[], customerId: string): string | null {
  return customers.find(({ id }) => id === customerId)?.email ?? null;
}

async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of pages) all.push(one);
  return all;
}
