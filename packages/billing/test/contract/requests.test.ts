import type Stripe from "stripe";
import { beforeAll, expect, it } from "vitest";
import { Deadline } from "../../src/deadline.js";
import {
  type CustomerDetails,
  connectTenancy,
  type ProductDetails,
  StripeBillingService,
  type StripeClient,
  type Tenancy,
} from "../../src/index.js";
import { metadataIs } from "../../src/stripe/search-query.js";
import { createTransport } from "../../src/stripe/transport.js";
import { RULES } from "../../src/tenancy/gate/rules.js";
import { OwnershipCache } from "../../src/tenancy/ownership-cache.js";
import { admit } from "../../src/tenancy/scope/tenant-scope.js";
import { type PublicMethod, publicMethods } from "../public-methods.js";
import { describeContract, stripeOnMock } from "./describe-contract.js";

type Drive = (acme: StripeBillingService, customerId: string, others: Others) => PromiseLike<unknown>;

/** What some forms need besides. The mock keeps no state, so a state that a form begins from is written into its answers. */
interface Others {
  readonly connected: StripeBillingService;
  readonly stripe: Stripe;
  /** A service that is answered with objects changed so, by the kind they are of. */
  readonly asIf: (changes: Answers, tenancy?: Tenancy) => StripeBillingService;
  /** A service whose subscription is governed by a schedule. */
  readonly scheduled: (subscription?: object, schedule?: object) => StripeBillingService;
}

type Answers = Readonly<Record<string, object>>;

type Forms = Readonly<Record<string, Drive>>;

const IN_OWN_ACCOUNTS = connectTenancy({ accountOf: () => "acct_1", tenantOf: () => "acme" });

const DETAILS: CustomerDetails = {
  email: "billing@acme.example",
  name: "Acme GmbH",
  phone: "+49 30 1234",
  description: "A workspace",
  address: { line1: "Weg 1", postalCode: "10115", city: "Berlin", country: "DE" },
  preferredLocales: ["de", "en-GB"],
  taxExempt: "reverse",
  metadata: { plan: "team" },
};

const PRODUCT_DETAILS: ProductDetails = {
  description: "For teams",
  images: ["https://img.example/a.png"],
  features: ["Unlimited seats"],
  unitLabel: "seat",
  url: "https://acme.example/team",
  metadata: { tier: "team" },
};

/** What `fetchEventObject` reads, by kind. */
const EVENT_OBJECT_IDS: Readonly<Record<string, string>> = {
  "billing_portal.configuration": "bpc_1",
  charge: "ch_1",
  "checkout.session": "cs_1",
  coupon: "cou_1",
  credit_note: "cn_1",
  dispute: "dp_1",
  refund: "re_1",
  customer: "cus_1",
  invoice: "in_1",
  invoiceitem: "ii_1",
  payment_intent: "pi_1",
  payment_method: "pm_1",
  price: "price_1",
  product: "prod_1",
  promotion_code: "promo_1",
  setup_intent: "seti_1",
  subscription: "sub_1",
  subscription_schedule: "sub_sched_1",
};

const TOMORROW = new Date(Date.now() + 86_400_000);

/**
 * Every request the service can send, in every form its options can give it, sent to Stripe's own mock. The mock keeps
 * no state, so this proves that the requests are right and nothing else. `listEvents` and
 * `listAccountSubscriptions`, which a service with a tenant refuses, are held against the mock by way of the local Stripe, in `test/tenancy`.
 */
const ROWS: Readonly<
  Record<
    Exclude<
      PublicMethod,
      | "forTenant"
      | "asOperator"
      | "listSharedProducts"
      | "listEvents"
      | "listAccountSubscriptions"
      | "forgetCatalog"
      | "receiverFacts"
      | "forgetCustomer"
    >,
    Forms
  >
> = {
  createCustomerPortalSession: {
    "by id": (acme, customerId) => acme.createCustomerPortalSession(customerId),
    "with every option": (acme, customerId) =>
      acme.createCustomerPortalSession(customerId, { returnUrl: "/account", locale: "en-GB" }),
    "in one object": (acme, customerId) =>
      acme.createCustomerPortalSession({
        tenantId: "acme",
        customerId,
        returnUrl: "https://app.example.com/",
      }),
    "with a configuration for the call": (acme, customerId) =>
      acme.createCustomerPortalSession(customerId, { configuration: "bpc_2" }),
    "with a specification for the call": (acme, customerId) =>
      acme.createCustomerPortalSession(customerId, {
        configuration: { headline: "For you", features: { invoiceHistory: true } },
      }),
    "on behalf of an account": (acme, customerId) =>
      acme.createCustomerPortalSession(customerId, { onBehalfOf: "acct_1" }),
    "to update a payment method": (acme, customerId) =>
      acme.createCustomerPortalSession(customerId, {
        flow: { type: "payment_method_update", afterCompletion: { type: "portal_homepage" } },
      }),
    "to update the customer": (acme, customerId) =>
      acme.createCustomerPortalSession(customerId, {
        flow: {
          type: "customer_update",
          afterCompletion: { type: "hosted_confirmation", message: "Saved." },
        },
      }),
    "to change the plan": (acme, customerId) =>
      acme.createCustomerPortalSession(customerId, {
        flow: {
          type: "subscription_update",
          subscriptionId: "sub_1",
          afterCompletion: { type: "redirect", returnUrl: "/changed" },
        },
      }),
    "to cancel": (acme, customerId) =>
      acme.createCustomerPortalSession(customerId, {
        flow: { type: "subscription_cancel", subscriptionId: "sub_1", retentionCouponId: "stay-25" },
      }),
    "to confirm another plan with a promotion code": (_acme, customerId, { asIf }) =>
      asIf({ promotion_code: { active: true } }).createCustomerPortalSession(customerId, {
        flow: {
          type: "subscription_update_confirm",
          subscriptionId: "sub_1",
          priceId: "price_1",
          quantity: 3,
          discount: { promotionCodeId: "promo_1" },
        },
      }),
    "to confirm another quantity with a coupon": (acme, customerId) =>
      acme.createCustomerPortalSession(customerId, {
        flow: {
          type: "subscription_update_confirm",
          subscriptionId: "sub_1",
          quantity: 3,
          discount: { couponId: "welcome" },
        },
      }),
  },
  ensureCustomer: {
    "by reference": (acme) => acme.ensureCustomer({ reference: "workspace-1" }),
    "with every detail": (acme) => acme.ensureCustomer({ reference: "workspace-2", ...DETAILS }),
  },
  getCustomer: { "by id": (acme, customerId) => acme.getCustomer(customerId) },
  updateCustomer: {
    "every detail": (acme, customerId) =>
      acme.updateCustomer(customerId, { ...DETAILS, idempotencyKey: "key" }),
    "clearing what can be": (acme, customerId) =>
      acme.updateCustomer(customerId, {
        email: null,
        name: null,
        phone: null,
        description: null,
        address: null,
        metadata: { gone: null },
      }),
  },
  deleteCustomer: {
    "without anything": (_acme, customerId, { asIf }) =>
      asIf(checkout(customerId)).deleteCustomer(customerId),
  },
  createTaxId: {
    "of a company": (_acme, customerId, { asIf }) =>
      asIf(taxIdOf(customerId)).createTaxId(customerId, {
        type: "eu_vat",
        value: "DE123456789",
        idempotencyKey: "key",
      }),
  },
  listTaxIds: {
    "by customer": (_acme, customerId, { asIf }) => asIf(taxIdOf(customerId)).listTaxIds(customerId),
  },
  deleteTaxId: {
    "by id": (_acme, customerId, { asIf }) => asIf(taxIdOf(customerId)).deleteTaxId("txi_1"),
  },
  listCustomerSubscriptions: {
    "by id": (acme, customerId) => acme.listCustomerSubscriptions(customerId),
    "with every option": (acme, customerId) =>
      acme.listCustomerSubscriptions(customerId, { status: "all", limit: 100, after: "sub_1" }),
    "by status": (acme, customerId) => acme.listCustomerSubscriptions(customerId, { status: "past_due" }),
  },
  getSubscription: { "by id": (acme) => acme.getSubscription("sub_1") },
  createCheckoutSession: {
    "to subscribe": (_acme, customerId, { asIf }) =>
      asIf(checkout(customerId)).createCheckoutSession({ customerId, priceId: "price_1" }),
    "to subscribe, with every option": (_acme, customerId, { asIf }) =>
      asIf(checkout(customerId)).createCheckoutSession({
        customerId,
        items: [{ priceId: "price_1", quantity: 2 }, { priceId: "price_2" }],
        successUrl: "/done?session={CHECKOUT_SESSION_ID}",
        cancelUrl: "/plans",
        trialDays: 14,
        trialWithoutPaymentMethod: "pause",
        paymentMethodCollection: "if_required",
        discount: { promotionCodeId: "promo_1" },
        automaticTax: true,
        billingAddressCollection: "required",
        taxIdCollection: "required",
        customerUpdate: { address: "auto", name: "auto" },
        managedPayments: true,
        locale: "en-GB",
        clientReferenceId: "cart-1",
        metadata: { seats: "team" },
        expiresAt: new Date(Date.now() + 3_600_000),
      }),
    "to subscribe a second time, with codes and a trial to a date": (_acme, customerId, { asIf }) =>
      asIf(checkout(customerId), IN_OWN_ACCOUNTS).createCheckoutSession({
        customerId,
        priceId: "price_1",
        allowPromotionCodes: true,
        trialEnd: new Date(Date.now() + 7 * 86_400_000),
        allowSecond: true,
      }),
    "to subscribe in a form": (_acme, customerId, { asIf }) =>
      asIf(checkoutInForm(customerId)).createCheckoutSession({
        uiMode: "embedded",
        customerId,
        priceId: "price_1",
        returnUrl: "/done?session={CHECKOUT_SESSION_ID}",
        redirectOnCompletion: "if_required",
      }),
    "to save a card in a form that leads nowhere": (_acme, customerId, { asIf }) =>
      asIf(checkoutInForm(customerId)).createCheckoutSession({
        uiMode: "embedded",
        mode: "setup",
        customerId,
        currency: "usd",
        redirectOnCompletion: "never",
      }),
    "to pay once": (_acme, customerId, { asIf }) =>
      asIf({ ...checkout(customerId), price: { recurring: null } }).createCheckoutSession({
        mode: "payment",
        customerId,
        priceId: "price_1",
        discount: { couponId: "welcome" },
        adjustableQuantity: { minimum: 1, maximum: 10 },
        invoiceCreation: true,
      }),
    "to save a card, in place of another session": (_acme, customerId, { asIf }) =>
      asIf(checkout(customerId, OPEN_SETUP)).createCheckoutSession({
        mode: "setup",
        customerId,
        currency: "usd",
      }),
  },
  listCheckoutLineItems: {
    "by id": (acme) => acme.listCheckoutLineItems("cs_test_2"),
  },
  getCheckoutSession: {
    "by id": (acme) => acme.getCheckoutSession("cs_test_1"),
  },
  createSubscription: {
    "to one price": (acme, customerId) =>
      acme.createSubscription({ customerId, priceId: "price_1", quantity: 2, allowSecond: true }),
    "with every option": (acme, customerId) =>
      acme.createSubscription({
        customerId,
        items: [{ priceId: "price_1", quantity: 2 }, { priceId: "price_2" }],
        trialDays: 14,
        trialWithoutPaymentMethod: "pause",
        defaultPaymentMethodId: "pm_1",
        paymentBehavior: "default_incomplete",
        discounts: [{ couponId: "welcome" }, { promotionCodeId: "promo_1" }],
        automaticTax: true,
        metadata: { seats: "team" },
        allowSecond: true,
        idempotencyKey: "key",
      }),
    "by invoice, with a trial to a date": (acme, customerId) =>
      acme.createSubscription({
        customerId,
        priceId: "price_1",
        trialEnd: TOMORROW,
        daysUntilDue: 30,
        allowSecond: true,
      }),
  },
  updateSubscription: {
    "to another price": (acme) => acme.updateSubscription("sub_1", { priceId: "price_2" }),
    "item by item": async (acme, _customerId, { stripe }) =>
      acme.updateSubscription("sub_1", {
        items: [
          { change: (await fixtureItem(stripe)).id, priceId: "price_2", quantity: 3 },
          { add: "price_3", quantity: 2 },
        ],
      }),
    "taking an item away": async (acme, _customerId, { stripe }) =>
      acme.updateSubscription("sub_1", {
        items: [{ add: "price_3" }, { remove: (await fixtureItem(stripe)).id }],
      }),
    "with every option": (acme) =>
      acme.updateSubscription("sub_1", {
        quantity: 2,
        trialEnd: TOMORROW,
        discounts: [{ couponId: "welcome" }, { promotionCodeId: "promo_1" }],
        metadata: { seats: "2", gone: null },
        proration: "always_invoice",
        prorationDate: new Date(),
        paymentBehavior: "default_incomplete",
        idempotencyKey: "key",
      }),
    "ending a trial and all discounts": (acme) =>
      acme.updateSubscription("sub_1", { trialEnd: "now", discounts: [] }),
    "at the end of the period": (_acme, _customerId, { scheduled }) =>
      scheduled().updateSubscription("sub_1", {
        quantity: 2,
        discounts: [{ couponId: "welcome" }],
        metadata: { seats: "2" },
        when: "period_end",
      }),
    "at the end of the period, for the first time": (_acme, _customerId, { scheduled }) =>
      scheduled({ schedule: null }).updateSubscription("sub_1", { quantity: 2, when: "period_end" }),
    "dropping what is scheduled": (_acme, _customerId, { scheduled }) =>
      scheduled().updateSubscription("sub_1", { scheduledChange: null }),
    "with a payment method, and its schedule": (_acme, _customerId, { scheduled }) =>
      scheduled().updateSubscription("sub_1", { defaultPaymentMethodId: "pm_1" }),
  },
  previewSubscriptionChange: {
    "of the only item": (acme) =>
      acme.previewSubscriptionChange("sub_1", {
        priceId: "price_2",
        quantity: 2,
        discounts: [{ couponId: "welcome" }],
      }),
    "with every option": (acme) =>
      acme.previewSubscriptionChange("sub_1", {
        items: [{ add: "price_3" }],
        trialEnd: "now",
        discounts: [],
        proration: "none",
        prorationDate: new Date(),
      }),
    "at the end of the period": (acme) =>
      acme.previewSubscriptionChange("sub_1", { quantity: 2, when: "period_end" }),
    "with more lines than are shown": (_acme, _customerId, { asIf }) =>
      asIf({ invoice: { lines: { object: "list", data: [], has_more: true } } }).previewSubscriptionChange(
        "sub_1",
        { quantity: 2 },
      ),
  },
  resumeSubscription: {
    "that is not going to end": (acme) => acme.resumeSubscription("sub_1"),
    "that is canceled by flag": (_acme, _customerId, { asIf }) =>
      asIf({ subscription: { cancel_at_period_end: true } }).resumeSubscription("sub_1"),
    "that is canceled by date": (_acme, _customerId, { asIf }) =>
      asIf({ subscription: { cancel_at: 2_000_000_000 } }).resumeSubscription("sub_1", {
        idempotencyKey: "key",
      }),
    "that a schedule cancels": (_acme, _customerId, { scheduled }) =>
      scheduled({}, { end_behavior: "cancel" }).resumeSubscription("sub_1"),
  },
  pauseSubscription: {
    "its collection": (acme) => acme.pauseSubscription("sub_1"),
    "its collection, until a date": (acme) =>
      acme.pauseSubscription("sub_1", {
        invoices: "keep_as_draft",
        until: TOMORROW,
        idempotencyKey: "key",
      }),
  },
  unpauseSubscription: {
    "its collection": (_acme, _customerId, { asIf }) =>
      asIf({
        subscription: { pause_collection: { behavior: "void", resumes_at: null } },
      }).unpauseSubscription("sub_1"),
    "the subscription itself": (_acme, _customerId, { asIf }) =>
      asIf({ subscription: { status: "paused" } }).unpauseSubscription("sub_1", { idempotencyKey: "key" }),
  },
  cancelSubscription: {
    "at period end": (acme) => acme.cancelSubscription("sub_1"),
    "on a date": (acme) => acme.cancelSubscription("sub_1", { when: TOMORROW }),
    "with a reason": (acme) =>
      acme.cancelSubscription("sub_1", { feedback: "unused", comment: "Moving on", idempotencyKey: "key" }),
    now: (acme) => acme.cancelSubscription("sub_1", { when: "now" }),
    "now, with every option": (acme) =>
      acme.cancelSubscription("sub_1", {
        when: "now",
        prorate: true,
        invoiceNow: true,
        feedback: "too_expensive",
      }),
  },
  listInvoices: {
    "by id": (acme, customerId) => acme.listInvoices(customerId),
    "with every option": (acme, customerId) =>
      acme.listInvoices(customerId, {
        status: "open",
        subscriptionId: "sub_1",
        limit: 100,
        after: "in_1",
      }),
  },
  getInvoice: {
    "by id": (acme) => acme.getInvoice("in_1"),
    "with more lines than are shown": (_acme, _customerId, { asIf }) =>
      asIf({ invoice: { lines: { object: "list", data: [], has_more: true } } }).getInvoice("in_1"),
  },
  payInvoice: {
    "by its default": (_acme, _customerId, { asIf }) => asIf(OPEN_INVOICE).payInvoice("in_1"),
    "by a payment method": (_acme, _customerId, { asIf }) =>
      asIf(OPEN_INVOICE).payInvoice("in_1", { paymentMethodId: "pm_1", idempotencyKey: "key" }),
    "outside of Stripe": (_acme, _customerId, { asIf }) =>
      asIf(OPEN_INVOICE).payInvoice("in_1", { paidOutOfBand: true }),
  },
  voidInvoice: {
    "that is open": (_acme, _customerId, { asIf }) => asIf(OPEN_INVOICE).voidInvoice("in_1"),
  },
  createRefund: {
    "of a charge": (_acme, customerId, { asIf }) =>
      asIf(charged(customerId)).createRefund({ chargeId: "ch_1" }),
    "of a payment, with every option": (_acme, customerId, { asIf }) =>
      asIf(charged(customerId)).createRefund({
        paymentIntentId: "pi_1",
        amount: 1,
        reason: "requested_by_customer",
        metadata: { why: "late" },
        idempotencyKey: "key",
      }),
    "of an invoice": (_acme, customerId, { asIf }) =>
      asIf({ ...charged(customerId), invoice: PAID_INVOICE }).createRefund({ invoiceId: "in_1" }),
  },
  getRefund: {
    "by id": (_acme, customerId, { asIf }) => asIf(charged(customerId)).getRefund("re_1"),
  },
  listRefunds: {
    "of a charge": (_acme, customerId, { asIf }) =>
      asIf({ ...charged(customerId), list: { data: [] } }).listRefunds({ chargeId: "ch_1" }),
  },
  previewUpcomingInvoice: {
    "of a customer": (acme, customerId) => acme.previewUpcomingInvoice(customerId),
    "of a subscription": (acme, customerId) =>
      acme.previewUpcomingInvoice(customerId, { subscriptionId: "sub_1" }),
  },
  listPaymentMethods: {
    "by id": (acme, customerId) => acme.listPaymentMethods(customerId),
    "with every option": (acme, customerId) =>
      acme.listPaymentMethods(customerId, { limit: 100, after: "pm_1" }),
  },
  setDefaultPaymentMethod: {
    "of the customer": (acme) => acme.setDefaultPaymentMethod("pm_1", { idempotencyKey: "key" }),
    "and of a subscription": (acme) => acme.setDefaultPaymentMethod("pm_1", { subscriptionId: "sub_1" }),
  },
  detachPaymentMethod: {
    "that nothing is charged on": (acme) => acme.detachPaymentMethod("pm_1"),
    "whatever is": (acme) => acme.detachPaymentMethod("pm_1", { allowInUse: true, idempotencyKey: "key" }),
  },
  listTenantProducts: {
    "on sale": (acme) => acme.listTenantProducts(),
    "with every option": (acme) => acme.listTenantProducts({ active: "all", limit: 100, after: "bmV4dA==" }),
    "of a connected account": (_acme, _customerId, { connected }) =>
      connected.listTenantProducts({ after: "prod_1" }),
  },
  ensurePortalConfiguration: {
    "with everything but products": (acme) =>
      acme.ensurePortalConfiguration({
        name: "Brand",
        headline: "Acme partners with Stripe",
        privacyPolicyUrl: "https://example.com/privacy",
        termsOfServiceUrl: "https://example.com/terms",
        returnUrl: "/account",
        loginPage: true,
        features: {
          invoiceHistory: true,
          paymentMethodUpdate: true,
          customerUpdate: { allowedUpdates: ["address", "email", "name", "phone", "shipping", "tax_id"] },
          subscriptionCancel: {
            mode: "immediately",
            prorationBehavior: "create_prorations",
            reasons: ["unused", "other"],
          },
        },
      }),
    "with pausing": (acme) =>
      acme.ensurePortalConfiguration({
        features: { subscriptionPause: { intervals: [{ interval: "month", count: 3 }] } },
      }),
    "with pausing for as long as they like": (acme) =>
      acme.ensurePortalConfiguration({ features: { subscriptionPause: {} } }),
    "with nobody asked for a reason": (acme) =>
      acme.ensurePortalConfiguration({ features: { subscriptionCancel: {} } }),
    "with products": async (_acme, _customerId, { connected }) => {
      const { product } = await stripeOnMock().prices.retrieve("price_1");
      return connected.ensurePortalConfiguration({
        features: {
          paymentMethodUpdate: true,
          subscriptionUpdate: {
            allowedUpdates: ["price", "quantity", "promotion_code"],
            products: [
              {
                productId: typeof product === "string" ? product : product.id,
                priceIds: ["price_1"],
                quantity: { minimum: 1, maximum: 50 },
              },
            ],
            prorationBehavior: "always_invoice",
            scheduleAtPeriodEnd: ["shortening_interval", "decreasing_item_amount"],
            trialUpdateBehavior: "continue_trial",
            billingCycleAnchor: "now",
          },
        },
      });
    },
  },
  diagnosePortal: {
    "of a customer": (acme, customerId) => acme.diagnosePortal({ customerId, createSession: true }),
  },
  deactivateUnusedPortalConfigurations: {
    "in a dry run": (acme) => acme.deactivateUnusedPortalConfigurations({ inUse: [] }),
  },
  getProduct: { "by id": async (acme, _, { stripe }) => acme.getProduct(await fixtureProduct(stripe)) },
  createProduct: {
    "by name": (acme) => acme.createProduct({ name: "Team" }),
    "with every detail and a price": (acme) =>
      acme.createProduct({
        name: "Team",
        ...PRODUCT_DETAILS,
        price: {
          currency: "usd",
          unitAmountDecimal: "0.05",
          recurring: { interval: "month", intervalCount: 3 },
          taxBehavior: "exclusive",
        },
        idempotencyKey: "key",
      }),
    "with nothing in its lists": (acme) => acme.createProduct({ name: "Team", images: [], features: [] }),
  },
  updateProduct: {
    "every detail": async (acme, _, { stripe }) =>
      acme.updateProduct(await fixtureProduct(stripe), { name: "Team", active: true, ...PRODUCT_DETAILS }),
    "clearing what can be": async (acme, _, { stripe }) =>
      acme.updateProduct(await fixtureProduct(stripe), {
        description: null,
        images: [],
        features: [],
        unitLabel: null,
        url: null,
        metadata: { gone: null },
      }),
  },
  archiveProduct: {
    "by id": async (acme, _, { stripe }) => acme.archiveProduct(await fixtureProduct(stripe)),
  },
  createPrice: {
    once: (acme) => acme.createPrice("prod_1", { currency: "usd", unitAmount: 100 }),
    "with every option": (acme) =>
      acme.createPrice("prod_1", {
        currency: "eur",
        unitAmount: 100,
        recurring: { interval: "year" },
        taxBehavior: "inclusive",
        nickname: "Yearly",
        lookupKey: "pro",
        transferLookupKey: true,
        idempotencyKey: "price",
      }),
  },
  replacePrice: {
    "by amount": (acme) => acme.replacePrice("price_1", { unitAmount: 200 }),
    "with every option": (acme) =>
      acme.replacePrice("price_1", {
        unitAmountDecimal: "0.5",
        currency: "eur",
        recurring: { interval: "day", intervalCount: 2 },
        taxBehavior: "exclusive",
        nickname: "Daily",
      }),
  },
  archivePrice: { "by id": (acme) => acme.archivePrice("price_1") },
  setDefaultPrice: { "by id": (acme) => acme.setDefaultPrice("price_1") },
  getCoupon: { "by id": (acme) => acme.getCoupon("welcome") },
  getPromotionCode: { "by id": (acme) => acme.getPromotionCode("promo_1") },
  findPromotionCode: {
    "that anybody may use": (acme) => acme.findPromotionCode({ code: "SUMMER" }),
    "that a customer may use": (acme, customerId) => acme.findPromotionCode({ code: "SUMMER", customerId }),
  },
  listEntitlements: { "by customer": (acme, customerId) => acme.listEntitlements(customerId) },
  hasEntitlement: { "by customer": (acme, customerId) => acme.hasEntitlement(customerId, "sso") },
  reportUsage: {
    "by customer": (_, customerId, { asIf }) =>
      asIf(usageOf(customerId)).reportUsage(customerId, {
        eventName: "api_call",
        value: 1,
        identifier: "request 1",
      }),
    "with every option": (_, customerId, { asIf }) =>
      asIf(usageOf(customerId)).reportUsage(customerId, {
        eventName: "api_call",
        value: -1,
        identifier: "request 2",
        timestamp: new Date(),
        customerKey: "account",
        valueKey: "calls",
        idempotencyKey: "key",
      }),
  },
  fetchEventObject: Object.fromEntries(
    Object.entries(EVENT_OBJECT_IDS).map(([type, id]) => [
      `of a ${type}`,
      (acme: StripeBillingService) => acme.fetchEventObject({ type, id }),
    ]),
  ),
  resolveTenant: {
    "of a customer": (acme, customerId) => acme.resolveTenant({ customerId }),
    "of a thin event's twin": (acme) => acme.resolveTenant({ snapshotEventId: "evt_1" }),
    ...Object.fromEntries(
      ["dispute", "invoice_payment", "mandate", "refund", "review", "quote", "radar.early_fraud_warning"].map(
        (kind) => [
          `of a ${kind}`,
          (acme: StripeBillingService) => acme.resolveTenant({ reference: { kind, id: "id_1" } }),
        ],
      ),
    ),
  },
};

/** What Stripe has and the mock's specification has not yet. A mock that catches up makes its test fail: then move it. */
const NEWER_THAN_THE_MOCK: Forms = {
  "pauseSubscription of the subscription itself": (_acme, _customerId, { asIf }) =>
    asIf({ subscription: { billing_mode: { type: "flexible" }, schedule: null } }).pauseSubscription(
      "sub_1",
      {
        pause: "subscription",
        settle: "invoice",
      },
    ),
  "createCheckoutSession with types of payment method": (_acme, customerId, { asIf }) =>
    asIf(checkout(customerId)).createCheckoutSession({
      mode: "setup",
      customerId,
      currency: "usd",
      paymentMethodTypes: ["card", "sepa_debit"],
    }),
  "createCustomerPortalSession to pause": (acme, customerId) =>
    acme.createCustomerPortalSession(customerId, {
      flow: { type: "subscription_pause", subscriptionId: "sub_1" },
    }),
};

describeContract("the requests this package sends", () => {
  const sent: string[] = [];
  const stripe = stripeOnMock();
  const config = {
    stripe: recorded(stripe, sent),
    tenantId: "acme",
    portal: {
      returnUrl: "https://app.example.com/billing",
      configuration: "bpc_1",
      locale: "auto",
      allowedOnBehalfOf: ["acct_1"],
    },
  };
  const connected = new StripeBillingService({
    ...config,
    tenancy: IN_OWN_ACCOUNTS,
  });
  const asIf = ({ subscription, ...changes }: Answers, tenancy: Tenancy = ownerOfEverything) =>
    new StripeBillingService({
      ...config,
      stripe: answering(config.stripe, { ...changes, subscription: { ...RUNNING, ...subscription } }),
      tenancy,
    });
  const acme = asIf({});
  let schedule: Stripe.SubscriptionSchedule;
  let price: string;
  const scheduled = (subscription: object = {}, changes: object = {}) => {
    const [phase] = schedule.phases;
    if (phase === undefined) throw new Error("stripe-mock's schedule has no phase.");
    const first = { ...phase, items: phase.items.map((item) => ({ ...item, price })) };
    const next = { ...first, start_date: first.end_date, end_date: first.end_date + 2_592_000 };
    const running = {
      ...changes,
      current_phase: { start_date: first.start_date, end_date: first.end_date },
      metadata: { scheduledBy: "@repo/billing" },
      phases: [first, next],
    };
    return asIf({
      subscription: { schedule: { ...schedule, ...running }, ...subscription },
      subscription_schedule: running,
    });
  };

  beforeAll(async () => {
    schedule = await stripe.subscriptionSchedules.retrieve("sub_sched_1");
    price = (await fixtureItem(stripe)).price.id;
  });

  for (const [method, forms] of Object.entries(ROWS)) {
    it.each(Object.entries(forms))(`stripe-mock accepts ${method} %s`, async (_, drive) => {
      const others = { connected, stripe, asIf, scheduled };
      await expect(drive(acme, await fixtureCustomer(stripe), others)).resolves.toBeDefined();
    });
  }

  it.each(Object.entries(NEWER_THAN_THE_MOCK))("stripe-mock does not know %s yet", async (_, drive) => {
    const others = { connected, stripe, asIf, scheduled };
    await expect(drive(acme, await fixtureCustomer(stripe), others)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:invalid_argument|conflict)$/),
    });
  });

  it("stripe-mock accepts that a new schedule is released with the end that a cancellation gave it", async () => {
    const canceled = scheduled({ schedule: null }, { end_behavior: "cancel" });
    const change = { quantity: 2, when: "period_end" } as const;
    await expect(canceled.updateSubscription("sub_1", change)).rejects.toMatchObject({
      completed: expect.arrayContaining(["the release of the new schedule"]),
      cause: { code: "conflict" },
    });
    // A refusal would be followed by a look at the subscription.
    expect(sent.at(-1)).toMatch(/^POST .*\/release$/);
  });

  it("stripe-mock accepts that a portal configuration is deactivated", async () => {
    const scope = await admit({
      transport: createTransport(recorded(stripe, sent)),
      tenancy: ownerOfEverything,
      tenantId: "acme",
      mode: undefined,
      cache: new OwnershipCache(300_000),
      configurations: new OwnershipCache(300_000),
      deadline: new Deadline(10_000),
      onAudit: () => undefined,
      trusted: [],
    });
    // None of the mock's was made by this package, so that none is found to be unused.
    const { id } = await scope.configurations.get("bpc_1");
    const call = "POST /v1/billing_portal/configurations/{configuration}";
    await expect(scope.write(call, { configuration: id }, { active: false })).resolves.toBeDefined();
  });

  it("has a row for every public method", () => {
    expect(
      [
        ...Object.keys(ROWS),
        "asOperator",
        "listSharedProducts",
        "listEvents",
        "listAccountSubscriptions",
        "forTenant",
        "forgetCatalog",
        "forgetCustomer",
        "receiverFacts",
      ].sort(),
    ).toEqual(publicMethods());
  });

  it("has driven every call that the package can send", () => {
    const driven = (call: string) => sent.some((request) => patternOf(call).test(request));
    expect(Object.keys(RULES).filter((call) => !driven(call))).toEqual([]);
  });
});

/** The mock's meter event is of another customer than the one that was named. */
const usageOf = (customerId: string): Answers => ({
  "billing.meter_event": { payload: { stripe_customer_id: customerId } },
});

const OPEN_INVOICE: Answers = { invoice: { status: "open" } };

const PAID_INVOICE = {
  payments: {
    data: [{ status: "paid", payment: { type: "payment_intent", payment_intent: "pi_1" } }],
  },
};

/** The mock's charges and refunds name no customer. */
function charged(customerId: string): Answers {
  const customer = { object: "customer", id: customerId, metadata: {} };
  const charge = { object: "charge", id: "ch_1", customer, paid: true, amount_captured: 100 };
  return { charge, payment_intent: { latest_charge: charge }, refund: { charge } };
}

/** The mock's tax ids are of another customer than the one that was named. */
function taxIdOf(customerId: string): Answers {
  return { tax_id: { customer: { object: "customer", id: customerId, metadata: {} } } };
}

/** The mock's subscription is active, going to end and ended at once. */
const RUNNING = { ended_at: null, cancel_at: null, cancel_at_period_end: false, schedule: null };

/** The mock's objects have a fixed customer and no metadata, so ownership cannot be proved there; the other suites do. */
const ownerOfEverything: Tenancy = {
  accountOf: () => Promise.resolve(undefined),
  customerAccess: () => Promise.resolve("own"),
  productAccess: () => "own",
  productQuery: (tenantId) => metadataIs("tenantId", tenantId, "*"),
  resolveTenant: async ({ customerId }, readCustomer) => {
    // stripe-mock's event is about an object without a customer.
    if (customerId !== undefined) await readCustomer(customerId);
    return { status: "nobody" };
  },
  markFor: (tenantId) => ({ tenantId }),
  reservedMetadata: ["tenantId"],
};

/** The one whose prices these are, whichever product they are asked of. */
async function fixtureProduct(stripe: Stripe): Promise<string> {
  const [price] = (await stripe.prices.list()).data;
  if (typeof price?.product !== "string") throw new Error("stripe-mock's price names no product.");
  return price.product;
}

const OPEN_SETUP = {
  id: "cs_test_1",
  object: "checkout.session",
  mode: "setup",
  status: "open",
  created: 2_000_000_000,
  metadata: {},
};

/** A customer that is subscribed to nothing, and whose open sessions are listed behind the one that is made. */
function checkout(customer: string, ...open: readonly object[]): Answers {
  const made = { ...OPEN_SETUP, id: "cs_test_2" };
  const listed = open.length === 0 ? [] : [made, ...open].map((session) => ({ ...session, customer }));
  return {
    list: { data: listed, has_more: false },
    "checkout.session": { id: made.id, customer, status: "open" },
  };
}

function checkoutInForm(customer: string): Answers {
  const { "checkout.session": session, ...answers } = checkout(customer);
  return { ...answers, "checkout.session": { ...session, client_secret: "cs_test_2_secret_1" } };
}

/** Whatever is listed, the mock answers with objects of this one customer. */
async function fixtureCustomer(stripe: Stripe): Promise<string> {
  const [subscription] = (await stripe.subscriptions.list()).data;
  if (typeof subscription?.customer !== "string")
    throw new Error("stripe-mock's subscription names no customer.");
  return subscription.customer;
}

async function fixtureItem(stripe: Stripe): Promise<Stripe.SubscriptionItem> {
  const [item] = (await stripe.subscriptions.retrieve("sub_1")).items.data;
  if (item === undefined) throw new Error("stripe-mock's subscription has no item.");
  return item;
}

/** Changes a client's answers by the kind of object they are. */
function answering(client: StripeClient, changes: Answers): StripeClient {
  return {
    rawRequest: async (method, path, params, options) => {
      const answer = await client.rawRequest(method, path, params, options);
      const kind =
        typeof answer === "object" && answer !== null && "object" in answer ? answer.object : undefined;
      return typeof kind === "string" ? Object.assign({}, answer, changes[kind]) : answer;
    },
  };
}

function recorded(client: StripeClient, sent: string[]): StripeClient {
  return {
    rawRequest: (method, path, params, options) => {
      sent.push(`${method} ${path}`);
      return client.rawRequest(method, path, params, options);
    },
  };
}

function patternOf(call: string): RegExp {
  return new RegExp(`^${call.replaceAll(/\{\w+\}/g, "\\w+")}(?:\\?|$)`);
}
