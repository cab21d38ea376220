import type Stripe from "stripe";

/** All that a tenant has in Stripe, in a form that is equal for two tenants to whom the same was done. */
export async function stateOf(stripe: Stripe, tenantId: string): Promise<object> {
  const isMarked = ({ metadata }: { metadata: Stripe.Metadata | null }) =>
    metadata?.["tenantId"] === tenantId;
  const [allCustomers, allProducts, allConfigurations] = await Promise.all([
    all(stripe.customers.list({ limit: 100 })),
    all(stripe.products.list({ limit: 100 })),
    all(stripe.billingPortal.configurations.list({ limit: 100 })),
  ]);
  const customers = allCustomers.filter(isMarked);
  const products = allProducts.filter(isMarked);
  const ofEach = async <T>(ids: readonly string[], list: (id: string) => Promise<readonly T[]>) =>
    (await Promise.all(ids.map(list))).flat();
  const customerIds = customers.map(({ id }) => id);
  const state = {
    customers,
    products,
    // One that names nothing of the tenant's is every tenant's, but for its name.
    configurations: allConfigurations.filter(({ name }) => name === tenantId),
    subscriptions: await ofEach(customerIds, (customer) =>
      all(stripe.subscriptions.list({ customer, status: "all", expand: ["data.discounts"] })),
    ),
    schedules: await ofEach(customerIds, (customer) => all(stripe.subscriptionSchedules.list({ customer }))),
    invoices: await ofEach(customerIds, (customer) => all(stripe.invoices.list({ customer }))),
    sessions: await ofEach(customerIds, (customer) => all(stripe.checkout.sessions.list({ customer }))),
    refunds: await ofEach(customerIds, async (customer) => {
      const charges = await all(stripe.charges.list({ customer }));
      return ofEach(
        charges.map(({ id }) => id),
        (charge) => all(stripe.refunds.list({ charge })),
      );
    }),
    taxIds: await ofEach(customerIds, (customer) => all(stripe.customers.listTaxIds(customer))),
    paymentMethods: await ofEach(customerIds, (customer) => all(stripe.paymentMethods.list({ customer }))),
    prices: await ofEach(
      products.map(({ id }) => id),
      (product) => all(stripe.prices.list({ product })),
    ),
  };
  return Object.fromEntries(
    Object.entries(state).map(([kind, objects]) => [kind, withoutNames(objects, tenantId)]),
  );
}

/** Leaves out of a value what no two calls have alike: ids, instants, secrets, the tenant's name and the order of lists. */
export function withoutNames(value: unknown, tenantId: string): unknown {
  const json = JSON.stringify(value, (_, part: unknown) =>
    typeof part === "number" && part > 1_000_000_000 ? "an instant" : part,
  );
  return JSON.parse(
    json
      .replaceAll(new RegExp(`${tenantId}(?!\\d)`, "g"), "TENANT")
      .replaceAll(tenantId.replaceAll("-", ""), "TENANT")
      .replaceAll(/\b[0-9a-f]{64}\b/g, "a hash")
      .replaceAll(/"[A-Z0-9]{8}(?:-\d{4})?"/g, '"a number"')
      .replaceAll(/"[A-Za-z0-9]{16}"/g, '"a fingerprint"')
      .replaceAll(/TENANT-[0-9a-f]{8}/g, "a coupon")
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "an instant")
      .replaceAll(/\b[a-z]+(?:_[a-z]+)*_[A-Za-z0-9]{8,}(?:_secret_\w+)?/g, "an id"),
    (_, part: unknown) => (Array.isArray(part) ? part.sort(bySize) : part),
  );
}

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const objects: T[] = [];
  for await (const object of list) objects.push(object);
  return objects;
}

function bySize(a: unknown, b: unknown): number {
  return JSON.stringify(a).localeCompare(JSON.stringify(b));
}
