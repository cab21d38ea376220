import { randomUUID } from "node:crypto";
import { type LocalStripe, type LocalStripeOptions, startLocalStripe } from "@repo/local-stripe";
import { startConformity } from "@repo/test-kit/conformity";
import Stripe from "stripe";
import { expect } from "vitest";
import { type StripeBillingConfig, StripeBillingService } from "../src/index.js";

/** What one tenant has in Stripe. */
export interface TenantWorld {
  readonly tenantId: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly itemId: string;
  readonly productId: string;
  readonly priceId: string;
  /** A price of the same product that nothing is subscribed to and that is not its default. */
  readonly otherPriceId: string;
  readonly paymentMethodId: string;
  /** The subscription's first invoice, which is paid. */
  readonly invoiceId: string;
  /** The payment of the first invoice, its charge, and a refund of a part of it. */
  readonly paymentIntentId: string;
  readonly chargeId: string;
  readonly refundId: string;
  /** Of the form that its maker chose, as coupons' ids are. */
  readonly couponId: string;
  readonly promotionCodeId: string;
  /** What customers type for it. */
  readonly promotionCode: string;
  /** The lookup key of a feature that its subscription gives access to. */
  readonly lookupKey: string;
  /** A tax id of its customer. */
  readonly taxIdId: string;
  /** Open, to subscribe to the product once more. */
  readonly checkoutSessionId: string;
}

/** A local Stripe with tenants in it, and the real SDK to look at it and change it behind the library's back. */
export interface StripeWorld {
  readonly local: LocalStripe;
  readonly stripe: Stripe;
  /** A service over HTTP with the real SDK; the rest of its configuration is the test's. */
  service(config?: Partial<StripeBillingConfig>): StripeBillingService;
  addTenant(tenantId: string, options?: TenantOptions): Promise<TenantWorld>;
  /** Requests since the last call, as "GET /v1/customers/cus_1". */
  takeRequests(): string[];
  close(): Promise<void>;
}

export interface TenantOptions {
  readonly email?: string;
  /** The metadata that marks customers and products; by default the default tenancy's. */
  readonly metadata?: Record<string, string>;
  /** The connected account to make it in. */
  readonly stripeAccount?: string;
}

/** What the account's meter counts. */
export const EVENT_NAME = "api_call";

export const RETURN_URL = "https://app.example.com/billing";

/** Whatever it answers and accepts is held against what Stripe itself publishes, once it is closed. */
export async function startStripeWorld(options: LocalStripeOptions = {}): Promise<StripeWorld> {
  const conformity = startConformity();
  const local = await startLocalStripe({ ...options, onAnswer: conformity.onAnswer });
  const stripe = sdkFor(local);
  return {
    local,
    stripe,
    service: (config = {}) =>
      new StripeBillingService({ stripe, portal: { returnUrl: RETURN_URL }, ...config }),
    addTenant: (tenantId, tenantOptions = {}) => addTenant(stripe, tenantId, tenantOptions),
    takeRequests: () => {
      const taken = local.requests.map(({ method, path }) => `${method} ${path}`);
      local.clearRequests();
      return taken;
    },
    close: async () => {
      await local.close();
      expect(await conformity.problems()).toEqual([]);
    },
  };
}

export function sdkFor(
  local: LocalStripe,
  secretKey = local.secretKey,
  config: Stripe.StripeConfig = {},
): Stripe {
  const { host, port } = local;
  return new Stripe(secretKey, {
    host,
    port,
    protocol: "http",
    telemetry: false,
    maxNetworkRetries: 0,
    ...config,
  });
}

/** The tenant's id stands in every field that takes text, so that a leak of any of them can be found. */
async function addTenant(stripe: Stripe, tenantId: string, options: TenantOptions): Promise<TenantWorld> {
  const { email = `billing@${tenantId}.example`, metadata = { tenantId }, stripeAccount } = options;
  const requestOptions = stripeAccount === undefined ? {} : { stripeAccount };
  const customer = await stripe.customers.create(
    {
      name: `${tenantId} Inc`,
      email,
      description: `${tenantId} customer`,
      metadata: { ...metadata, note: tenantId },
    },
    requestOptions,
  );
  const product = await stripe.products.create(
    {
      name: `${tenantId} Pro`,
      description: `${tenantId} product`,
      metadata: { ...metadata, tier: "pro", note: tenantId },
      default_price_data: { currency: "usd", unit_amount: 4900, recurring: { interval: "month" } },
    },
    requestOptions,
  );
  const priceId = typeof product.default_price === "string" ? product.default_price : "";
  const otherPrice = await stripe.prices.create(
    { product: product.id, currency: "usd", unit_amount: 49_000, recurring: { interval: "year" } },
    requestOptions,
  );
  const feature = await stripe.entitlements.features.create(
    {
      lookup_key: `${tenantId}-sso-${product.id}`.slice(-80),
      name: `${tenantId} sign-on`,
      metadata: { note: tenantId },
    },
    requestOptions,
  );
  await stripe.products.createFeature(product.id, { entitlement_feature: feature.id }, requestOptions);
  await ensureMeter(stripe, requestOptions);
  const subscription = await stripe.subscriptions.create(
    {
      customer: customer.id,
      items: [{ price: priceId, quantity: 3 }],
      metadata: { seatPlan: "team", note: tenantId },
    },
    requestOptions,
  );
  const card = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id }, requestOptions);
  const coupon = await stripe.coupons.create(
    { id: couponIdOf(tenantId), percent_off: 25, metadata: { ...metadata, note: tenantId } },
    requestOptions,
  );
  const promotion = { type: "coupon" as const, coupon: coupon.id };
  const code = await stripe.promotionCodes.create(
    { promotion, metadata: { ...metadata, note: tenantId } },
    requestOptions,
  );
  const session = await stripe.checkout.sessions.create(
    {
      mode: "subscription",
      customer: customer.id,
      line_items: [{ price: otherPrice.id, quantity: 1 }],
      success_url: RETURN_URL,
      client_reference_id: tenantId,
      metadata: { ...metadata, note: tenantId },
    },
    requestOptions,
  );
  const [charge] = (await stripe.charges.list({ customer: customer.id }, requestOptions)).data;
  const refund = await stripe.refunds.create(
    { charge: charge?.id ?? "", amount: 100, metadata: { note: tenantId } },
    requestOptions,
  );
  const taxId = await stripe.customers.createTaxId(
    customer.id,
    { type: "de_stn", value: tenantId },
    requestOptions,
  );
  const [item] = subscription.items.data;
  return {
    tenantId,
    customerId: customer.id,
    subscriptionId: subscription.id,
    itemId: item?.id ?? "",
    productId: product.id,
    priceId,
    otherPriceId: otherPrice.id,
    paymentMethodId: card.id,
    invoiceId: typeof subscription.latest_invoice === "string" ? subscription.latest_invoice : "",
    paymentIntentId: typeof charge?.payment_intent === "string" ? charge.payment_intent : "",
    chargeId: charge?.id ?? "",
    refundId: refund.id,
    couponId: coupon.id,
    promotionCodeId: code.id,
    promotionCode: code.code,
    lookupKey: feature.lookup_key,
    taxIdId: taxId.id,
    checkoutSessionId: session.id,
  };
}

function couponIdOf(tenantId: string): string {
  return `${tenantId.replaceAll(/\W/g, "")}-${randomUUID().slice(0, 8)}`;
}

/** Meters are an account's, and so one is enough for all of its tenants. */
async function ensureMeter(stripe: Stripe, requestOptions: Stripe.RequestOptions): Promise<void> {
  const { data } = await stripe.billing.meters.list({ status: "active" }, requestOptions);
  if (data.some((meter) => meter.event_name === EVENT_NAME)) return;
  await stripe.billing.meters.create(
    { display_name: "API calls", event_name: EVENT_NAME, default_aggregation: { formula: "sum" } },
    requestOptions,
  );
}

/** An invoice of a further subscription, which its customer has not paid yet. */
export async function addOpenInvoice(
  stripe: Stripe,
  { customerId: customer, otherPriceId: price }: Pick<TenantWorld, "customerId" | "otherPriceId">,
  requestOptions: Stripe.RequestOptions = {},
): Promise<string> {
  const { latest_invoice: invoice } = await stripe.subscriptions.create(
    { customer, items: [{ price }], collection_method: "send_invoice", days_until_due: 30 },
    requestOptions,
  );
  const id = typeof invoice === "string" ? invoice : (invoice?.id ?? "");
  await stripe.invoices.finalizeInvoice(id, {}, requestOptions);
  return id;
}
