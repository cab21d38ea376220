import type { PortalFlow } from "@repo/billing";
import type { Page } from "playwright-core";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { openChromium } from "../support/chromium.js";
import {
  BILLING_MODES,
  type BillingMode,
  type PortalScene,
  startPortalScene,
} from "../support/portal-scene.js";

type Features = Parameters<typeof startPortalScene>[1];

const PERIOD_END = new Date("2027-02-01T00:00:00Z");

const chromium = await openChromium();
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
afterAll(() => chromium?.close());

describe.skipIf(chromium === undefined).each(BILLING_MODES)(
  "the hosted portal, in %s billing mode",
  (mode) => {
    it("cancels at the end of the period for the reason that the customer gives", async () => {
      const scene = await start(mode, () => ({
        subscriptionCancel: { reasons: ["too_expensive", "unused", "other"] },
      }));
      const { subscriptionId } = scene;
      const page = await visit(scene, {
        type: "subscription_cancel",
        subscriptionId,
        afterCompletion: { type: "redirect", returnUrl: "/goodbye" },
      });
      await page.getByText("available until the end of your billing period on February 1, 2027").waitFor();
      await page.getByRole("radio", { name: "I no longer need it" }).check();
      await page.getByLabel("Anything else?").fill("It was fun.");
      await press(page, "Cancel subscription");
      await page.getByText("You are at /goodbye").waitFor();

      expect(await scene.heard()).toEqual([
        {
          type: "customer.subscription.updated",
          tenantId: "acme",
          previous: {
            cancel_at: null,
            canceled_at: null,
            cancellation_details: { comment: null, feedback: null, reason: null },
            // In flexible mode the portal fixes the date, and leaves the flag alone.
            ...(mode === "classic" && { cancel_at_period_end: false }),
          },
        },
      ]);
      expect(await scene.billing.getSubscription(subscriptionId)).toMatchObject({
        status: "active",
        cancelsAt: PERIOD_END,
        cancellation: { reason: "cancellation_requested", feedback: "unused", comment: "It was fun." },
      });
    });

    it("cancels at once where the configuration says so", async () => {
      const scene = await start(mode, () => ({ subscriptionCancel: { mode: "immediately" } }));
      const page = await visit(scene);
      await page.getByRole("link", { name: "Cancel subscription" }).click();
      await press(page, "Cancel subscription");
      await page.getByText("Your cancellation is recorded.").waitFor();
      expect((await scene.heard()).map(({ type }) => type)).toEqual(["customer.subscription.deleted"]);
      expect(await scene.billing.getSubscription(scene.subscriptionId)).toMatchObject({
        status: "canceled",
        endedAt: expect.any(Date),
      });
    });

    it("keeps what was to be canceled, in the portal or by this library", async () => {
      const scene = await start(mode, () => ({ subscriptionCancel: {} }));
      const { billing, subscriptionId } = scene;
      const page = await visit(scene);
      for (const cancel of [
        () => cancelOn(page),
        () => billing.cancelSubscription(subscriptionId, { when: "period_end" }),
      ]) {
        await cancel();
        await page.reload();
        await scene.heard();
        await page.getByRole("link", { name: "Keep subscription" }).click();
        await press(page, "Keep subscription");
        await page.getByText("Your subscription goes on.").waitFor();
        expect(await scene.heard()).toMatchObject([
          { type: "customer.subscription.updated", previous: { cancel_at: PERIOD_END.getTime() / 1000 } },
        ]);
        expect(await billing.getSubscription(subscriptionId)).toMatchObject({
          status: "active",
          cancelsAt: null,
        });
      }
    });

    it("changes plan and quantity for the amount that it shows before", async () => {
      const scene = await start(mode, ({ small, large }) => ({
        subscriptionUpdate: {
          allowedUpdates: ["price", "quantity"],
          prorationBehavior: "always_invoice",
          products: [small, large].map(({ productId, priceId }) => ({
            productId,
            priceIds: [priceId],
            quantity: { minimum: 1, maximum: 9 },
          })),
        },
      }));
      const page = await visit(scene);
      await page.getByRole("link", { name: "Update subscription" }).click();
      await page.getByRole("radio", { name: "Large" }).check();
      await page.getByLabel("Quantity").fill("2");
      await press(page, "Continue");
      expect(await amounts(page)).toEqual({ now: "$52.00", next: "$62.00" });
      await press(page, "Confirm");
      await page.getByText("Your subscription is changed.").waitFor();

      expect((await scene.heard()).map(({ type }) => type)).toEqual([
        "customer.subscription.updated",
        "invoice.paid",
      ]);
      const after = await scene.billing.getSubscription(scene.subscriptionId);
      expect(after.items).toMatchObject([{ price: { id: scene.large.priceId }, quantity: 2 }]);
      const [invoice] = (await scene.stripe.invoices.list({ customer: scene.customerId })).data;
      expect(invoice?.amount_paid).toBe(5200);
    });

    it("asks to confirm the change that a flow names, and makes it once", async () => {
      const scene = await start(mode, ({ small, large }) => ({
        subscriptionUpdate: {
          allowedUpdates: ["price"],
          prorationBehavior: "create_prorations",
          products: [small, large].map(({ productId, priceId }) => ({ productId, priceIds: [priceId] })),
        },
      }));
      const page = await visit(scene, {
        type: "subscription_update_confirm",
        subscriptionId: scene.subscriptionId,
        priceId: scene.large.priceId,
        afterCompletion: { type: "hosted_confirmation", message: "Welcome to Large." },
      });
      expect(await amounts(page)).toEqual({ now: "$0.00", next: "$52.00" });
      await press(page, "Confirm");
      await page.getByText("Welcome to Large.").waitFor();
      expect(await scene.heard()).toMatchObject([
        { type: "customer.subscription.updated", previous: { items: expect.anything() } },
      ]);
      const { items } = await scene.billing.getSubscription(scene.subscriptionId);
      expect(items).toMatchObject([{ price: { id: scene.large.priceId } }]);
      await page.getByRole("link", { name: "Return to" }).last().click();
      await page.getByText("You are at /billing").waitFor();
    });

    it("takes another card once its holder has answered the bank, and no declined one", async () => {
      const scene = await start(mode, () => ({ paymentMethodUpdate: true }));
      const { customerId, billing } = scene;
      const before = await billing.getCustomer(customerId);
      const page = await visit(scene, { type: "payment_method_update" });
      await page.getByRole("radio", { name: "Visa that is declined" }).check();
      await press(page, "Save card");
      await page.getByRole("alert").getByText("Your card was declined.").waitFor();
      expect(await scene.heard()).toEqual([]);

      await page.getByRole("radio", { name: "3D Secure" }).check();
      await press(page, "Save card");
      await press(page, "Fail authentication");
      await page.getByRole("alert").getByText("We are unable to authenticate").waitFor();
      await press(page, "Complete authentication");
      await page.getByText("Your payment method is saved.").waitFor();
      expect(await scene.heard()).toMatchObject([
        { type: "payment_method.attached", tenantId: "acme" },
        {
          type: "customer.updated",
          tenantId: "acme",
          previous: { invoice_settings: { default_payment_method: before.defaultPaymentMethodId } },
        },
      ]);
      const after = await billing.getCustomer(customerId);
      expect(after.defaultPaymentMethodId).not.toBe(before.defaultPaymentMethodId);
    });

    it("changes the billing information that the configuration allows", async () => {
      const scene = await start(mode, () => ({
        customerUpdate: { allowedUpdates: ["email", "address", "name"] },
      }));
      const page = await visit(scene, { type: "customer_update" });
      expect(await page.getByLabel("Phone").count()).toBe(0);
      await page.getByLabel("Email").fill("countess@acme.example");
      await page.getByLabel("Address line 1").fill("12 St James’s Square");
      await page.getByLabel("City").fill("London");
      await page.getByLabel("Country").selectOption("United Kingdom");
      await press(page, "Save");
      await page.getByText("Your billing information is updated.").waitFor();
      expect(await scene.heard()).toEqual([
        {
          type: "customer.updated",
          tenantId: "acme",
          previous: { email: "ada@acme.example", address: null },
        },
      ]);
      expect(await scene.billing.getCustomer(scene.customerId)).toMatchObject({
        name: "Ada Lovelace",
        email: "countess@acme.example",
        address: { line1: "12 St James’s Square", city: "London", country: "GB" },
      });
    });

    it("pauses and resumes, which classic billing mode does not know", async () => {
      const scene = await start(mode, () => ({ subscriptionPause: {} }));
      const { billing, subscriptionId } = scene;
      const flow = { type: "subscription_pause", subscriptionId } as const;
      if (mode === "classic") {
        await expect(billing.createCustomerPortalSession(scene.customerId, { flow })).rejects.toMatchObject({
          code: "invalid_argument",
        });
        const page = await visit(scene);
        expect(await page.getByRole("link", { name: "Pause subscription" }).count()).toBe(0);
        return;
      }
      const page = await visit(scene, flow);
      await press(page, "Pause subscription");
      await page.getByText("Your subscription is paused.", { exact: true }).waitFor();
      expect((await scene.heard()).map(({ type }) => type)).toEqual([
        "customer.subscription.updated",
        "customer.subscription.paused",
      ]);
      expect((await billing.getSubscription(subscriptionId)).status).toBe("paused");

      await page.getByRole("link", { name: "Resume subscription" }).click();
      // What was paid for January is credited, and a new month begins.
      expect(await amounts(page)).toEqual({ now: "$0.00", next: "$10.00" });
      await press(page, "Resume subscription");
      await page.getByText("Your subscription is resumed.").waitFor();
      expect((await scene.heard()).map(({ type }) => type)).toEqual([
        "customer.subscription.updated",
        "customer.subscription.resumed",
        "invoice.paid",
      ]);
      expect((await billing.getSubscription(subscriptionId)).status).toBe("active");
    });
  },
);

async function start(mode: BillingMode, features: Features): Promise<PortalScene> {
  const scene = await startPortalScene(mode, features);
  open.push(scene);
  return scene;
}

/** The portal as the application opens it, in a browser of its own. */
async function visit(scene: PortalScene, flow?: PortalFlow): Promise<Page> {
  if (chromium === undefined) throw new Error("There is no Chromium.");
  const context = await chromium.browser.newContext();
  open.push(context);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const { url } = await scene.billing.createCustomerPortalSession(scene.customerId, {
    ...(flow !== undefined && { flow }),
  });
  await scene.heard();
  await page.goto(url);
  return page;
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

async function cancelOn(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Cancel subscription" }).click();
  await press(page, "Cancel subscription");
  await page.getByText("Your cancellation is recorded.").waitFor();
}

/** What the page says is due now and next. */
async function amounts(page: Page): Promise<Record<string, string | null>> {
  const amount = (name: string) => page.locator(`[data-amount="${name}"]`).textContent();
  return { now: await amount("now"), next: await amount("next") };
}
