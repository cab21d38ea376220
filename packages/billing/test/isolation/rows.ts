import { randomUUID } from "node:crypto";
import type { TenantMethod } from "../public-methods.js";
import { addOpenInvoice, EVENT_NAME } from "../stripe-world.js";
import { id, type MethodRow, type Place, type Target } from "./method-row.js";
import type { Realm } from "./realms.js";
import type { TenantIds } from "./tenants.js";

const CONFIRM = "subscription_update_confirm";

const FLOW: readonly Place[] = [
  { holds: "subscriptionId", put: (subscriptionId) => ({ type: "subscription_cancel", subscriptionId }) },
  { holds: "subscriptionId", put: (subscriptionId) => ({ type: "subscription_update", subscriptionId }) },
  { holds: "subscriptionId", put: (subscriptionId) => ({ type: CONFIRM, subscriptionId, quantity: 2 }) },
  {
    holds: "itemId",
    put: (itemId, { subscriptionId }) => ({ type: CONFIRM, subscriptionId, itemId, quantity: 2 }),
  },
  { holds: "priceId", put: (priceId, { subscriptionId }) => ({ type: CONFIRM, subscriptionId, priceId }) },
  {
    holds: "couponId",
    put: (retentionCouponId, { subscriptionId }) => ({
      type: "subscription_cancel",
      subscriptionId,
      retentionCouponId,
    }),
  },
  {
    holds: "couponId",
    put: (couponId, { subscriptionId }) => ({
      type: CONFIRM,
      subscriptionId,
      quantity: 2,
      discount: { couponId },
    }),
  },
  {
    holds: "promotionCodeId",
    put: (promotionCodeId, { subscriptionId }) => ({
      type: CONFIRM,
      subscriptionId,
      quantity: 2,
      discount: { promotionCodeId },
    }),
  },
  {
    holds: "url",
    put: (returnUrl) => ({ type: "customer_update", afterCompletion: { type: "redirect", returnUrl } }),
  },
];

const PRODUCT_DETAILS = {
  description: "plain",
  images: "plain",
  features: "plain",
  unitLabel: "plain",
  url: "plain",
  metadata: "metadata",
} as const;

const TERMS = {
  unitAmount: "plain",
  unitAmountDecimal: "plain",
  recurring: "plain",
  taxBehavior: "plain",
  nickname: "plain",
} as const;

const DETAILS = {
  email: "plain",
  name: "plain",
  phone: "plain",
  description: "plain",
  address: "plain",
  preferredLocales: "plain",
  taxExempt: "plain",
  metadata: "metadata",
} as const;

const offering = ({ productId, priceId }: { readonly productId: unknown; readonly priceId: unknown }) => ({
  paymentMethodUpdate: true,
  subscriptionUpdate: { allowedUpdates: ["price"], products: [{ productId, priceIds: [priceId] }] },
});

const OFFER: readonly Place[] = [
  { holds: "productId", put: (productId, { priceId }) => offering({ productId, priceId }) },
  { holds: "priceId", put: (priceId, { productId }) => offering({ productId, priceId }) },
];

const CONFIGURATION: readonly Place[] = [
  ...OFFER.map(({ holds, put }) => ({
    holds,
    put: (value: unknown, own: TenantIds) => ({ features: put(value, own) }),
  })),
  { holds: "url", put: (returnUrl) => ({ returnUrl, features: { invoiceHistory: true } }) },
];

const DISCOUNTS: readonly Place[] = [
  { holds: "couponId", put: (couponId) => [{ couponId }] },
  { holds: "promotionCodeId", put: (promotionCodeId) => [{ promotionCodeId }] },
];

const CHANGE = {
  priceId: id("priceId"),
  quantity: "plain",
  items: [
    { holds: "priceId", put: (priceId) => [{ add: priceId }] },
    { holds: "itemId", put: (change) => [{ change, quantity: 2 }] },
    { holds: "priceId", put: (priceId, { itemId: change }) => [{ change, priceId }] },
    { holds: "itemId", put: (remove) => [{ remove }] },
  ],
  trialEnd: "plain",
  discounts: DISCOUNTS,
  defaultPaymentMethodId: id("paymentMethodId"),
  metadata: "metadata",
  when: "plain",
  proration: "plain",
  prorationDate: "plain",
  paymentBehavior: "plain",
  scheduledChange: "plain",
  idempotencyKey: "idempotencyKey",
} as const satisfies MethodRow<"updateSubscription">["options"];

/**
 * One row for each public method. To add one, say what it does, which id it takes first, and what each option holds:
 * the compiler names the options that are missing. Where an option holds ids, say where:
 * `priceId: id("priceId")`, or `items: [{ holds: "priceId", put: (priceId) => [{ priceId }] }]`.
 * A new kind of id is added to `TenantIds`, in `tenants.ts`.
 */
export const ROWS: { readonly [M in TenantMethod]: MethodRow<M> } = {
  createCustomerPortalSession: {
    does: "write",
    takes: "customerId",
    options: {
      returnUrl: "url",
      locale: "plain",
      onBehalfOf: "plain",
      flow: FLOW,
      configuration: CONFIGURATION,
      idempotencyKey: "plain",
    },
  },
  ensurePortalConfiguration: {
    does: "write",
    options: {
      name: "plain",
      headline: "plain",
      privacyPolicyUrl: "plain",
      termsOfServiceUrl: "plain",
      returnUrl: "url",
      loginPage: "plain",
      features: OFFER,
      idempotencyKey: "plain", // in its second object, and not sent
    },
    valid: (own) => ({ features: offering(own) }),
  },
  diagnosePortal: {
    does: "read",
    takes: "customerId",
    options: { returnUrl: "url", flow: FLOW, configuration: CONFIGURATION, createSession: "plain" },
    invoke: ({ billing, tenantId, objectId, options }) =>
      // Hostile values are of no type that it takes.
      billing.forTenant(tenantId).diagnosePortal(withProperties(options, { customerId: objectId }) as never),
    tellsRefusal: (result) => Reflect.get(Object(result), "ok") === false,
  },
  deactivateUnusedPortalConfigurations: {
    // It writes only what it finds by itself; that it finds nothing of others has tests of its own.
    does: "read",
    options: { inUse: "plain", shared: "plain", dryRun: "plain", minAgeMs: "plain", idempotencyKey: "plain" },
    valid: () => ({ inUse: [] }),
  },
  ensureCustomer: {
    does: "write",
    options: { reference: "plain", ...DETAILS, idempotencyKey: "plain" }, // which is not sent
    valid: () => ({ reference: "workspace-1" }),
  },
  getCustomer: { does: "read", takes: "customerId", options: {} },
  updateCustomer: {
    does: "write",
    takes: "customerId",
    options: { ...DETAILS, idempotencyKey: "idempotencyKey" },
    valid: () => ({ phone: "1" }),
  },
  deleteCustomer: {
    does: "write",
    takes: "customerId",
    options: { cancelSubscriptions: "plain", idempotencyKey: "idempotencyKey" },
    valid: () => ({ cancelSubscriptions: true }),
    renew: anotherCustomer,
  },
  createTaxId: {
    does: "write",
    takes: "customerId",
    options: { type: "plain", value: "plain", idempotencyKey: "idempotencyKey" },
    valid: () => ({ type: "eu_vat", value: "DE123456789" }),
  },
  listTaxIds: { does: "read", takes: "customerId", options: {} },
  deleteTaxId: { does: "write", takes: "taxIdId", options: {}, renew: aTaxId },
  createCheckoutSession: {
    does: "write",
    takes: "customerId",
    options: {
      mode: "plain",
      priceId: "plain", // attacked in a form of its own, below
      quantity: "plain",
      items: [{ holds: "priceId", put: (priceId) => [{ priceId }] }],
      uiMode: "plain",
      successUrl: "url",
      cancelUrl: "url",
      returnUrl: "plain", // goes with a form, below
      redirectOnCompletion: "plain",
      trialDays: "plain",
      trialEnd: "plain",
      trialWithoutPaymentMethod: "plain",
      paymentMethodCollection: "plain",
      discount: [
        { holds: "couponId", put: (couponId) => ({ couponId }) },
        { holds: "promotionCodeId", put: (promotionCodeId) => ({ promotionCodeId }) },
      ],
      allowPromotionCodes: "plain",
      adjustableQuantity: "plain",
      automaticTax: "plain",
      billingAddressCollection: "plain",
      customerUpdate: "plain",
      invoiceCreation: "plain",
      paymentMethodTypes: "plain",
      taxIdCollection: "plain",
      managedPayments: "plain",
      locale: "plain",
      clientReferenceId: "plain",
      metadata: "metadata",
      expiresAt: "plain",
      allowSecond: "plain",
      currency: "plain",
      idempotencyKey: "idempotencyKey",
    },
    valid: ({ priceId }) => ({ items: [{ priceId }], allowSecond: true }),
    invoke: ({ billing, tenantId, objectId, options }) =>
      billing
        .forTenant(tenantId)
        // Hostile values are of no type that it takes.
        .createCheckoutSession(withProperties(options, { customerId: objectId }) as never),
  },
  getCheckoutSession: { does: "read", takes: "checkoutSessionId", options: {} },
  listCheckoutLineItems: { does: "read", takes: "checkoutSessionId", options: {} },
  listCustomerSubscriptions: {
    does: "list",
    takes: "customerId",
    options: { status: "plain", limit: "limit", after: "cursor" },
  },
  getSubscription: { does: "read", takes: "subscriptionId", options: {} },
  fetchEventObject: {
    does: "read",
    takes: "subscriptionId",
    options: {},
    invoke: ({ billing, tenantId, objectId, options }) =>
      // Hostile values are of no type that it takes.
      billing
        .forTenant(tenantId)
        .fetchEventObject({ type: "subscription", id: objectId as never }, options as never),
  },
  createSubscription: {
    does: "write",
    takes: "customerId",
    options: {
      priceId: "plain", // attacked in a form of its own, below
      quantity: "plain",
      items: [{ holds: "priceId", put: (priceId) => [{ priceId }] }],
      trialDays: "plain",
      trialEnd: "plain",
      trialWithoutPaymentMethod: "plain",
      defaultPaymentMethodId: id("paymentMethodId"),
      paymentBehavior: "plain",
      daysUntilDue: "plain",
      discounts: DISCOUNTS,
      automaticTax: "plain",
      metadata: "metadata",
      allowSecond: "plain",
      idempotencyKey: "idempotencyKey",
    },
    valid: ({ priceId }) => ({ items: [{ priceId }], allowSecond: true }),
    invoke: ({ billing, tenantId, objectId, options }) =>
      // Hostile values are of no type that it takes.
      billing
        .forTenant(tenantId)
        .createSubscription(withProperties(options, { customerId: objectId }) as never),
  },
  updateSubscription: {
    does: "write",
    takes: "subscriptionId",
    options: CHANGE,
    valid: () => ({ metadata: { seats: "3" } }),
  },
  previewSubscriptionChange: {
    does: "read", // it sends POST, and changes nothing
    takes: "subscriptionId",
    options: { ...CHANGE, idempotencyKey: "plain" }, // which it hands on to the confirmation
    valid: () => ({ metadata: { seats: "3" } }),
  },
  resumeSubscription: {
    does: "read", // all it does of a subscription that is not going to end
    takes: "subscriptionId",
    options: { idempotencyKey: "idempotencyKey" },
  },
  pauseSubscription: {
    does: "write",
    takes: "subscriptionId",
    options: {
      pause: "plain",
      invoices: "plain",
      until: "plain",
      settle: "plain",
      idempotencyKey: "idempotencyKey",
    },
    leftOut: {
      "a shared idempotency key": "The second call finds it paused so already, and writes nothing.",
    },
  },
  unpauseSubscription: {
    does: "read", // all it does of a subscription that is not paused
    takes: "subscriptionId",
    options: { idempotencyKey: "idempotencyKey" },
  },
  cancelSubscription: {
    does: "write",
    takes: "subscriptionId",
    options: {
      when: "plain",
      feedback: "plain",
      comment: "plain",
      prorate: "plain",
      invoiceNow: "plain",
      idempotencyKey: "idempotencyKey",
    },
  },
  listInvoices: {
    does: "list",
    takes: "customerId",
    options: { status: "plain", subscriptionId: id("subscriptionId"), limit: "limit", after: "cursor" },
  },
  getInvoice: { does: "read", takes: "invoiceId", options: {} },
  payInvoice: {
    does: "read", // all it does of an invoice that is paid
    takes: "invoiceId",
    options: {
      paymentMethodId: id("paymentMethodId"),
      paidOutOfBand: "plain",
      idempotencyKey: "idempotencyKey",
    },
  },
  voidInvoice: {
    does: "write",
    takes: "invoiceId",
    options: { idempotencyKey: "idempotencyKey" },
    renew: anOpenInvoice,
    leftOut: {
      "a shared idempotency key": "A retry finds the invoice void already, and writes nothing.",
      "metadata against authority":
        "The invoice that it is made with is paid, a conflict even for its owner; payInvoice proves alike.",
    },
  },
  createRefund: {
    does: "write",
    options: {
      invoiceId: "plain", // attacked in a form of its own, below
      paymentIntentId: "plain", // as well
      chargeId: id("chargeId"),
      amount: "plain",
      reason: "plain",
      metadata: "metadata",
      idempotencyKey: "idempotencyKey",
    },
    valid: ({ chargeId }) => ({ chargeId, amount: 1 }),
  },
  getRefund: { does: "read", takes: "refundId", options: {} },
  listRefunds: {
    does: "read",
    options: { invoiceId: "plain", paymentIntentId: "plain", chargeId: id("chargeId") }, // attacked below
    valid: ({ chargeId }) => ({ chargeId }),
  },
  previewUpcomingInvoice: {
    does: "read", // it sends POST, and changes nothing
    takes: "customerId",
    options: { subscriptionId: id("subscriptionId") },
  },
  listPaymentMethods: { does: "list", takes: "customerId", options: { limit: "limit", after: "cursor" } },
  setDefaultPaymentMethod: {
    does: "write",
    takes: "paymentMethodId",
    options: { subscriptionId: id("subscriptionId"), idempotencyKey: "idempotencyKey" },
  },
  detachPaymentMethod: {
    does: "write",
    takes: "paymentMethodId",
    options: { allowInUse: "plain", idempotencyKey: "idempotencyKey" },
    renew: anotherCard,
    leftOut: { "a shared idempotency key": "A retry finds it detached, and nobody's, and writes nothing." },
  },
  listTenantProducts: { does: "list", options: { active: "plain", limit: "limit", after: "cursor" } },
  getProduct: { does: "read", takes: "productId", options: {} },
  createProduct: {
    does: "write",
    options: { name: "plain", price: "plain", ...PRODUCT_DETAILS, idempotencyKey: "idempotencyKey" },
    valid: () => ({ name: "Team" }),
  },
  updateProduct: {
    does: "write",
    takes: "productId",
    options: { name: "plain", active: "plain", ...PRODUCT_DETAILS, idempotencyKey: "idempotencyKey" },
    valid: () => ({ unitLabel: "seat" }),
  },
  archiveProduct: {
    does: "write",
    takes: "productId",
    options: { idempotencyKey: "idempotencyKey" },
  },
  createPrice: {
    does: "write",
    takes: "productId",
    options: {
      ...TERMS,
      currency: "plain",
      lookupKey: "plain",
      transferLookupKey: "plain",
      idempotencyKey: "idempotencyKey",
    },
    // Every tenant uses one key, taken from whatever price has it.
    valid: () => ({ currency: "usd", unitAmount: 1, lookupKey: "pro", transferLookupKey: true }),
  },
  replacePrice: {
    does: "write",
    takes: "priceId",
    options: { ...TERMS, currency: "plain", idempotencyKey: "idempotencyKey" },
    valid: () => ({ unitAmount: 1 }),
    leftOut: {
      "a shared idempotency key":
        "the caller's key makes the new price; the writes after it say how things are to be, under keys of their own",
    },
  },
  archivePrice: {
    does: "write",
    takes: "otherPriceId",
    options: { idempotencyKey: "idempotencyKey" },
  },
  setDefaultPrice: {
    does: "write",
    takes: "otherPriceId",
    options: { idempotencyKey: "idempotencyKey" },
  },
  getCoupon: { does: "read", takes: "couponId", options: {} },
  getPromotionCode: { does: "read", takes: "promotionCodeId", options: {} },
  findPromotionCode: {
    does: "read",
    options: { code: "plain", customerId: id("customerId") },
    valid: ({ promotionCode }) => ({ code: promotionCode }),
  },
  listEntitlements: { does: "read", takes: "customerId", options: {} },
  hasEntitlement: {
    does: "read",
    takes: "customerId",
    options: {},
    invoke: ({ billing, tenantId, objectId, options }) =>
      billing.forTenant(tenantId).hasEntitlement(objectId as never, "sso", options as never), // hostile values
  },
  reportUsage: {
    does: "write",
    takes: "customerId",
    options: {
      eventName: "plain",
      value: "plain",
      identifier: "plain",
      timestamp: "plain",
      customerKey: "plain",
      valueKey: "plain",
      idempotencyKey: "idempotencyKey",
    },
    // Every tenant uses one identifier.
    valid: () => ({ eventName: EVENT_NAME, value: 1, identifier: "one usage for all" }),
  },
};

/** Other ways to call a method, attacked as if they were methods of their own. */
const OTHER_FORMS: readonly Target[] = [
  {
    method: "createCustomerPortalSession",
    name: "createCustomerPortalSession, in one object",
    ...ROWS.createCustomerPortalSession,
    invoke: ({ billing, tenantId, objectId, options }) => {
      const config = withProperties(options, { tenantId, customerId: objectId });
      const service = typeof config === "object" && config !== null ? billing : billing.forTenant(tenantId);
      return service.createCustomerPortalSession(config as never); // hostile values are of no type that it takes
    },
  },
  {
    ...ROWS.createSubscription,
    method: "createSubscription",
    name: "createSubscription, to one price",
    options: { ...ROWS.createSubscription.options, priceId: id("priceId"), items: "plain" },
    valid: ({ priceId }) => ({ priceId, allowSecond: true }),
  },
  ...(["createRefund", "listRefunds"] as const).flatMap((method) => [
    {
      ...ROWS[method],
      method,
      name: `${method}, of an invoice`,
      options: { ...ROWS[method].options, invoiceId: id("invoiceId"), chargeId: "plain" } as const,
      valid: ({ invoiceId }: TenantIds) => ({ invoiceId, ...(method === "createRefund" && { amount: 1 }) }),
    },
    {
      ...ROWS[method],
      method,
      name: `${method}, of a payment`,
      options: {
        ...ROWS[method].options,
        paymentIntentId: id("paymentIntentId"),
        chargeId: "plain",
      } as const,
      valid: ({ paymentIntentId }: TenantIds) => ({
        paymentIntentId,
        ...(method === "createRefund" && { amount: 1 }),
      }),
    },
  ]),
  {
    ...ROWS.createCheckoutSession,
    method: "createCheckoutSession",
    name: "createCheckoutSession, for one price",
    options: { ...ROWS.createCheckoutSession.options, priceId: id("priceId"), items: "plain" },
    valid: ({ priceId }) => ({ priceId, allowSecond: true }),
  },
  {
    ...ROWS.createCheckoutSession,
    method: "createCheckoutSession",
    name: "createCheckoutSession, in a form",
    options: {
      ...ROWS.createCheckoutSession.options,
      successUrl: "plain",
      cancelUrl: "plain",
      returnUrl: "url",
    },
    valid: ({ priceId }) => ({ items: [{ priceId }], allowSecond: true, uiMode: "embedded" }),
  },
];

export const TARGETS: readonly Target[] = [...Object.entries(ROWS).map(toTarget), ...OTHER_FORMS];

function toTarget([method, row]: [string, Omit<Target, "method" | "name">]): Target {
  return { ...row, name: method, method: method as TenantMethod }; // the table's keys are its type's
}

/** What was deleted cannot be deleted again; a deleted customer is followed by no other. */
async function anotherCustomer(realm: Realm, { tenantId, customerId }: TenantIds): Promise<string> {
  const stripeAccount = realm.accountOf(tenantId);
  const account = stripeAccount === undefined ? {} : { stripeAccount };
  const customer = await realm.backdoor.customers.retrieve(customerId, {}, account);
  if (customer.deleted || (realm.markKey !== undefined && customer.metadata[realm.markKey] !== tenantId)) {
    return customerId;
  }
  const metadata = realm.markKey === undefined ? {} : { [realm.markKey]: tenantId };
  const other = await realm.backdoor.customers.create({ metadata }, account);
  await realm.link(tenantId, other.id);
  return other.id;
}

/** What is void cannot be voided again; a deleted customer owes nothing more. */
async function anOpenInvoice(realm: Realm, own: TenantIds): Promise<string> {
  const stripeAccount = realm.accountOf(own.tenantId);
  const account = stripeAccount === undefined ? {} : { stripeAccount };
  const customer = await realm.backdoor.customers.retrieve(own.customerId, {}, account);
  return customer.deleted ? own.invoiceId : addOpenInvoice(realm.backdoor, own, account);
}

/** What was detached cannot be detached again; a deleted customer takes no other. */
async function anotherCard(
  realm: Realm,
  { tenantId, customerId, paymentMethodId }: TenantIds,
): Promise<string> {
  const stripeAccount = realm.accountOf(tenantId);
  const account = stripeAccount === undefined ? {} : { stripeAccount };
  const customer = await realm.backdoor.customers.retrieve(customerId, {}, account);
  if (customer.deleted) return paymentMethodId;
  const card = await realm.backdoor.paymentMethods.attach("pm_card_visa", { customer: customerId }, account);
  return card.id;
}

/** Copies an object and adds properties; its getters stay getters, and what cannot be read stays as it is. */
function withProperties(given: unknown, properties: object): unknown {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return given;
  try {
    const prototype: object | null = Object.getPrototypeOf(given);
    const own = Object.getOwnPropertyDescriptors(given);
    return Object.create(prototype, { ...own, ...Object.getOwnPropertyDescriptors(properties) });
  } catch {
    return given;
  }
}

/** What is deleted cannot be deleted again; a deleted customer gets no other. */
async function aTaxId(realm: Realm, { tenantId, customerId, taxIdId }: TenantIds): Promise<string> {
  const stripeAccount = realm.accountOf(tenantId);
  const account = stripeAccount === undefined ? {} : { stripeAccount };
  const customer = await realm.backdoor.customers.retrieve(customerId, {}, account);
  if (customer.deleted) return taxIdId;
  const { id: made } = await realm.backdoor.customers.createTaxId(
    customerId,
    { type: "de_stn", value: randomUUID() },
    account,
  );
  return made;
}
