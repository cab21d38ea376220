import type Stripe from "stripe";
import { describe, expect } from "vitest";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { client, monthly, refusal } from "../support/local.js";

const RETURN_URL = "https://app.example.com/done?session={CHECKOUT_SESSION_ID}";

type Params = Stripe.Checkout.SessionCreateParams;

async function wanted(stripe: Stripe, params: Partial<Params> = {}): Promise<Params> {
  const customer = await stripe.customers.create({ email: "ada@example.com" });
  const price = await monthly(stripe);
  return {
    mode: "subscription",
    customer: customer.id,
    line_items: [{ price: price.id, quantity: 2 }],
    ui_mode: "embedded_page",
    ...params,
  };
}

async function embed(stripe: Stripe, params: Partial<Params>): Promise<Stripe.Checkout.Session> {
  return stripe.checkout.sessions.create(await wanted(stripe, params));
}

describe("an embedded Checkout session", () => {
  it("has a client secret and no URL", async ({ stripe }) => {
    const session = await embed(stripe, { return_url: RETURN_URL });
    expect(session).toMatchObject({
      ui_mode: "embedded_page",
      url: null,
      return_url: RETURN_URL,
      redirect_on_completion: "always",
      success_url: null,
      cancel_url: null,
      status: "open",
    });
    expect(session.client_secret).toMatch(new RegExp(`^${session.id}_secret_\\w{20,}$`));
    expect((await stripe.checkout.sessions.retrieve(session.id)).client_secret).toBe(session.client_secret);
  });

  it("is called by the shorter name in versions before 2026-03-25", async ({ local }) => {
    const older = client(local);
    const options = { apiVersion: "2025-09-30.clover" };
    const params = await wanted(older, { return_url: RETURN_URL });
    // The SDK's types know the newest version's names alone.
    const named = { ...params, ui_mode: "embedded" } as Params;
    const session = await older.checkout.sessions.create(named, options);
    expect(session).toMatchObject({ ui_mode: "embedded", url: null });
    const refused = await refusal(older.checkout.sessions.create(params, options));
    expect(refused.param).toBe("ui_mode");
  });

  it("takes a payment on its page, and goes to the return URL with its id", async ({ local, stripe }) => {
    const session = await embed(stripe, { return_url: RETURN_URL });
    const browser = await Browser.open(`${local.url}/p/checkout/${session.client_secret}`);
    expect(browser.heading).toBe("Subscribe to Gold");
    expect(browser.text).not.toContain("Back to");
    await browser.submit("Subscribe", { card: "pm_card_visa_chargeDeclined" });
    expect(browser.alert).toBe("Your card was declined.");
    await browser.submit("Subscribe", { card: "pm_card_threeDSecure2Required" });
    await browser.submit("Complete authentication", { result: "complete" });
    expect(browser.url).toBe(`https://app.example.com/done?session=${session.id}`);
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: "complete",
      payment_status: "paid",
    });
  });

  it.for(["if_required", "never"] as const)(
    "stays on its page with a redirect %s",
    async (redirect, { local, stripe }) => {
      const session = await embed(stripe, {
        redirect_on_completion: redirect,
        ...(redirect === "if_required" && { return_url: RETURN_URL }),
      });
      const address = `${local.url}/p/checkout/${session.client_secret}`;
      const browser = await Browser.open(address);
      await browser.submit("Subscribe", { card: "pm_card_visa" });
      expect(browser).toMatchObject({ url: address, heading: "Thank you", status: 200 });
      await browser.visit(address);
      expect(browser).toMatchObject({ heading: "You have completed this already", status: 404 });
    },
  );

  it("can be expired, and then has no page", async ({ local, stripe }) => {
    const session = await embed(stripe, { return_url: RETURN_URL });
    await stripe.checkout.sessions.expire(session.id);
    const browser = await Browser.open(`${local.url}/p/checkout/${session.client_secret}`);
    expect(browser.heading).toBe("This page has expired");
  });

  it("is the one page that others may show in a frame", async ({ local, stripe }) => {
    const { client_secret: secret } = await embed(stripe, { return_url: RETURN_URL });
    const form = await fetch(`${local.url}/p/checkout/${secret}`);
    expect(form.headers.get("x-frame-options")).toBeNull();
    expect(form.headers.get("content-security-policy")).not.toContain("frame-ancestors");

    const hosted = await embed(stripe, { ui_mode: "hosted_page", success_url: RETURN_URL });
    const page = await fetch(String(hosted.url));
    expect(page.headers.get("x-frame-options")).toBe("DENY");
    expect(page.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  });
});

describe("what does not go together", () => {
  it.for([
    ["a form with a success URL", { success_url: RETURN_URL }, "success_url"],
    ["a form with both of a page's URLs", { success_url: RETURN_URL, cancel_url: RETURN_URL }, "cancel_url"],
    ["a form that leads on to nowhere", {}, "return_url"],
    [
      "a form that never leads to its URL",
      { return_url: RETURN_URL, redirect_on_completion: "never" },
      "return_url",
    ],
    [
      "a page with a return URL",
      { ui_mode: "hosted_page", success_url: RETURN_URL, return_url: RETURN_URL },
      "return_url",
    ],
    [
      "a page that says when to redirect",
      { ui_mode: "hosted_page", redirect_on_completion: "always" },
      "redirect_on_completion",
    ],
    ["a page without a success URL", { ui_mode: "hosted_page" }, "success_url"],
  ] as const)("is refused: %s", async ([, params, param], { stripe }) => {
    const refused = await refusal(embed(stripe, params));
    expect(refused).toMatchObject({ statusCode: 400, rawType: "invalid_request_error", param });
  });
});
