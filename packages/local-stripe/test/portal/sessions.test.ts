import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { client, idOf, monthly, refusal, startLocal, subscribe } from "../support/local.js";

const RETURN_URL = "https://app.example.com/billing";

async function openPortal(stripe: Stripe, customer: string): Promise<Browser> {
  const { url } = await stripe.billingPortal.sessions.create({ customer, return_url: RETURN_URL });
  return Browser.open(url);
}

describe("the portal", () => {
  it("shows the customer's own subscriptions and the way back", async () => {
    const { stripe } = await startLocal({ clock: () => Date.UTC(2027, 0, 10) });
    const own = await subscribe(stripe);
    await subscribe(stripe, 77_700);
    const browser = await openPortal(stripe, idOf(own.customer));
    expect(browser.text).toContain("Gold");
    expect(browser.text).toContain("$20.00 per month");
    expect(browser.text).toContain("renews on February 10, 2027");
    expect(browser.text).not.toContain("$777.00");
    expect(browser.link("Return to your application")).toBe(RETURN_URL);
  });

  it("leads back to the business by its name", async () => {
    const { stripe } = await startLocal({ businessName: "Lumen" });
    const { customer } = await subscribe(stripe);
    const browser = await openPortal(stripe, idOf(customer));
    expect(browser.link("Return to Lumen")).toBe(RETURN_URL);
  });

  it("asks first, then cancels by the date alone, and takes it back", async ({ local, stripe }) => {
    const { id, customer, items } = await subscribe(stripe);
    const browser = await openPortal(stripe, idOf(customer));
    await browser.follow("Cancel subscription");
    expect((await stripe.subscriptions.retrieve(id)).cancel_at).toBeNull();
    await browser.submit("Cancel subscription", { feedback: "too_expensive", comment: "sorry" });
    expect(browser.text).toContain("will be canceled on");
    expect(await stripe.subscriptions.retrieve(id)).toMatchObject({
      status: "active",
      cancel_at: items.data[0]?.current_period_end,
      cancel_at_period_end: false,
      cancellation_details: { feedback: "too_expensive", comment: "sorry", reason: "cancellation_requested" },
    });
    const [event] = (await stripe.events.list({ type: "customer.subscription.updated" })).data;
    expect(event?.request).toEqual({ id: null, idempotency_key: null });

    await browser.follow("Keep subscription");
    await browser.submit("Keep subscription");
    expect(browser.text).toContain("renews on");
    expect((await stripe.subscriptions.retrieve(id)).cancel_at).toBeNull();
    expect(local.requests.every(({ path }) => path.startsWith("/v1/"))).toBe(true);
  });

  it("sets the flag for a subscription in classic mode", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    const price = await monthly(stripe);
    const { id } = await stripe.subscriptions.create({
      customer,
      items: [{ price: price.id }],
      billing_mode: { type: "classic" },
    });
    const browser = await openPortal(stripe, customer);
    await browser.follow("Cancel subscription");
    await browser.submit("Cancel subscription");
    expect((await stripe.subscriptions.retrieve(id)).cancel_at_period_end).toBe(true);
  });

  it("ends at once where the configuration says so, and offers nothing that it switches off", async ({
    stripe,
  }) => {
    const { id, customer } = await subscribe(stripe);
    const features = { subscription_cancel: { enabled: true, mode: "immediately" as const } };
    const configuration = await stripe.billingPortal.configurations.create({
      features,
      business_profile: { headline: "Acme billing" },
    });
    const session = { customer: idOf(customer), configuration: configuration.id };
    const browser = await Browser.open((await stripe.billingPortal.sessions.create(session)).url);
    expect(browser.text).toContain("Acme billing");
    await browser.follow("Cancel subscription");
    await browser.submit("Cancel subscription");
    expect((await stripe.subscriptions.retrieve(id)).status).toBe("canceled");

    const other = await subscribe(stripe);
    await stripe.billingPortal.configurations.update(configuration.id, {
      features: { subscription_cancel: { enabled: false } },
    });
    const closed = await Browser.open(
      (await stripe.billingPortal.sessions.create({ ...session, customer: idOf(other.customer) })).url,
    );
    expect(closed.text).not.toContain("Cancel subscription");
    await closed.visit(`${closed.url}/subscriptions/${other.id}/cancel`);
    expect(closed.status).toBe(404);
  });
});

describe("a portal session", () => {
  it("opens the cancel page and comes back as its flow says", async ({ stripe }) => {
    const { id, customer } = await subscribe(stripe);
    const { url } = await stripe.billingPortal.sessions.create({
      customer: idOf(customer),
      flow_data: {
        type: "subscription_cancel",
        subscription_cancel: { subscription: id },
        after_completion: { type: "redirect", redirect: { return_url: `${RETURN_URL}?done` } },
      },
    });
    const browser = await Browser.open(url);
    expect(browser.heading).toBe("Cancel your subscription");
    await browser.submit("Cancel subscription");
    expect(browser.url).toBe(`${RETURN_URL}?done`);
    expect((await stripe.subscriptions.retrieve(id)).cancel_at).not.toBeNull();
  });

  it("shows the confirmation that its flow asks for", async ({ stripe }) => {
    const { id, customer } = await subscribe(stripe);
    const { url } = await stripe.billingPortal.sessions.create({
      customer: idOf(customer),
      flow_data: {
        type: "subscription_cancel",
        subscription_cancel: { subscription: id },
        after_completion: {
          type: "hosted_confirmation",
          hosted_confirmation: { custom_message: "Farewell <3" },
        },
      },
    });
    const browser = await Browser.open(url);
    await browser.submit("Cancel subscription");
    expect(browser.text).toContain("Farewell &lt;3");
  });

  it("never reaches a subscription of another customer", async ({ stripe }) => {
    const own = await subscribe(stripe);
    const other = await subscribe(stripe);
    const error = await refusal(
      stripe.billingPortal.sessions.create({
        customer: idOf(own.customer),
        flow_data: { type: "subscription_cancel", subscription_cancel: { subscription: other.id } },
      }),
    );
    expect(error.param).toBe("flow_data[subscription_cancel][subscription]");
    const browser = await openPortal(stripe, idOf(own.customer));
    const home = browser.url;
    await browser.follow("Cancel subscription");
    const token = browser.field("csrf_token");
    await browser.post(`${home}/subscriptions/${other.id}/cancel`, { csrf_token: token });
    expect(browser.status).toBe(404);
    expect((await stripe.subscriptions.retrieve(other.id)).cancel_at).toBeNull();
  });

  it("changes nothing without the token of its own pages", async ({ stripe }) => {
    const own = await subscribe(stripe);
    const other = await subscribe(stripe);
    const foreign = await openPortal(stripe, idOf(other.customer));
    await foreign.follow("Cancel subscription");
    const browser = await openPortal(stripe, idOf(own.customer));
    const target = `${browser.url}/subscriptions/${own.id}/cancel`;
    for (const form of [{}, { csrf_token: "guess" }, { csrf_token: foreign.field("csrf_token") }]) {
      await browser.post(target, form);
      expect(browser.status).toBe(403);
    }
    expect((await stripe.subscriptions.retrieve(own.id)).cancel_at).toBeNull();
  });

  it("ends after five minutes unused, and an hour after its last page", async ({ local, stripe }) => {
    const { customer } = await subscribe(stripe);
    const minutes = (count: number) => local.advanceBy(count * 60_000);
    const unused = await stripe.billingPortal.sessions.create({ customer: idOf(customer) });
    const used = await openPortal(stripe, idOf(customer));
    minutes(5);
    expect((await Browser.open(unused.url)).text).toContain("This link has expired");
    minutes(50);
    await used.visit(used.url);
    expect(used.status).toBe(200);
    minutes(59);
    await used.visit(used.url);
    expect(used.status).toBe(200);
    minutes(60);
    await used.visit(used.url);
    expect(used.status).toBe(404);
  });

  it("is not framed, not cached, and gives its address to nobody", async ({ stripe }) => {
    const { customer } = await subscribe(stripe);
    const { headers } = await fetch(
      (await stripe.billingPortal.sessions.create({ customer: idOf(customer) })).url,
    );
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  it("needs a configuration, which an account does not have before its settings were saved", async () => {
    const { local, stripe } = await startLocal({ defaultPortalConfiguration: false });
    const { id: customer } = await stripe.customers.create({});
    const error = await refusal(stripe.billingPortal.sessions.create({ customer }));
    expect(error.message).toMatch(
      /^No configuration provided and your test mode default configuration has not been created\./,
    );
    const live = client(local, local.liveSecretKey);
    const other = await live.customers.create({});
    const liveError = await refusal(live.billingPortal.sessions.create({ customer: other.id }));
    expect(liveError.message).toContain("your live mode default configuration");
  });

  it("refuses return URLs that are none", async ({ stripe }) => {
    const { id: customer } = await stripe.customers.create({});
    for (const return_url of ["app.example.com", "javascript:alert(1)", "ftp://example.com"]) {
      const error = await refusal(stripe.billingPortal.sessions.create({ customer, return_url }));
      expect(error).toMatchObject({ code: "url_invalid", param: "return_url" });
    }
  });
});

describe("the login page of a portal", () => {
  it("leads a customer in by the link that would be mailed, and nobody else", async ({ stripe }) => {
    const own = await subscribe(stripe);
    await stripe.customers.create({ email: "ada@example.com" });
    const configuration = await stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      login_page: { enabled: true },
      default_return_url: RETURN_URL,
    });
    const url = configuration.login_page.url ?? "";
    const browser = await Browser.open(url);
    await browser.post(url, { email: "nobody@example.com" });
    expect(browser.text).toContain("a link is on its way");
    expect(browser.text).not.toContain("/p/session/");
    await browser.post(url, { email: "ada@example.com" });
    await browser.follow("the link that it would send");
    expect(browser.text).toContain("Gold");
    expect(browser.link("Return to your application")).toBe(RETURN_URL);
    const [event] = (await stripe.events.list({ type: "billing_portal.session.created" })).data;
    expect(event?.data.object).toMatchObject({
      customer: idOf(own.customer),
      configuration: configuration.id,
    });

    await stripe.billingPortal.configurations.update(configuration.id, { login_page: { enabled: false } });
    await browser.visit(url);
    expect(browser.status).toBe(404);
  });
});
