/** What each application of `docs/applications.md` is put through: its pages in a browser, and other tenants' objects. */
import { type LocalStripe, startLocalStripe } from "@repo/local-stripe";
import { type OpenChromium, openChromium } from "@repo/test-kit/chromium";
import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TenantUnderTest } from "../../src/testing/isolation/attacked-methods.js";
import type { Application } from "./application.js";

/** Many pages one after the other, in a browser that other tests may share. */
const BROWSER_TIME = { timeout: 120_000 };

/** What an application is told by its environment. */
export type Settings = Readonly<Record<(typeof SETTINGS)[number], string>>;

export const SETTINGS = [
  "STRIPE_SECRET_KEY",
  "STRIPE_WEBHOOK_SECRET",
  "STRIPE_API_BASE",
  "APP_URL",
  "SESSIONS",
] as const;

interface Tenant {
  readonly tenantId: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly priceId: string;
}

/** The report of `checkTenantIsolation`, as JSON. */
export interface Report {
  readonly passed: number;
  readonly checks: readonly { readonly ok: boolean }[];
}

export interface UseOptions {
  readonly start: (settings: Settings) => Promise<Application>;
  /** Runs `checkTenantIsolation` on the service that the application's own `billing.ts` makes. */
  readonly checkIsolation?: (
    settings: Settings,
    own: TenantUnderTest,
    other: TenantUnderTest,
  ) => Promise<Report>;
}

export function describeUse(name: string, { start, checkIsolation }: UseOptions): void {
  describe(`an application of ${name}`, () => {
    let local: LocalStripe;
    let application: Application;
    let settings: Settings;
    let acme: Tenant;
    let globex: Tenant;
    let chromium: OpenChromium | undefined;

    beforeAll(async () => {
      local = await startLocalStripe();
      const stripe = new Stripe(local.secretKey, { host: local.host, port: local.port, protocol: "http" });
      acme = await addTenant(stripe, "acme");
      globex = await addTenant(stripe, "globex");
      const endpoint = await stripe.webhookEndpoints.create({
        url: "http://127.0.0.1:1/",
        enabled_events: ["customer.subscription.updated"],
      });
      settings = {
        STRIPE_SECRET_KEY: local.secretKey,
        STRIPE_WEBHOOK_SECRET: endpoint.secret ?? "",
        STRIPE_API_BASE: local.url,
        APP_URL: "http://127.0.0.1:$PORT",
        SESSIONS: JSON.stringify({ ada: acme, grace: globex }),
      };
      application = await start(settings);
      await stripe.webhookEndpoints.update(endpoint.id, { url: `${application.url}/webhooks/stripe` });
      chromium = await openChromium();
    }, 120_000);
    afterAll(async () => {
      await chromium?.close();
      await application?.stop();
      await local?.close();
    });

    const ask = (path: string, fields?: Readonly<Record<string, string>>, session = "ada") =>
      fetch(`${application.url}${path}`, {
        headers: session === "" ? {} : { cookie: `session=${session}` },
        redirect: "manual",
        ...(fields && { method: "POST", body: new URLSearchParams(fields) }),
      });

    test("sells a plan, opens what it has, and shows the portal, in a browser", BROWSER_TIME, async () => {
      expect((await ask("/exports")).status).toBe(403);
      if (chromium === undefined) return;
      const context = await chromium.browser.newContext();
      await context.addCookies([{ name: "session", value: "ada", url: application.url }]);
      const page = await context.newPage();

      await page.goto(`${application.url}/plans`);
      expect(await page.getByRole("heading").allTextContents()).toEqual(["acme <Pro> & more"]);
      await page.getByRole("button", { name: "$49.00" }).click();
      await page.getByRole("button", { name: "Subscribe" }).click();
      await page.waitForURL(`${application.url}/plans`);
      expect((await ask("/exports")).status).toBe(200);

      await page.getByRole("button", { name: "Manage billing" }).click();
      await page.getByText("acme Inc").first().waitFor();
      await context.close();
    });

    test("answers webhooks, and nobody who is not signed in otherwise", async () => {
      const stripe = new Stripe(local.secretKey, { host: local.host, port: local.port, protocol: "http" });
      await stripe.subscriptions.update(globex.subscriptionId, { metadata: { seats: "5" } });
      await local.settled();
      expect(local.deliveries.at(-1)).toMatchObject({ status: 200 });
      for (const answer of [await ask("/plans", undefined, ""), await ask("/portal", {}, "")])
        expect(answer.status).toBe(401);
    });

    test("finds no other tenant's price, and takes the tenant from the session alone", async () => {
      const foreign = await ask("/checkout", { priceId: globex.priceId });
      expect([foreign.status, await foreign.json()]).toMatchObject([404, { code: "not_found" }]);
      const { tenantId, customerId } = globex;
      const query = new URLSearchParams({ tenantId, customerId });
      const portal = await ask(`/portal?${query}`, { tenantId, customerId });
      expect(portal.status).toBe(303);
      const opened = await (await fetch(portal.headers.get("location") ?? "")).text();
      expect([opened.includes("acme Inc"), opened.includes("globex Inc")]).toEqual([true, false]);
    });

    if (checkIsolation !== undefined) {
      test("keeps its tenants apart, by checkTenantIsolation", async () => {
        const { passed, checks } = await checkIsolation(settings, attackable(acme), attackable(globex));
        expect(checks.filter(({ ok }) => !ok)).toEqual([]);
        expect(passed).toBeGreaterThan(10);
      });
    }
  });
}

const attackable = ({ tenantId, customerId, subscriptionId }: Tenant): TenantUnderTest => ({
  tenantId,
  customerId,
  subscriptionId,
});

async function addTenant(stripe: Stripe, tenantId: string): Promise<Tenant> {
  const metadata = { tenantId };
  const customer = await stripe.customers.create({ name: `${tenantId} Inc`, metadata });
  const old = await stripe.products.create({ name: `${tenantId} Old`, metadata });
  const recurring = { currency: "usd", unit_amount: 4900, recurring: { interval: "month" } } as const;
  const oldPrice = await stripe.prices.create({ ...recurring, product: old.id });
  const product = await stripe.products.create({ name: `${tenantId} <Pro> & more`, metadata });
  const price = await stripe.prices.create({ ...recurring, product: product.id });
  const [feature = await stripe.entitlements.features.create({ name: "Exports", lookup_key: "exports" })] = (
    await stripe.entitlements.features.list({ lookup_key: "exports" })
  ).data;
  await stripe.products.createFeature(product.id, { entitlement_feature: feature.id });
  await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: oldPrice.id }],
    trial_period_days: 30,
  });
  await stripe.products.update(old.id, { active: false });
  return { tenantId, customerId: customer.id, subscriptionId: subscription.id, priceId: price.id };
}
