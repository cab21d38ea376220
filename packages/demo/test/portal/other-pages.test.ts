import { describe, expect, it } from "vitest";
import { NO_FAULTS, pageFaults } from "../support/page-faults.js";
import type { PortalScene } from "../support/portal-scene.js";
import { chooseByKeyboard, PHONE, portalVisits, tabTo } from "../support/portal-visit.js";

const { isPossible, start, visit } = await portalVisits();

describe.skipIf(!isPossible)("the hosted pages beside the portal", () => {
  it("are used without a mouse, from Checkout to the bank and back", async () => {
    const scene = await start("flexible", () => ({ invoiceHistory: true }));
    const page = await visit(scene);
    await page.goto(await checkoutUrl(scene));
    await tabTo(page, "Skip to content");
    await page.keyboard.press("Enter");
    await chooseByKeyboard(page, "card", /3-D Secure/);
    await tabTo(page, "Subscribe");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Confirm that it is you" }).waitFor();
    await tabTo(page, "Complete authentication");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${scene.origin}/done`);
  });

  it("fit a phone, with a name for everything that can be used", async () => {
    const scene = await start("flexible", () => ({ invoiceHistory: true }));
    const { data } = await scene.stripe.invoices.list({ customer: scene.customerId });
    const { login_page: login } = await scene.stripe.billingPortal.configurations.create({
      features: { invoice_history: { enabled: true } },
      login_page: { enabled: true },
    });
    const page = await visit(scene, undefined, PHONE);
    const faults = async (url: string | null | undefined) => {
      if (url) await page.goto(url);
      return [await page.title(), await pageFaults(page)];
    };
    expect(await faults(data[0]?.hosted_invoice_url)).toEqual([`Invoice ${data[0]?.number}`, NO_FAULTS]);
    expect(await faults(login.url)).toEqual(["Log in to your billing", NO_FAULTS]);
    expect(await faults(await checkoutUrl(scene))).toEqual(["Subscribe to Large", NO_FAULTS]);
    await page.getByLabel("Promotion code").fill("NONE");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("alert").getByText("This code is invalid.").waitFor();
    expect(await faults(undefined)).toEqual(["Subscribe to Large", NO_FAULTS]);
    await page.getByRole("radio", { name: /3-D Secure/ }).check();
    await page.getByRole("button", { name: "Subscribe" }).click();
    await page.getByRole("heading", { name: "Confirm that it is you" }).waitFor();
    expect(await faults(undefined)).toEqual(["Confirm that it is you", NO_FAULTS]);
  });
});

async function checkoutUrl({ customerId, large, origin, stripe }: PortalScene): Promise<string> {
  const { url } = await stripe.checkout.sessions.create({
    mode: "subscription",
    customer: customerId,
    line_items: [{ price: large.priceId, quantity: 1 }],
    allow_promotion_codes: true,
    success_url: `${origin}/done`,
    cancel_url: `${origin}/plans`,
  });
  return url ?? "";
}
