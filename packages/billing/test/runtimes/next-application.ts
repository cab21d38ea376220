/** The application of `docs/nextjs.md`, in a browser's place, against a local Stripe. */
import { join } from "node:path";
import { type LocalStripe, startLocalStripe } from "@repo/local-stripe";
import Stripe from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Application, startApplication } from "./application.js";
import { bin, buildNext, FOLDER, NO_TELEMETRY } from "./installed.js";
import { readRecipe } from "./recipes.js";

const cwd = join(FOLDER, "next-application");
const start = (mode: "start" | "dev", env: Readonly<Record<string, string>>): Promise<Application> => {
  const NODE_ENV = mode === "dev" ? "development" : "production";
  const options = { cwd, path: "", env: { ...NO_TELEMETRY, NODE_ENV, ...env } };
  return startApplication(bin("next"), [mode, "--port", "$PORT"], options);
};

export function describeNextApplication(): void {
  describe("an application of Next.js", () => {
    beforeAll(
      () =>
        buildNext(cwd, [
          ...readRecipe("The application", "nextjs.md"),
          ["app/layout.tsx", LAYOUT],
          ["lib/session.ts", SESSION],
          ["lib/database.ts", DATABASE],
        ]),
      300_000,
    );

    test("that runs without its secrets, as it was built, refuses every request and says why", async () => {
      const application = await start("start", { SESSIONS: '{"ada":{"tenantId":"acme"}}' });
      try {
        const { url } = application;
        const page = await fetch(`${url}/plans`, { headers: { cookie: "session=ada" } });
        const webhook = await fetch(`${url}/webhooks/stripe`, { method: "POST", body: "{}" });
        expect([page.status, webhook.status]).toEqual([500, 500]);
        for (const reason of ["secretKey is undefined.", "signingSecrets[0] is undefined: "])
          await expect.poll(() => application.output).toContain(reason);
      } finally {
        await application.stop();
      }
    }, 60_000);

    describe.each(["start", "dev"] as const)("with next %s", describeUse);
  });
}

function describeUse(mode: "start" | "dev"): void {
  let local: LocalStripe;
  let stripe: Stripe;
  let application: Application;
  const plans: Record<string, Plan> = {};

  beforeAll(async () => {
    local = await startLocalStripe();
    stripe = new Stripe(local.secretKey, { host: local.host, port: local.port, protocol: "http" });
    for (const tenantId of ["acme", "globex"]) plans[tenantId] = await addTenant(stripe, tenantId);
    const endpoint = await stripe.webhookEndpoints.create({
      url: "http://127.0.0.1:1/",
      enabled_events: ["product.updated"],
    });
    application = await start(mode, {
      STRIPE_SECRET_KEY: local.secretKey,
      STRIPE_WEBHOOK_SECRET: endpoint.secret ?? "",
      STRIPE_API_BASE: local.url,
      SESSIONS: JSON.stringify({ ada: sessionOf("acme"), grace: sessionOf("globex") }),
    });
    const url = `${application.url}/webhooks/stripe`;
    await stripe.webhookEndpoints.update(endpoint.id, { url });
    // `next dev` compiles a route when it is first asked, which may take longer than Stripe waits.
    expect(await fetch(url, { method: "POST", body: "{}" })).toMatchObject({ status: 400 });
    await visit("ada");
  }, 240_000);
  afterAll(async () => {
    await application?.stop();
    await local?.close();
  });

  const planOf = (tenantId: string): Plan => plans[tenantId] ?? expect.fail(`${tenantId} has no plan.`);
  const sessionOf = (tenantId: string) => ({ tenantId, customerId: planOf(tenantId).customerId });
  const visit = async (session: string): Promise<string> => {
    const page = await fetch(`${application.url}/plans`, { headers: { cookie: `session=${session}` } });
    expect(page.status).toBe(200);
    return page.text();
  };
  const submit = (path: string, fields: Readonly<Record<string, string>>): Promise<Response> => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const headers = { cookie: "session=ada", origin: application.url };
    return fetch(`${application.url}${path}`, { method: "POST", body, headers, redirect: "manual" });
  };

  test("the page shows the plans of the session's tenant, and no other's", async () => {
    const [ada, grace] = [await visit("ada"), await visit("grace")];
    expect([ada.includes("acme Pro"), ada.includes("globex Pro")]).toEqual([true, false]);
    expect([grace.includes("acme Pro"), grace.includes("globex Pro")]).toEqual([false, true]);
    expect(ada).toContain("$49.00");
  });

  test("a product that is renamed in Stripe is on the page once its webhook has arrived", async () => {
    await visit("ada");
    local.clearRequests();
    await visit("ada");
    expect(local.requests).toEqual([]);
    await stripe.products.update(planOf("acme").productId, { name: "acme Premium" });
    await local.settled();
    expect(local.deliveries.at(-1)).toMatchObject({ status: 200 });
    expect(await visit("ada")).toContain("acme Premium");
  });

  test("the server action opens the portal for the session's customer", async () => {
    const action = /name="(\$ACTION_ID_\w+)"/.exec(await visit("ada"))?.[1] ?? expect.fail("no action");
    const answer = await submit("/plans", { [action]: "", customerId: planOf("globex").customerId });
    expect(answer.status).toBe(303);
    const portal = await fetch(answer.headers.get("location") ?? "");
    expect(await portal.text()).toContain("acme Inc");
  });

  test("the route handler sells the tenant's own price, and finds no other's", async () => {
    const sold = await submit("/checkout", { priceId: planOf("acme").priceId });
    expect(sold.status).toBe(303);
    expect(sold.headers.get("location")).toContain(local.url);
    const foreign = await submit("/checkout", { priceId: planOf("globex").priceId });
    expect(foreign.status).toBe(404);
    expect(await foreign.json()).toMatchObject({ code: "not_found" });
  });
}

interface Plan {
  readonly customerId: string;
  readonly productId: string;
  readonly priceId: string;
}

async function addTenant(stripe: Stripe, tenantId: string): Promise<Plan> {
  const metadata = { tenantId };
  const customer = await stripe.customers.create({ name: `${tenantId} Inc`, metadata });
  const product = await stripe.products.create({ name: `${tenantId} Pro`, metadata });
  const price = await stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: 4900,
    recurring: { interval: "month" },
  });
  return { customerId: customer.id, productId: product.id, priceId: price.id };
}

const LAYOUT = `
import type { ReactNode } from "react";

export default function Layout({ children }: { readonly children: ReactNode }) {
  return <html lang="en"><body>{children}</body></html>;
}
`;

const SESSION = `
import { cookies } from "next/headers";
import { redirect } from "next/navigation";

interface Session {
  readonly tenantId: string;
  readonly customerId: string;
}

export async function requireSession(): Promise<Session> {
  const sessions: Record<string, Session> = JSON.parse(process.env["SESSIONS"] ?? "{}");
  return sessions[(await cookies()).get("session")?.value ?? ""] ?? redirect("/sign-in");
}
`;

const DATABASE = `
import { memoryInbox } from "@repo/billing/webhooks";

export const inbox = memoryInbox();
export const plans = { async save(_tenantId: string, _status: string, _idempotencyKey: string): Promise<void> {} };
`;
