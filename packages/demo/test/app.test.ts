import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Application, ORIGIN, postForm, startApplication } from "./support/application.js";

describe("the application's routes", () => {
  let application: Application;

  beforeEach(async () => {
    application = await startApplication();
  });
  afterEach(() => application.stopStripe());

  it("says that it is well", async () => {
    const answer = await application.app.request("/healthz");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ status: "ok" });
  });

  it("signs in with a cookie that scripts and other sites do not get", async () => {
    const answer = await postForm(application.app, "/sign-in", { form: { tenant: "acme" } });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/billing");
    expect(answer.headers.get("set-cookie")).toMatch(/^session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it.each([
    ["another site", { origin: "https://evil.example" }],
    ["another port", { origin: "http://127.0.0.1:9999" }],
    ["a sandboxed frame", { origin: "null", "sec-fetch-site": "cross-site" }],
    ["nobody knows where", { origin: "" }],
  ])("refuses a form from %s", async (_where, headers) => {
    const cookie = await application.signIn("acme");
    for (const path of ["/sign-in", "/sign-out", "/billing/portal", "/billing/checkout", "/billing/cancel"]) {
      const form = { tenant: "globex" };
      const answer = await postForm(application.app, path, { form, headers: { cookie, ...headers } });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
  });

  it("signs nobody in to a workspace that does not exist", async () => {
    const answer = await postForm(application.app, "/sign-in", { form: { tenant: "hooli" } });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("set-cookie")).toBeNull();
  });

  it("shows billing to nobody who is not signed in", async () => {
    for (const path of ["", "/change?seats=2", "/details", "/invoices", "/tax-ids"]) {
      const page = await application.app.request(`/billing${path}`);
      expect([path, page.status, page.headers.get("location")]).toEqual([path, 303, "/"]);
    }
    expect((await postForm(application.app, "/billing/portal")).status).toBe(401);
    expect((await postForm(application.app, "/billing/checkout")).status).toBe(401);
    expect((await application.app.request("/billing/updates")).status).toBe(401);
    expect((await application.app.request("/api/subscriptions/sub_1")).status).toBe(401);
  });

  it("leads from the address at which a tax id was refused back to the billing details", async () => {
    const cookie = await application.signIn("acme");
    const form = { type: "us_ein", value: "12" };
    const refused = await postForm(application.app, "/billing/tax-ids", { form, headers: { cookie } });
    expect(await refused.text()).toContain("This is no number of that kind.");
    const again = await get("/billing/tax-ids", cookie);
    expect([again.status, again.headers.get("location")]).toEqual([303, "/billing/details"]);
  });

  it("forgets a session that was signed out, even where its cookie is kept", async () => {
    const cookie = await application.signIn("acme");
    expect((await get("/billing", cookie)).status).toBe(200);
    await postForm(application.app, "/sign-out", { headers: { cookie } });
    expect((await get("/billing", cookie)).status).toBe(303);
  });

  it("sends the signed-in tenant, whatever the form says, to a portal that leads back", async () => {
    const cookie = await application.signIn("acme");
    const form = { tenant: "globex", customerId: application.workspaces.get("globex").customerId };
    const answer = await postForm(application.app, "/billing/portal", { form, headers: { cookie } });
    expect(answer.status).toBe(303);
    const portal = await (await fetch(answer.headers.get("location") ?? "")).text();
    expect(portal).toContain("Billing for Acme Analytics");
    expect(portal).toContain("ada@acme.example");
    expect(portal).not.toContain("hugo@globex.example");
    expect(portal).toContain(`${ORIGIN}/billing`);
  });

  it("sells a tenant its own and shared plans, and another's as little as one that does not exist", async () => {
    const cookie = await application.signIn("acme");
    const buy = async (price: string) =>
      postForm(application.app, "/billing/checkout", { form: { price }, headers: { cookie } });
    const priceOf = async (product: string) => {
      const { default_price: price } = await application.stripe.products.retrieve(product);
      return typeof price === "string" ? price : (price?.id ?? "");
    };
    const sold = await buy(await priceOf("prod_demo_shared_support"));
    expect(sold.status).toBe(303);
    const page = await (await fetch(sold.headers.get("location") ?? "")).text();
    expect(page).toContain("Priority support");

    const foreign = await buy(await priceOf("prod_demo_globex_pilot"));
    const missing = await buy("price_1DoesNotExistAnywhere000");
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    expect(await foreign.text()).toBe(await missing.text());
  });

  it("changes a tenant to its own plans, and to another's as little as to one that does not exist", async () => {
    const cookie = await application.signIn("acme");
    const { data } = await application.stripe.prices.list({ product: "prod_demo_globex_pilot" });
    const change = (price: string, seats = "1") =>
      postForm(application.app, "/billing/change", { form: { price, seats }, headers: { cookie } });
    const foreign = await change(data[0]?.id ?? "");
    const missing = await change("price_1DoesNotExistAnywhere000");
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    expect(await foreign.text()).toBe(await missing.text());
    const { data: own } = await application.stripe.prices.list({ product: "prod_demo_acme_company" });
    expect((await change(own[0]?.id ?? "", "0")).status).toBe(400);
    const changed = await change(own[0]?.id ?? "");
    expect([changed.status, changed.headers.get("location")]).toEqual([303, "/billing"]);
  });

  it("pages through the invoices of the tenant alone", async () => {
    const { stripe, workspaces } = application;
    const { subscriptionId } = workspaces.get("acme");
    const [item] = (await stripe.subscriptions.retrieve(subscriptionId)).items.data;
    for (let seats = 2; seats <= 11; seats += 1) {
      await stripe.subscriptions.update(subscriptionId, {
        items: [{ id: item?.id ?? "", quantity: seats }],
        proration_behavior: "always_invoice",
      });
    }
    const cookie = await application.signIn("acme");
    const first = await (await get("/billing/invoices", cookie)).text();
    const older = /href="(\/billing\/invoices\?after=[^"]+)"/.exec(first)?.[1] ?? "";
    const last = await (await get(older, cookie)).text();
    expect([first, last].map((page) => page.split('scope="row"').length - 1)).toEqual([10, 1]);
    expect(last).not.toContain("Older invoices");
    expect((await get(older, await application.signIn("globex"))).status).not.toBe(200);
  });

  it("bills what the preview said, whose instant and key its form carries", async () => {
    const cookie = await application.signIn("acme");
    const page = await (await get("/billing/change?seats=4", cookie)).text();
    const fields = [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]+)"/g)];
    const form = Object.fromEntries(fields.map(([, name, value]) => [name, value]));
    expect(Object.keys(form)).toEqual(["price", "seats", "key", "at"]);
    await postForm(application.app, "/billing/change", { form, headers: { cookie } });
    const { customerId: customer } = application.workspaces.get("acme");
    const invoices = await application.stripe.invoices.list({ customer });
    expect(invoices.data.map(({ total }) => total)).toEqual([14_700, 4900]);
  });

  it("offers its plans to a tenant that no webhook has told of a subscription yet", async () => {
    const page = await (await get("/billing", await application.signIn("globex"))).text();
    expect(page).toContain("Subscribe to Pilot");
    expect(page).toContain("Subscribe to Priority support");
  });

  it("tells nobody what came of another tenant's visit to Checkout", async () => {
    const form = { price: "" };
    const cookie = await application.signIn("acme");
    const { data } = await application.stripe.prices.list({ product: "prod_demo_shared_support" });
    form.price = data[0]?.id ?? "";
    await postForm(application.app, "/billing/checkout", { form, headers: { cookie } });
    const [session] = (await application.stripe.checkout.sessions.list()).data;
    const own = await get(`/billing?checkout=${session?.id}`, cookie);
    expect(await own.text()).toContain("You have not subscribed yet");
    const foreign = await get(`/billing?checkout=${session?.id}`, await application.signIn("globex"));
    expect(foreign.status).toBe(404);
  });

  it("answers programs the same problem for a foreign subscription as for a missing one", async () => {
    const cookie = await application.signIn("acme");
    const acme = application.workspaces.get("acme");
    const globex = application.workspaces.get("globex");
    const own = await get(`/api/subscriptions/${acme.subscriptionId}`, cookie);
    expect(await own.json()).toMatchObject({ id: acme.subscriptionId, customerId: acme.customerId });

    const foreign = await get(`/api/subscriptions/${globex.subscriptionId}`, cookie);
    const missing = await get("/api/subscriptions/sub_1DoesNotExistAnywhere000", cookie);
    expect(foreign.headers.get("content-type")).toBe("application/problem+json");
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    const problem: unknown = await foreign.json();
    expect(problem).toMatchObject({ status: 404, code: "not_found" });
    expect(await missing.json()).toEqual(problem);
  });

  it("shows a page to people, and a problem to programs, when Stripe cannot be reached", async () => {
    const cookie = await application.signIn("acme");
    await application.stopStripe();
    const page = await get("/billing", cookie);
    expect(page.status).toBe(503);
    expect(await page.text()).toContain("Something failed on our side.");
    const answer = await get("/billing", cookie, { accept: "application/json" });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: "stripe_unavailable", retryable: true });
    expect(application.logged).toHaveLength(2);
    expect(application.logged[0]).toContain("stripe_unavailable");
  });

  it("lets no other site frame its pages, and no script run but its own", async () => {
    const { headers } = await application.app.request("/");
    expect(headers.get("content-security-policy")).toMatch(
      /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/,
    );
    expect(headers.get("cache-control")).toBe("no-store");
  });

  async function get(path: string, cookie: string, headers: Record<string, string> = {}): Promise<Response> {
    return application.app.request(ORIGIN + path, { headers: { cookie, ...headers } });
  }
});
