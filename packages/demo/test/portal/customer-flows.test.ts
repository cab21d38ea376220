import { describe, expect, it } from "vitest";
import { NO_FAULTS, pageFaults } from "../support/page-faults.js";
import { BILLING_MODES } from "../support/portal-scene.js";
import { chooseByKeyboard, PHONE, portalVisits, press, tabTo } from "../support/portal-visit.js";

const { isPossible, start, visit } = await portalVisits();

describe.skipIf(!isPossible).each(BILLING_MODES)("the hosted portal, in %s billing mode", (mode) => {
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
});

describe.skipIf(!isPossible)("the hosted portal", () => {
  it("is used without a mouse", async () => {
    const scene = await start("flexible", () => ({ subscriptionCancel: { reasons: ["unused", "other"] } }));
    const page = await visit(scene);
    await tabTo(page, "Skip to content");
    await page.keyboard.press("Enter");
    await tabTo(page, "Cancel subscription");
    const outline = await page.evaluate(
      () => getComputedStyle(document.activeElement ?? document.body).outlineStyle,
    );
    expect(outline).toBe("solid");
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: "Why are you canceling?" }).waitFor();
    await chooseByKeyboard(page, "feedback", "I no longer need it");
    await tabTo(page, "Cancel subscription");
    await page.keyboard.press("Enter");
    await page.getByText("Your cancellation is recorded.").waitFor();
    const { cancellation } = await scene.billing.getSubscription(scene.subscriptionId);
    expect(cancellation.feedback).toBe("unused");
  });

  it("fits a phone, with a name for everything that can be used", async () => {
    const scene = await start("flexible", ({ small, large }) => ({
      customerUpdate: { allowedUpdates: ["email", "name", "phone", "address", "shipping"] },
      invoiceHistory: true,
      paymentMethodUpdate: true,
      subscriptionCancel: { reasons: ["unused", "other"] },
      subscriptionPause: { intervals: [{ interval: "month" }] },
      subscriptionUpdate: {
        allowedUpdates: ["price", "quantity", "promotion_code"],
        products: [small, large].map(({ productId, priceId }) => ({
          productId,
          priceIds: [priceId],
          quantity: { maximum: 9 },
        })),
      },
    }));
    const page = await visit(scene, undefined, PHONE);
    const home = page.url();
    const sub = `/subscriptions/${scene.subscriptionId}`;
    const paths = ["", "/details", "/payment-method", `${sub}/cancel`, `${sub}/pause`, `${sub}/update`];
    for (const path of [...paths, `${sub}/update/confirm?price=${scene.large.priceId}&quantity=3`]) {
      const answer = await page.goto(home + path);
      expect([path, answer?.status()]).toEqual([path, 200]);
      expect([path, await pageFaults(page)]).toEqual([path, NO_FAULTS]);
    }
  });

  it("opens for five minutes, for its own customer alone, and says the same of every other link", async () => {
    const scene = await start("flexible", () => ({ subscriptionCancel: {} }));
    const { billing, customerId, stripe } = scene;
    const other = await stripe.customers.create({ metadata: { tenantId: "globex" } });
    const foreign = await stripe.subscriptions.create({
      customer: other.id,
      items: [{ price: scene.large.priceId }],
      trial_period_days: 30,
    });
    const late = await billing.createCustomerPortalSession(customerId);
    const page = await visit(scene);
    const home = page.url();
    await page.getByText("Small", { exact: false }).first().waitFor();
    expect(await page.getByText("Large").count()).toBe(0);
    expect((await page.goto(`${home}/subscriptions/${foreign.id}/cancel`))?.status()).toBe(404);

    scene.local.advanceBy(5 * 60_000);
    const unknown = home.replace(/[^/]+$/, "test_nothing");
    for (const url of [late.url, unknown, `${unknown}/details`]) {
      expect((await page.goto(url))?.status()).toBe(404);
      await page.getByRole("heading", { name: "This link has expired" }).waitFor();
    }
    expect((await page.goto(home))?.status()).toBe(200);
    scene.local.advanceBy(60 * 60_000);
    expect((await page.goto(home))?.status()).toBe(404);
  });
});
