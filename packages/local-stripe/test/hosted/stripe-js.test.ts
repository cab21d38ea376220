import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { openChromium } from "@repo/test-kit/chromium";
import type Stripe from "stripe";
import { afterAll, describe, expect, onTestFinished } from "vitest";
import { it } from "../support/it.js";
import { monthly } from "../support/local.js";

const chromium = await openChromium();
type Page = Awaited<ReturnType<NonNullable<typeof chromium>["browser"]["newPage"]>>;
afterAll(() => chromium?.close());

async function visit(url: string): Promise<Page> {
  if (chromium === undefined) throw new Error("There is no Chromium.");
  const page = await chromium.browser.newPage();
  onTestFinished(() => page.close());
  await page.goto(url);
  return page;
}

/** An application on an origin of its own, whose page shows a form as it would with Stripe.js. */
async function startApplication(stripeUrl: string): Promise<string> {
  const page = (
    clientSecret: string,
  ) => `<!doctype html><title>Plans</title><h1>Plans</h1><div id="checkout"></div>
    <script src="${stripeUrl}/stripe.js"></script>
    <script type="module">
      const stripe = Stripe("pk_test_1");
      const checkout = await stripe.createEmbeddedCheckoutPage({
        fetchClientSecret: async () => "${clientSecret}",
        onComplete: () => { checkout.destroy(); document.querySelector("h1").textContent = "Subscribed"; },
      });
      checkout.mount("#checkout");
    </script>`;
  const server = createServer((request, response) => {
    const [, secret] = /secret=(.*)$/.exec(request.url ?? "") ?? [];
    response.setHeader("Content-Type", "text/html");
    response.end(secret === undefined ? `<h1>Welcome ${request.url}</h1>` : page(secret));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  // A server that listens on a port has this kind of address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function embed(stripe: Stripe, params: Partial<Stripe.Checkout.SessionCreateParams>) {
  const customer = await stripe.customers.create({ email: "ada@example.com" });
  const price = await monthly(stripe);
  return stripe.checkout.sessions.create({
    mode: "subscription",
    customer: customer.id,
    line_items: [{ price: price.id, quantity: 1 }],
    ui_mode: "embedded_page",
    ...params,
  });
}

describe.skipIf(chromium === undefined)("a page with the script that stands for Stripe.js", () => {
  it("hears that its server gave no client secret", async ({ local }) => {
    const page = await visit(`${await startApplication(local.url)}/`);
    await page.addScriptTag({ url: `${local.url}/stripe.js` });
    const opening = page.evaluate(
      `Stripe("pk_test_1").createEmbeddedCheckoutPage({ fetchClientSecret: async () => undefined })`,
    );
    await expect(opening).rejects.toThrow("fetchClientSecret must return a client secret.");
  });

  it("leads to the return URL once the customer has paid in the form", async ({ local, stripe }) => {
    const origin = await startApplication(local.url);
    const session = await embed(stripe, { return_url: `${origin}/done?session={CHECKOUT_SESSION_ID}` });
    const page = await visit(`${origin}/?secret=${session.client_secret}`);
    const form = page.frameLocator('iframe[title="Checkout"]');
    await form.getByRole("radio", { name: /Is declined$/ }).check();
    await form.getByRole("button", { name: "Subscribe" }).click();
    await form.getByText("Your card was declined.").waitFor();
    expect(page.url()).toBe(`${origin}/?secret=${session.client_secret}`);
    await form.getByRole("radio", { name: /3-D Secure/ }).check();
    await form.getByRole("button", { name: "Subscribe" }).click();
    await form.getByRole("button", { name: "Complete authentication" }).click();
    await page.waitForURL(`${origin}/done?session=${session.id}`);
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe("complete");
  });

  it("is told of the end where the form leads nowhere", async ({ local, stripe }) => {
    const origin = await startApplication(local.url);
    const session = await embed(stripe, { redirect_on_completion: "never" });
    const page = await visit(`${origin}/?secret=${session.client_secret}`);
    await page.frameLocator("iframe").getByRole("button", { name: "Subscribe" }).click();
    await page.getByRole("heading", { name: "Subscribed" }).waitFor();
    expect(await page.locator("iframe").count()).toBe(0);
  });
});
