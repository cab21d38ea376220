import { expect } from "vitest";
import { isBillingError, type StripeBillingService } from "../../../src/index.js";
import { countedUsage } from "../counted-usage.js";
import { bytesOf, canaryName, Owners } from "../leaks.js";
import type { Realm } from "../realms.js";

/** What a subscription should be after the calls so far. */
export interface SubscriptionModel {
  readonly id: string;
  cancels: "never" | "period_end" | Date;
  ended: boolean;
}

export interface ProductModel {
  readonly id: string;
  active: boolean;
}

/** What one tenant should have; the oldest come first. */
export interface TenantModel {
  readonly tenantId: string;
  readonly customerId: string;
  readonly priceId: string;
  /** Of the feature that all its subscriptions give access to. */
  readonly lookupKey: string;
  /** What was reported, by identifier. */
  readonly usage: Map<string, number>;
  readonly subscriptions: SubscriptionModel[];
  /** One of each subscription's beginning. */
  readonly invoiceIds: string[];
  /** What is attached to its customer. */
  readonly paymentMethodIds: string[];
  defaultPaymentMethodId: string | null;
  readonly products: ProductModel[];
}

/** Everything that should be at Stripe: three tenants, and the order in which products were made. */
export interface Model {
  readonly tenants: readonly TenantModel[];
  /** Every product ever made, whoever may see it; the oldest comes first. */
  readonly products: {
    readonly product: ProductModel;
    readonly owner: TenantModel | "everyone" | "nobody";
  }[];
}

/** One random program, as it runs on a service and a local Stripe. */
export interface Program {
  readonly realm: Realm;
  readonly owners: Owners;
  billing: StripeBillingService;
}

export interface Started {
  readonly model: Model;
  readonly real: Program;
}

export async function startProgram(realm: Realm): Promise<Started> {
  const owners = new Owners();
  const tenants: TenantModel[] = [];
  const products: Model["products"] = [];
  for (const name of ["anna", "bert", "carl"]) {
    const tenantId = canaryName(name);
    const ids = await realm.addTenant(tenantId);
    owners.claim(tenantId, JSON.stringify([ids, realm.accountOf(tenantId)]));
    const product = { id: ids.productId, active: true };
    const { customerId, priceId, lookupKey, invoiceId, paymentMethodId } = ids;
    const subscription: SubscriptionModel = { id: ids.subscriptionId, cancels: "never", ended: false };
    const tenant: TenantModel = {
      tenantId,
      customerId,
      priceId,
      lookupKey,
      usage: new Map(),
      subscriptions: [subscription],
      invoiceIds: [invoiceId],
      paymentMethodIds: [paymentMethodId],
      defaultPaymentMethodId: null,
      products: [product],
    };
    tenants.push(tenant);
    products.push({ product, owner: tenant });
  }
  return { model: { tenants, products }, real: { realm, owners, billing: serviceOf(realm) } };
}

/** Makes one call for a tenant, and looks at everything it sent and gave back for what is anyone else's. */
export async function callAs<T>(
  { realm, owners, billing }: Program,
  { tenantId }: TenantModel,
  call: (bound: StripeBillingService) => PromiseLike<T>,
): Promise<{ readonly result: T } | { readonly refusedAs: string }> {
  const { local } = realm.world;
  const heard = realm.audits.length;
  local.clearRequests();
  const outcome = await settle(call(billing.forTenant(tenantId)));
  const foreign = (text: string) => owners.foreignIn(text, tenantId);

  for (const { method, path, query, params, headers, idempotencyKey } of local.requests) {
    expect(headers["stripe-account"]).toBe(realm.accountOf(tenantId));
    const named = JSON.stringify(params) + query + (method === "GET" ? "" : path);
    expect(foreign(named), `what ${method} ${path} names`).toEqual([]);
    expect(method === "POST" ? idempotencyKey : "none is needed").toBeTruthy();
  }
  expect(foreign(bytesOf(outcome)), "what comes back").toEqual([]);
  expect(foreign(bytesOf(realm.audits.slice(heard))), "what is audited").toEqual([]);
  if ("result" in outcome) return outcome;
  if (!isBillingError(outcome.error)) throw outcome.error;
  return { refusedAs: outcome.error.code };
}

/** Takes away what the tenants of the next program would see. */
export async function endProgram({ model: { products }, real: { realm } }: Started): Promise<void> {
  for (const { product, owner } of products)
    if (owner === "everyone") await realm.backdoor.products.del(product.id);
}

/** Looks at Stripe itself: it holds what the model says, and of nobody anything else. */
export async function compareWithStripe({
  model: { tenants, products },
  real: { realm },
}: Started): Promise<void> {
  for (const tenant of tenants) {
    const stripeAccount = realm.accountOf(tenant.tenantId);
    const options = stripeAccount === undefined ? {} : { stripeAccount };
    const { data } = await realm.backdoor.subscriptions.list(
      { customer: tenant.customerId, status: "all", limit: 100 },
      options,
    );
    const actual = data.map(({ id, status, cancel_at: cancelAt }) => ({
      id,
      ended: status === "canceled",
      cancels: status !== "canceled" && cancelAt !== null,
    }));
    const modeled = tenant.subscriptions.map(({ id, ended, cancels }) => ({
      id,
      ended,
      cancels: !ended && cancels !== "never",
    }));
    expect(actual.reverse()).toEqual(modeled);
    const customer = await realm.backdoor.customers.retrieve(tenant.customerId, {}, options);
    expect(customer).toMatchObject({
      invoice_settings: { default_payment_method: tenant.defaultPaymentMethodId },
    });
    const cards = await realm.backdoor.paymentMethods.list(
      { customer: tenant.customerId, limit: 100 },
      options,
    );
    expect(cards.data.map(({ id }) => id).reverse()).toEqual(tenant.paymentMethodIds);
    const used = [...tenant.usage.values()].reduce((sum, value) => sum + value, 0);
    expect(await countedUsage(realm.backdoor, tenant.customerId, options)).toBe(used);
    for (const { product, owner } of products) {
      if (owner !== tenant) continue;
      const { active } = await realm.backdoor.products.retrieve(product.id, {}, options);
      expect(active).toBe(product.active);
    }
  }
}

async function settle<T>(
  call: PromiseLike<T>,
): Promise<{ readonly result: T } | { readonly error: unknown }> {
  try {
    return { result: await call };
  } catch (error) {
    return { error };
  }
}

/** Without its catalogue's memory, since the programs archive products behind the service's back. */
export function serviceOf(realm: Realm): StripeBillingService {
  return realm.service({ catalog: { cacheSeconds: 0 } });
}
