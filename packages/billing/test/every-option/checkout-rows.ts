import { expect } from "vitest";
import { inDays, type OptionRow, seconds } from "./option-row.js";

const PAGES = {
  successUrl: "https://app.example.com/done?session={CHECKOUT_SESSION_ID}",
  cancelUrl: "https://app.example.com/plans",
  locale: "de",
  clientReferenceId: "cart-1",
  metadata: { team: "blue" },
} as const;

const AS_STRIPE_HAS_IT = {
  success_url: PAGES.successUrl,
  cancel_url: PAGES.cancelUrl,
  locale: "de",
  client_reference_id: "cart-1",
  metadata: { team: "blue" },
};

export const CHECKOUT_ROWS: readonly OptionRow[] = [
  {
    method: "createCheckoutSession",
    shows: "sells a subscription to several prices, with a trial of days, a discount and taxes",
    run: async ({ billing, own, stripe }) => {
      await stripe.customers.update(own.customerId, { address: { country: "DE" } });
      const expiresAt = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
      const { id } = await billing.createCheckoutSession({
        ...PAGES,
        mode: "subscription",
        customerId: own.customerId,
        items: [{ priceId: own.priceId, quantity: 2, adjustableQuantity: { minimum: 1, maximum: 9 } }],
        trialDays: 10,
        trialWithoutPaymentMethod: "cancel",
        paymentMethodCollection: "if_required",
        discount: { couponId: own.couponId },
        automaticTax: true,
        billingAddressCollection: "required",
        taxIdCollection: true,
        customerUpdate: { address: "auto", name: "auto" },
        paymentMethodTypes: ["card"],
        managedPayments: false,
        expiresAt,
        allowSecond: true,
        idempotencyKey: "k",
      });
      const expand = ["line_items"];
      expect(await stripe.checkout.sessions.retrieve(id, { expand })).toMatchObject({
        ...AS_STRIPE_HAS_IT,
        mode: "subscription",
        customer: own.customerId,
        line_items: {
          data: [
            {
              price: { id: own.priceId },
              quantity: 2,
              adjustable_quantity: { enabled: true, minimum: 1, maximum: 9 },
            },
          ],
        },
        billing_address_collection: "required",
        tax_id_collection: { enabled: true, required: "never" },
        allowed_payment_method_types: ["card"],
        payment_method_collection: "if_required",
        discounts: [{ coupon: own.couponId }],
        automatic_tax: { enabled: true },
        managed_payments: null,
        expires_at: seconds(expiresAt),
        amount_total: 0,
      });
    },
  },
  {
    method: "createCheckoutSession",
    shows: "sells a subscription to one price until the end of a trial, and lets a promotion code be typed",
    run: async ({ service, own, stripe }) => {
      const billing = service({ catalog: { promotionCodes: "shared" } });
      const { id } = await billing.createCheckoutSession({
        customerId: own.customerId,
        priceId: own.priceId,
        quantity: 2,
        trialEnd: inDays(5),
        allowPromotionCodes: true,
        allowSecond: true,
      });
      const expand = ["line_items"];
      expect(await stripe.checkout.sessions.retrieve(id, { expand })).toMatchObject({
        allow_promotion_codes: true,
        line_items: { data: [{ price: { id: own.priceId }, quantity: 2 }] },
        amount_total: 0,
      });
      const coded = await billing.createCheckoutSession({
        customerId: own.customerId,
        priceId: own.priceId,
        discount: { promotionCodeId: own.promotionCodeId },
        allowSecond: true,
      });
      expect(coded.amountTotal).toBe(0.75 * 4900);
    },
  },
  {
    method: "createCheckoutSession",
    shows: "sells something that is paid once, at the price of a promotion code",
    run: async ({ billing, own, stripe }) => {
      const once = await billing.createPrice(own.productId, { unitAmount: 1000, currency: "usd" });
      const expiresAt = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
      const { id } = await billing.createCheckoutSession({
        ...PAGES,
        mode: "payment",
        customerId: own.customerId,
        priceId: once.id,
        quantity: 2,
        discount: { promotionCodeId: own.promotionCodeId },
        automaticTax: false,
        billingAddressCollection: "auto",
        taxIdCollection: "required",
        customerUpdate: { address: "never", name: "auto" },
        paymentMethodTypes: ["card"],
        managedPayments: true,
        allowPromotionCodes: false,
        expiresAt,
        idempotencyKey: "k",
      });
      expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
        ...AS_STRIPE_HAS_IT,
        mode: "payment",
        managed_payments: { enabled: true },
        amount_total: 1500,
        discounts: [{ promotion_code: own.promotionCodeId }],
        tax_id_collection: { enabled: true, required: "if_supported" },
        expires_at: seconds(expiresAt),
      });
    },
  },
  {
    method: "createCheckoutSession",
    shows: "sells something in a quantity to choose, with an invoice",
    run: async ({ billing, own, stripe }) => {
      const once = await billing.createPrice(own.productId, { unitAmount: 1000, currency: "usd" });
      const { id } = await billing.createCheckoutSession({
        mode: "payment",
        customerId: own.customerId,
        priceId: once.id,
        adjustableQuantity: { minimum: 0, maximum: 3 },
        invoiceCreation: true,
        metadata: { team: "blue" },
      });
      expect(await stripe.checkout.sessions.retrieve(id, { expand: ["line_items"] })).toMatchObject({
        invoice_creation: { enabled: true, invoice_data: { metadata: { team: "blue" } } },
        line_items: { data: [{ adjustable_quantity: { minimum: 0, maximum: 3 } }] },
      });
      const subscription = await billing.createCheckoutSession({
        customerId: own.customerId,
        priceId: own.priceId,
        adjustableQuantity: { minimum: 1, maximum: 3 },
        allowSecond: true,
      });
      expect(await billing.listCheckoutLineItems(subscription.id)).toMatchObject([{ quantity: 1 }]);
    },
  },
  {
    method: "createCheckoutSession",
    shows: "sells several things that are paid once, at the price of a coupon",
    run: async ({ billing, own }) => {
      const once = await billing.createPrice(own.productId, { unitAmount: 1000, currency: "usd" });
      const { amountTotal } = await billing.createCheckoutSession({
        mode: "payment",
        customerId: own.customerId,
        items: [{ priceId: once.id, quantity: 3, adjustableQuantity: { minimum: 2, maximum: 4 } }],
        discount: { couponId: own.couponId },
      });
      expect(amountTotal).toBe(2250);
    },
  },
  {
    method: "createCheckoutSession",
    shows: "saves a card for a currency",
    run: async ({ billing, own, stripe }) => {
      const expiresAt = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
      const { id } = await billing.createCheckoutSession({
        ...PAGES,
        mode: "setup",
        customerId: own.customerId,
        currency: "eur",
        billingAddressCollection: "required",
        paymentMethodTypes: ["card"],
        expiresAt,
        idempotencyKey: "k",
      });
      expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
        ...AS_STRIPE_HAS_IT,
        mode: "setup",
        currency: "eur",
        billing_address_collection: "required",
        allowed_payment_method_types: ["card"],
        expires_at: seconds(expiresAt),
      });
    },
  },
  {
    method: "createCheckoutSession",
    shows: "sells a subscription in a form, which leads on only if it must",
    run: async ({ billing, own, stripe }) => {
      const { id, clientSecret } = await billing.createCheckoutSession({
        uiMode: "embedded",
        mode: "subscription",
        customerId: own.customerId,
        priceId: own.priceId,
        allowSecond: true,
        returnUrl: PAGES.successUrl,
        redirectOnCompletion: "if_required",
      });
      expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
        ui_mode: "embedded_page",
        client_secret: clientSecret,
        return_url: PAGES.successUrl,
        redirect_on_completion: "if_required",
        success_url: null,
        cancel_url: null,
        url: null,
      });
    },
  },
  {
    method: "createCheckoutSession",
    shows: "takes a payment in a form, which always leads on",
    run: async ({ billing, own, stripe }) => {
      const once = await billing.createPrice(own.productId, { unitAmount: 1000, currency: "usd" });
      const { id } = await billing.createCheckoutSession({
        uiMode: "embedded",
        mode: "payment",
        customerId: own.customerId,
        priceId: once.id,
        returnUrl: "/done",
        redirectOnCompletion: "always",
      });
      expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({
        ui_mode: "embedded_page",
        return_url: "https://app.example.com/done",
        redirect_on_completion: "always",
      });
    },
  },
  {
    method: "createCheckoutSession",
    shows: "saves a card in a form, which leads on by default",
    run: async ({ billing, own, stripe }) => {
      const { id } = await billing.createCheckoutSession({
        uiMode: "embedded",
        mode: "setup",
        customerId: own.customerId,
        currency: "eur",
        returnUrl: "/done",
      });
      const staying = await billing.createCheckoutSession({
        uiMode: "embedded",
        mode: "setup",
        customerId: own.customerId,
        currency: "usd",
        redirectOnCompletion: "never",
      });
      const [first, second] = await Promise.all(
        [id, staying.id].map((one) => stripe.checkout.sessions.retrieve(one)),
      );
      expect(first).toMatchObject({ status: "expired", redirect_on_completion: "always" });
      expect(second).toMatchObject({ status: "open", redirect_on_completion: "never" });
      expect(second?.return_url).toBeUndefined();
    },
  },
  {
    method: "listCheckoutLineItems",
    shows: "lists what the session sells",
    run: async ({ billing, own }) => {
      const items = await billing.listCheckoutLineItems(own.checkoutSessionId, {});
      expect(items).toMatchObject([{ priceId: own.otherPriceId, quantity: 1, amountTotal: 49_000 }]);
    },
  },
  {
    method: "getCheckoutSession",
    shows: "reads the session",
    run: async ({ billing, own }) => {
      const { id } = await billing.getCheckoutSession(own.checkoutSessionId, {});
      expect(id).toBe(own.checkoutSessionId);
    },
  },
];
