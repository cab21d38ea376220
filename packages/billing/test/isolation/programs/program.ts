import { expect } from "vitest";
import { isBillingError, type StripeBillingService } from "../../../src/index.js";
import { bytesOf, canaryName, namedIn, Owners } from "../leaks.js";
import type { Realm } from "../realms.js";
import type { Model, PriceModel, ProductModel, TenantModel } from "./model.js";
import { RequestsInFlight } from "./requests-in-flight.js";

/** One random program, as it runs on a service and a local Stripe. */
export interface Program {
  readonly realm: Realm;
  readonly owners: Owners;
  readonly inFlight: RequestsInFlight;
  billing: StripeBillingService;
}

export interface Started {
  readonly model: Model;
  readonly real: Program;
}

export async function startProgram(realm: Realm): Promise<Started> {
  const owners = new Owners();
  const tenants: TenantModel[] = [];
  for (const name of ["anna", "bert", "carl"]) tenants.push(await addTenant(realm, owners, canaryName(name)));
  const products = tenants.map(({ featured }) => featured);
  const inFlight = new RequestsInFlight(realm.world.stripe);
  return { model: { tenants, products }, real: { realm, owners, inFlight, billing: serviceOf(realm) } };
}

async function addTenant(realm: Realm, owners: Owners, tenantId: string): Promise<TenantModel> {
  const ids = await realm.addTenant(tenantId);
  owners.claim(tenantId, JSON.stringify([ids, realm.accountOf(tenantId)]));
  const prices: PriceModel[] = [];
  const product: ProductModel = {
    id: ids.productId,
    mark: tenantId,
    prices,
    name: `${tenantId} Pro`,
    active: true,
    defaultPrice: undefined,
  };
  const monthly: PriceModel = { id: ids.priceId, product, interval: "month", active: true, lookupKey: null };
  const yearly: PriceModel = { ...monthly, id: ids.otherPriceId, interval: "year" };
  prices.push(monthly, yearly);
  product.defaultPrice = monthly;
  return {
    tenantId,
    customerId: ids.customerId,
    customers: [{ id: ids.customerId, reference: null, name: `${tenantId} Inc` }],
    featured: product,
    lookupKey: ids.lookupKey,
    subscriptions: [
      {
        id: ids.subscriptionId,
        price: monthly,
        quantity: 3,
        scheduled: null,
        cancels: "never",
        ended: false,
        isPaused: false,
        paymentMethodId: null,
        note: tenantId,
      },
    ],
    sessions: [
      {
        id: ids.checkoutSessionId,
        price: yearly,
        quantity: 1,
        uiMode: "hosted",
        isFound: false,
        status: "open",
      },
    ],
    invoiceIds: [ids.invoiceId],
    taxIds: [{ id: ids.taxIdId, type: "de_stn", value: tenantId }],
    paymentMethodIds: [ids.paymentMethodId],
    defaultPaymentMethodId: null,
    chargeId: ids.chargeId,
    refundIds: [ids.refundId],
    couponId: ids.couponId,
    promotionCodeId: ids.promotionCodeId,
    promotionCode: ids.promotionCode,
    usage: new Map(),
    keys: new Map(),
    replacements: new Map(),
    configurations: new Map(),
  };
}

export type Outcome<T> = { readonly result: T } | { readonly refusedAs: string };

/** Makes one call for a tenant, and looks at everything it sent and gave back for what is anyone else's. */
export async function callAs<T>(
  { realm, owners, inFlight, billing }: Program,
  { tenantId }: TenantModel,
  call: (bound: StripeBillingService) => PromiseLike<T>,
): Promise<Outcome<T>> {
  const { local } = realm.world;
  const heard = realm.audits.length;
  local.clearRequests();
  const outcome = await settle(call(billing.forTenant(tenantId)));
  await inFlight.settled();
  const foreign = (text: string) => owners.foreignIn(text, tenantId);

  for (const request of local.requests) {
    const { method, path, headers, idempotencyKey } = request;
    expect(headers["stripe-account"]).toBe(realm.accountOf(tenantId));
    expect(foreign(namedIn(request)), `what ${method} ${path} names`).toEqual([]);
    expect(method === "POST" ? idempotencyKey : "none is needed").toBeTruthy();
  }
  expect(foreign(bytesOf(outcome)), "what comes back").toEqual([]);
  expect(foreign(bytesOf(realm.audits.slice(heard))), "what is audited").toEqual([]);
  if ("result" in outcome) return outcome;
  if (!isBillingError(outcome.error)) throw outcome.error;
  return { refusedAs: outcome.error.code };
}

/** Takes away what the tenants of the next program would see. */
export async function endProgram({ model: { products }, real }: Started): Promise<void> {
  const { realm, inFlight } = real;
  inFlight.stopCounting();
  const { markKey, backdoor } = realm;
  if (markKey === undefined) return;
  for (const { id, mark } of products)
    if (mark === "*") await backdoor.products.update(id, { metadata: { [markKey]: "" } });
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
