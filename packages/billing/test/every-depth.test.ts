import { afterAll, beforeAll, expect, it } from "vitest";
import type { StripeBillingConfig, StripeBillingService } from "../src/index.js";
import { clientThat } from "./isolation/intercepted-client.js";
import { invoke } from "./isolation/method-row.js";
import { REALMS, type Realm } from "./isolation/realms.js";
import { TARGETS } from "./isolation/rows.js";
import type { TenantIds } from "./isolation/tenants.js";
import { RETURN_URL } from "./stripe-world.js";

/**
 * How many of Stripe's answers each method waits for, one after another: the first time, and by a service that has read
 * the customer and the subscription before. It is most of what a caller waits.
 */
const DEPTHS: Readonly<Record<string, readonly [cold: number, warm: number]>> = {
  createCustomerPortalSession: [2, 2],
  ensurePortalConfiguration: [3, 3],
  diagnosePortal: [2, 2],
  deactivateUnusedPortalConfigurations: [1, 1],
  // Found: search and update. New: search, creation under the one key that all who ask share, and the details, which differ.
  ensureCustomer: [2, 2],
  "ensureCustomer, new and without details": [2, 2],
  "ensureCustomer, new and with details": [3, 3],
  getCustomer: [1, 1],
  updateCustomer: [2, 2],
  deleteCustomer: [2, 2],
  createTaxId: [2, 2],
  listTaxIds: [2, 1],
  deleteTaxId: [2, 2],
  createCheckoutSession: [2, 2],
  getCheckoutSession: [1, 1],
  listCheckoutLineItems: [2, 2],
  listCustomerSubscriptions: [1, 1],
  getSubscription: [1, 1],
  fetchEventObject: [1, 1],
  createSubscription: [2, 2],
  updateSubscription: [2, 2],
  previewSubscriptionChange: [2, 2],
  resumeSubscription: [1, 1],
  pauseSubscription: [2, 2],
  unpauseSubscription: [1, 1],
  cancelSubscription: [2, 2],
  listInvoices: [1, 1],
  getInvoice: [1, 1],
  payInvoice: [1, 1],
  voidInvoice: [2, 2],
  createRefund: [2, 2],
  "createRefund, of a payment": [2, 2],
  "createRefund, of an invoice": [3, 3],
  getRefund: [1, 1],
  listRefunds: [2, 2],
  "listRefunds, of a payment": [2, 2],
  "listRefunds, of an invoice": [3, 3],
  // Stripe previews one subscription, so the first to be billed is looked for.
  previewUpcomingInvoice: [2, 2],
  "previewUpcomingInvoice, of a subscription": [2, 1],
  listPaymentMethods: [1, 1],
  setDefaultPaymentMethod: [2, 2],
  detachPaymentMethod: [4, 4],
  listTenantProducts: [2, 2],
  getProduct: [2, 2],
  createProduct: [1, 1],
  updateProduct: [3, 3],
  archiveProduct: [3, 3],
  createPrice: [2, 2],
  // Stripe archives no default price, so the place as default moves before it.
  replacePrice: [4, 4],
  "replacePrice, of one that is not its product's default": [3, 3],
  archivePrice: [2, 2],
  setDefaultPrice: [3, 3],
  getCoupon: [1, 1],
  getPromotionCode: [1, 1],
  findPromotionCode: [1, 1],
  listEntitlements: [1, 1],
  hasEntitlement: [1, 1],
  reportUsage: [2, 2],
  "createCustomerPortalSession, in one object": [2, 2],
  "createSubscription, to one price": [2, 2],
  "createCheckoutSession, for one price": [2, 2],
  "createCheckoutSession, in a form": [2, 2],
  "createCheckoutSession, of something not yet sold": [3, 3],
  "createSubscription, to something not yet sold": [3, 3],
  "updateSubscription, at the end of the period": [3, 3],
  "resumeSubscription, of one that was canceled": [2, 2],
};

/** The time in which everything is sent that waits for no answer. */
const ROUND_MS = 10;

let realm: Realm;
beforeAll(async () => {
  realm = await REALMS.metadataTenancy();
});
afterAll(() => realm.close());

let tenants = 0;
const newTenant = () => realm.addTenant(`deep-${++tenants}`);

/** A service whose requests are answered in rounds: none before all that were sent with it. */
function answeredInRounds(config: Partial<StripeBillingConfig> = {}) {
  let waiting: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let rounds = 0;
  const answer = () => {
    rounds += 1;
    for (const go of waiting) go();
    waiting = [];
  };
  const stripe = clientThat(realm.world.local, async (_, send) => {
    clearTimeout(timer);
    timer = setTimeout(answer, ROUND_MS);
    await new Promise<void>((go) => waiting.push(go));
    return send();
  });
  const billing = realm.service({ ...config, stripe });
  return {
    billing,
    countRounds: async (work: () => PromiseLike<unknown>) => {
      rounds = 0;
      await work();
      return rounds;
    },
  };
}

interface Row {
  readonly name: string;
  readonly call: (billing: StripeBillingService, own: TenantIds) => PromiseLike<unknown>;
}

const ROWS: readonly Row[] = [
  ...TARGETS.map(
    (target): Row => ({
      name: target.name,
      call: async (billing, own) => {
        const given = target.takes === undefined ? undefined : own[target.takes];
        return invoke(target, {
          billing,
          tenantId: own.tenantId,
          objectId: (await target.renew?.(realm, own)) ?? given,
          options: { ...target.valid?.(own) },
        });
      },
    }),
  ),
  {
    name: "ensureCustomer, new and without details",
    call: (billing, { tenantId }) => billing.forTenant(tenantId).ensureCustomer({ reference: "new" }),
  },
  {
    name: "ensureCustomer, new and with details",
    call: (billing, { tenantId }) =>
      billing.forTenant(tenantId).ensureCustomer({ reference: "new", email: "new@example.com" }),
  },
  {
    name: "previewUpcomingInvoice, of a subscription",
    call: (billing, { tenantId, customerId, subscriptionId }) =>
      billing.forTenant(tenantId).previewUpcomingInvoice(customerId, { subscriptionId }),
  },
  {
    name: "replacePrice, of one that is not its product's default",
    call: async (billing, { tenantId, productId }) => {
      const price = { unitAmount: 700, currency: "usd" };
      const { id } = await realm.service().forTenant(tenantId).createPrice(productId, price);
      return billing.forTenant(tenantId).replacePrice(id, { unitAmount: 800 });
    },
  },
  {
    name: "createCheckoutSession, of something not yet sold",
    call: async (billing, { tenantId, customerId }) =>
      billing.forTenant(tenantId).createCheckoutSession({ customerId, priceId: await newPrice(tenantId) }),
  },
  {
    name: "createSubscription, to something not yet sold",
    call: async (billing, { tenantId, customerId, paymentMethodId: defaultPaymentMethodId }) => {
      const options = { customerId, priceId: await newPrice(tenantId), defaultPaymentMethodId };
      return billing.forTenant(tenantId).createSubscription(options);
    },
  },
  {
    name: "updateSubscription, at the end of the period",
    call: (billing, { tenantId, subscriptionId, otherPriceId: priceId }) =>
      billing.forTenant(tenantId).updateSubscription(subscriptionId, { priceId, when: "period_end" }),
  },
  {
    name: "resumeSubscription, of one that was canceled",
    call: async (billing, { tenantId, subscriptionId }) => {
      await realm.service().forTenant(tenantId).cancelSubscription(subscriptionId);
      return billing.forTenant(tenantId).resumeSubscription(subscriptionId);
    },
  },
];

/** A price of a new product of the tenant's, made without being counted. */
async function newPrice(tenantId: string): Promise<string> {
  const price = { unitAmount: 900, currency: "usd", recurring: { interval: "month" } } as const;
  const { defaultPrice } = await realm.service().forTenant(tenantId).createProduct({ name: "New", price });
  return defaultPrice?.id ?? "";
}

it.each(ROWS.map((row) => [row.name, row] as const))(
  "%s waits for no more answers than it has to",
  async (name, { call }) => {
    const depths: number[] = [];
    for (const isWarm of [false, true]) {
      const own = await newTenant();
      const { billing, countRounds } = answeredInRounds();
      if (isWarm) {
        const bound = billing.forTenant(own.tenantId);
        await bound.getCustomer(own.customerId);
        await bound.getSubscription(own.subscriptionId);
      }
      depths.push(await countRounds(() => call(billing, own)));
    }
    expect(depths).toEqual(DEPTHS[name]);
  },
);

it("a customer's portal with a configuration as code waits for two answers once the configuration exists", async () => {
  const configuration = { headline: "Acme", features: { invoiceHistory: true } };
  const { customerId, tenantId } = await newTenant();
  const open = (billing: StripeBillingService) =>
    billing.forTenant(tenantId).createCustomerPortalSession(customerId);
  const portal = { returnUrl: RETURN_URL, configuration };
  await open(realm.service({ portal }));
  const { billing, countRounds } = answeredInRounds({ portal });
  expect(await countRounds(() => open(billing))).toBe(2);
  expect(await countRounds(() => open(billing))).toBe(2);
  const trusting = answeredInRounds({ portal, ownership: { trustInWrites: true } });
  await open(trusting.billing);
  expect(await trusting.countRounds(() => open(trusting.billing))).toBe(1);
});
