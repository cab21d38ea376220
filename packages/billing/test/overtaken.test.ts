import { describe, expect } from "vitest";
import type { BillingError, StripeBillingService } from "../src/index.js";
import { itWithNewTenant as it } from "./in-world.js";
import { overtakenBy } from "./overtaken-by.js";
import type { StripeWorld, TenantWorld } from "./stripe-world.js";

interface Case {
  readonly call: (billing: StripeBillingService, acme: Scene) => Promise<unknown>;
  readonly meanwhile: (billing: StripeBillingService, acme: Scene) => Promise<unknown>;
  readonly error: {
    readonly code: BillingError["code"];
    readonly message?: unknown;
    readonly cause?: unknown;
  };
}

/** acme, with a customer that has nothing, and one with a card and an invoice that waits to be paid. */
interface Scene extends TenantWorld {
  readonly newCustomerId: string;
  readonly openInvoiceId: string;
  readonly debtorsCardId: string;
}

const archivePrice: Case["meanwhile"] = (billing, { otherPriceId }) => billing.archivePrice(otherPriceId);
const archiveProduct: Case["meanwhile"] = (billing, { productId }) => billing.archiveProduct(productId);
const conflict = (text: string) => ({ code: "conflict" as const, message: expect.stringContaining(text) });

const CASES: Readonly<Record<string, Case>> = {
  "createPrice, of a product archived meanwhile": {
    call: (billing, { productId }) => billing.createPrice(productId, { currency: "usd", unitAmount: 4 }),
    meanwhile: archiveProduct,
    error: conflict("takes no new price"),
  },
  "replacePrice, of a product archived meanwhile": {
    call: (billing, { otherPriceId }) => billing.replacePrice(otherPriceId, { unitAmount: 4 }),
    meanwhile: archiveProduct,
    error: conflict("takes no new price"),
  },
  "setDefaultPrice, of a price archived meanwhile": {
    call: (billing, { otherPriceId }) => billing.setDefaultPrice(otherPriceId),
    meanwhile: archivePrice,
    error: conflict("cannot be its product's default"),
  },
  "archivePrice, of a price that has become the default": {
    call: (billing, { otherPriceId }) => billing.archivePrice(otherPriceId),
    meanwhile: (billing, { otherPriceId }) => billing.setDefaultPrice(otherPriceId),
    error: conflict("default price"),
  },
  "createSubscription, to a price archived meanwhile": {
    call: (billing, { newCustomerId, otherPriceId }) =>
      billing.createSubscription({ customerId: newCustomerId, priceId: otherPriceId, trialDays: 3 }),
    meanwhile: archivePrice,
    error: conflict("cannot be sold"),
  },
  "createCheckoutSession, for a price archived meanwhile": {
    call: (billing, { newCustomerId, otherPriceId }) =>
      billing.createCheckoutSession({ customerId: newCustomerId, priceId: otherPriceId }),
    meanwhile: archivePrice,
    error: conflict("cannot be sold"),
  },
  "updateSubscription at the period's end, to a price archived meanwhile": {
    call: (billing, { subscriptionId, otherPriceId }) =>
      billing.updateSubscription(subscriptionId, { priceId: otherPriceId, when: "period_end" }),
    meanwhile: archivePrice,
    error: { code: "indeterminate", cause: conflict("cannot be sold") },
  },
  "updateSubscription, to a price archived meanwhile": {
    call: (billing, { subscriptionId, otherPriceId }) =>
      billing.updateSubscription(subscriptionId, { priceId: otherPriceId }),
    meanwhile: archivePrice,
    error: conflict("cannot be sold"),
  },
  "payInvoice, with a card detached meanwhile": {
    call: (billing, { openInvoiceId, debtorsCardId }) =>
      billing.payInvoice(openInvoiceId, { paymentMethodId: debtorsCardId }),
    meanwhile: (billing, { debtorsCardId }) => billing.detachPaymentMethod(debtorsCardId),
    error: { code: "not_found" },
  },
  "a portal flow, for a subscription that has just ended": {
    call: (billing, { customerId, subscriptionId }) =>
      billing.createCustomerPortalSession(customerId, {
        flow: { type: "subscription_cancel", subscriptionId },
      }),
    meanwhile: (billing, { subscriptionId }) => billing.cancelSubscription(subscriptionId, { when: "now" }),
    error: conflict("has ended"),
  },
};

async function prepare({ stripe }: StripeWorld, acme: TenantWorld): Promise<Scene> {
  const { id: newCustomerId } = await stripe.customers.create({ metadata: { tenantId: acme.tenantId } });
  const { id: debtor } = await stripe.customers.create({ metadata: { tenantId: acme.tenantId } });
  const { id: debtorsCardId } = await stripe.paymentMethods.attach("pm_card_visa", { customer: debtor });
  const { latest_invoice: invoice } = await stripe.subscriptions.create({
    customer: debtor,
    items: [{ price: acme.priceId }],
    collection_method: "send_invoice",
    days_until_due: 3,
  });
  const openInvoiceId = typeof invoice === "string" ? invoice : "";
  await stripe.invoices.finalizeInvoice(openInvoiceId);
  return { ...acme, newCustomerId, openInvoiceId, debtorsCardId };
}

describe("what another call has changed between a call's check and its write", () => {
  it.for(Object.entries(CASES))(
    "is told as if it had come before, by %s",
    async ([, { call, meanwhile, error }], { world, acme, billing }) => {
      const scene = await prepare(world, acme);
      const overtaken = overtakenBy(world, () => meanwhile(billing, scene));
      await expect(call(overtaken, scene)).rejects.toMatchObject(error);
    },
  );
});
