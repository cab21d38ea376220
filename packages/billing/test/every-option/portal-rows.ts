import type Stripe from "stripe";
import { expect } from "vitest";
import type { PortalConfigurationSpec } from "../../src/index.js";
import type { TenantWorld } from "../stripe-world.js";
import type { OptionRow, Scene } from "./option-row.js";

const LEGAL = {
  name: "Spring",
  headline: "Thank you",
  privacyPolicyUrl: "https://app.example.com/privacy",
  termsOfServiceUrl: "https://app.example.com/terms",
  returnUrl: "https://app.example.com/plans",
  loginPage: true,
} as const;

/** Everything that a customer may be allowed. */
function everyFeature({ productId, priceId, otherPriceId }: TenantWorld): PortalConfigurationSpec {
  return {
    ...LEGAL,
    features: {
      invoiceHistory: true,
      paymentMethodUpdate: true,
      customerUpdate: { allowedUpdates: ["email", "tax_id"] },
      subscriptionCancel: {
        mode: "immediately",
        prorationBehavior: "create_prorations",
        reasons: ["unused", "other"],
      },
      subscriptionPause: { intervals: [{ interval: "month", count: 2 }] },
      subscriptionUpdate: {
        allowedUpdates: ["price", "quantity"],
        products: [{ productId, priceIds: [priceId, otherPriceId], quantity: { minimum: 1, maximum: 9 } }],
        prorationBehavior: "always_invoice",
        scheduleAtPeriodEnd: ["shortening_interval"],
        trialUpdateBehavior: "continue_trial",
        billingCycleAnchor: "now",
      },
    },
  };
}

/** The tenant's service, whose portal allows everything. */
function withEveryFeature({ service, own }: Scene) {
  const returnUrl = "https://app.example.com/billing";
  const allowedOnBehalfOf = ["acct_partner"];
  return service({ portal: { returnUrl, configuration: everyFeature(own), allowedOnBehalfOf } });
}

/** The newest portal session, as its event shows it. */
async function lastSession({ stripe }: Scene): Promise<Stripe.Event.Data.Object> {
  const { data } = await stripe.events.list({ types: ["billing_portal.session.created"], limit: 1 });
  return data[0]?.data.object ?? {};
}

export const PORTAL_ROWS: readonly OptionRow[] = [
  {
    method: "createCustomerPortalSession",
    shows: "leads back to a URL, in a language, under a partner's branding",
    run: async (scene) => {
      const { own, world } = scene;
      world.local.connectAccount("acct_partner");
      await withEveryFeature(scene).createCustomerPortalSession(own.customerId, {
        returnUrl: "https://app.example.com/plans",
        locale: "de",
        onBehalfOf: "acct_partner",
        flow: {
          type: "payment_method_update",
          afterCompletion: { type: "hosted_confirmation", message: "Well done." },
        },
        idempotencyKey: "k",
      });
      expect(await lastSession(scene)).toMatchObject({
        customer: own.customerId,
        return_url: "https://app.example.com/plans",
        locale: "de",
        on_behalf_of: "acct_partner",
        flow: {
          type: "payment_method_update",
          after_completion: {
            type: "hosted_confirmation",
            hosted_confirmation: { custom_message: "Well done." },
          },
        },
      });
    },
  },
  {
    method: "createCustomerPortalSession",
    shows: "takes a configuration for this session alone",
    run: async (scene) => {
      const { billing, own } = scene;
      const spec = { headline: "For you", features: { invoiceHistory: true } };
      // By its id: the options of a specification are those of ensurePortalConfiguration.
      const { id: configuration } = await billing.ensurePortalConfiguration(spec);
      await billing.createCustomerPortalSession(own.customerId, { configuration });
      expect(await lastSession(scene)).toMatchObject({ configuration });
    },
  },
  {
    method: "createCustomerPortalSession",
    shows: "leads to a cancellation with a coupon to stay, and back to a URL",
    run: async (scene) => {
      const { own } = scene;
      await withEveryFeature(scene).createCustomerPortalSession(own.customerId, {
        flow: {
          type: "subscription_cancel",
          subscriptionId: own.subscriptionId,
          retentionCouponId: own.couponId,
          afterCompletion: { type: "redirect", returnUrl: "/canceled" },
        },
      });
      expect(await lastSession(scene)).toMatchObject({
        flow: {
          subscription_cancel: {
            subscription: own.subscriptionId,
            retention: { coupon_offer: { coupon: own.couponId } },
          },
          after_completion: { redirect: { return_url: "https://app.example.com/canceled" } },
        },
      });
    },
  },
  {
    method: "createCustomerPortalSession",
    shows: "leads to a change to confirm, with a coupon or a promotion code",
    run: async (scene) => {
      const { own } = scene;
      const billing = withEveryFeature(scene);
      for (const discount of [{ couponId: own.couponId }, { promotionCodeId: own.promotionCodeId }]) {
        await billing.createCustomerPortalSession(own.customerId, {
          flow: {
            type: "subscription_update_confirm",
            subscriptionId: own.subscriptionId,
            itemId: own.itemId,
            priceId: own.otherPriceId,
            quantity: 2,
            discount,
          },
        });
        expect(await lastSession(scene)).toMatchObject({
          flow: {
            subscription_update_confirm: {
              subscription: own.subscriptionId,
              items: [{ id: own.itemId, price: own.otherPriceId, quantity: 2 }],
              discounts: [
                "couponId" in discount ? { coupon: own.couponId } : { promotion_code: own.promotionCodeId },
              ],
            },
          },
        });
      }
    },
  },
  {
    method: "createCustomerPortalSession",
    shows: "leads to a choice of plan, to a pause and to the customer's details",
    run: async (scene) => {
      const { subscriptionId, customerId } = scene.own;
      const billing = withEveryFeature(scene);
      for (const type of ["subscription_update", "subscription_pause"] as const) {
        await billing.createCustomerPortalSession(customerId, { flow: { type, subscriptionId } });
        expect(await lastSession(scene)).toMatchObject({
          flow: { [type]: { subscription: subscriptionId } },
        });
      }
      await billing.createCustomerPortalSession(customerId, {
        flow: { type: "customer_update", afterCompletion: { type: "portal_homepage" } },
      });
      expect(await lastSession(scene)).toMatchObject({
        flow: { type: "customer_update", after_completion: { type: "portal_homepage" } },
      });
    },
  },
  {
    method: "ensurePortalConfiguration",
    shows: "makes a configuration with every feature, once",
    run: async ({ billing, own, stripe }) => {
      const made = await billing.ensurePortalConfiguration(everyFeature(own), { idempotencyKey: "k" });
      const { productId: product, priceId, otherPriceId } = own;
      const expand = ["features.subscription_update.products"];
      expect(await stripe.billingPortal.configurations.retrieve(made.id, { expand })).toMatchObject({
        name: "Spring",
        business_profile: {
          headline: "Thank you",
          privacy_policy_url: LEGAL.privacyPolicyUrl,
          terms_of_service_url: LEGAL.termsOfServiceUrl,
        },
        default_return_url: LEGAL.returnUrl,
        login_page: { enabled: true, url: made.loginPageUrl },
        features: {
          invoice_history: { enabled: true },
          payment_method_update: { enabled: true },
          customer_update: { enabled: true, allowed_updates: ["email", "tax_id"] },
          subscription_cancel: {
            mode: "immediately",
            proration_behavior: "create_prorations",
            cancellation_reason: { enabled: true, options: ["other", "unused"] },
          },
          subscription_pause: { enabled: true },
          subscription_update: {
            default_allowed_updates: ["price", "quantity"],
            products: [
              {
                product,
                prices: [priceId, otherPriceId].sort(),
                adjustable_quantity: { enabled: true, minimum: 1, maximum: 9 },
              },
            ],
            proration_behavior: "always_invoice",
            schedule_at_period_end: { conditions: [{ type: "shortening_interval" }] },
            trial_update_behavior: "continue_trial",
            billing_cycle_anchor: "now",
          },
        },
      });
      expect((await billing.ensurePortalConfiguration(everyFeature(own))).id).toBe(made.id);
    },
  },
  {
    method: "deactivateUnusedPortalConfigurations",
    shows: "deactivates the tenant's that are old enough and not in use",
    run: async ({ billing, own, stripe }) => {
      const inUse = everyFeature(own);
      const used = await billing.ensurePortalConfiguration(inUse);
      const unused = await billing.ensurePortalConfiguration({ ...inUse, headline: "Welcome" });
      await billing.deactivateUnusedPortalConfigurations({
        inUse: [inUse],
        shared: false,
        dryRun: false,
        minAgeMs: 0,
        idempotencyKey: "k",
      });
      expect(await stripe.billingPortal.configurations.retrieve(used.id)).toMatchObject({ active: true });
      expect(await stripe.billingPortal.configurations.retrieve(unused.id)).toMatchObject({ active: false });
    },
  },
  {
    method: "diagnosePortal",
    shows: "looks at the customer, the return URL and the flow, and opens a session",
    run: async (scene) => {
      const { own } = scene;
      const diagnosis = await withEveryFeature(scene).diagnosePortal({
        customerId: own.customerId,
        returnUrl: "/diagnosed",
        flow: { type: "subscription_update", subscriptionId: own.subscriptionId },
        createSession: true,
      });
      const seen = diagnosis.checks.map(({ check, status }) => `${check}: ${status}`);
      expect(seen).toEqual(
        expect.arrayContaining(["customer: ok", "returnUrl: ok", "flow: ok", "session: ok"]),
      );
      expect(await lastSession(scene)).toMatchObject({ return_url: "https://app.example.com/diagnosed" });
    },
  },
  {
    method: "diagnosePortal",
    shows: "looks at a configuration for this call alone",
    run: async ({ billing, own }) => {
      const spec = { headline: "For you", features: { invoiceHistory: true } };
      const { id: configuration } = await billing.ensurePortalConfiguration(spec);
      const { checks } = await billing.diagnosePortal({ customerId: own.customerId, configuration });
      const fact = `${configuration} exists and is active.`;
      expect(checks).toContainEqual(expect.objectContaining({ check: "configuration", fact }));
    },
  },
];
