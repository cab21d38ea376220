import { describe, expect, it } from "vitest";
import { demoVisits } from "./support/demo-visits.js";
import { NO_FAULTS, pageFaults } from "./support/page-faults.js";
import { PHONE } from "./support/portal-visit.js";

const { isPossible, url, signIn } = await demoVisits();

describe.skipIf(!isPossible)("the application's own billing pages, in a browser", () => {
  it("cancel the plan and keep it after all, without a way through the portal", async () => {
    const page = await signIn("Acme Analytics");
    const subscription = page.getByRole("region", { name: "Subscription" });
    await subscription.getByText("Cancel the plan").click();
    await subscription.getByRole("button", { name: "Cancel at the end of the period" }).click();
    await subscription.getByText(/Cancels on \d+ \w+ \d{4}/).waitFor();
    await subscription.getByRole("button", { name: "Keep the plan" }).click();
    await subscription.getByText("Renews on").waitFor();
  });

  it("take the billing address, without scripts, and show it", async () => {
    const page = await signIn("Acme Analytics", { javaScriptEnabled: false });
    await page.getByRole("link", { name: "Change details" }).click();
    expect(await page.getByLabel("E-mail for invoices").inputValue()).toBe("ada@acme.example");
    await page.getByLabel("Name").fill("Acme Analytics Ltd");
    await page.getByLabel("Address", { exact: true }).fill("1 Long Lane");
    await page.getByLabel(/^Country/).fill("GB");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL(`${url()}/billing`);
    const details = page.getByRole("region", { name: "Billing details" });
    for (const line of ["Acme Analytics Ltd", "1 Long Lane", "GB"]) await details.getByText(line).waitFor();
  });

  it("take a tax id, without scripts, and remove it again", async () => {
    const page = await signIn("Acme Analytics", { javaScriptEnabled: false });
    await page.goto(`${url()}/billing/details`);
    const card = page.getByRole("region", { name: "Tax ids" });
    await card.getByLabel("Kind").selectOption("eu_vat");
    await card.getByLabel("Number", { exact: true }).fill("DE123456789");
    await card.getByRole("button", { name: "Add tax id" }).click();
    await card.getByRole("listitem").getByText("DE123456789 VAT number (EU) Being checked").waitFor();
    expect([page.url(), await pageFaults(page)]).toEqual([`${url()}/billing/details`, NO_FAULTS]);
    await card.getByRole("button", { name: "Remove DE123456789" }).click();
    await card.getByText("DE123456789").waitFor({ state: "detached" });
    expect(await card.getByRole("listitem").count()).toBe(0);
  });

  it("promise news by themselves only to whoever runs scripts", async () => {
    const promise = "New ones appear by themselves.";
    const withScripts = await signIn("Acme Analytics");
    await withScripts.getByText(promise).waitFor();
    const without = await signIn("Acme Analytics", { javaScriptEnabled: false });
    await without.getByText("Last event at").waitFor();
    expect(await without.getByText(promise).isVisible()).toBe(false);
  });

  it("line up the fields of the tax id with those above", async () => {
    const page = await signIn("Acme Analytics");
    await page.goto(`${url()}/billing/details`);
    const look = (label: RegExp) =>
      page.getByLabel(label).evaluate((one) => {
        const { height, fontSize } = getComputedStyle(one);
        return { height, fontSize };
      });
    const above = await look(/^City/);
    expect([await look(/^Kind/), await look(/^Number/)]).toEqual([above, above]);
  });

  it("say that a tax id is none of its kind, and keep what was typed", async () => {
    const page = await signIn("Acme Analytics");
    await page.goto(`${url()}/billing/details`);
    const card = page.getByRole("region", { name: "Tax ids" });
    await card.getByLabel("Kind").selectOption("us_ein");
    await card.getByLabel("Number", { exact: true }).fill("12");
    await card.getByRole("button", { name: "Add tax id" }).click();
    await card.getByRole("alert").getByText("This is no number of that kind.").waitFor();
    expect(await card.getByLabel("Number", { exact: true }).inputValue()).toBe("12");
    expect(await card.getByLabel("Kind").inputValue()).toBe("us_ein");
    expect(await pageFaults(page)).toEqual(NO_FAULTS);
  });

  it("name a promotion code, which Stripe's page takes off the first invoice", async () => {
    const page = await signIn("Acme Analytics");
    await page.getByText("With the code LUMEN50").waitFor();
    await page.getByRole("button", { name: "Subscribe to Priority support" }).click();
    await page.waitForURL("**/p/checkout/**");
    await page.getByLabel(/promotion code/i).fill("LUMEN50");
    await page.getByRole("button", { name: "Apply" }).click();
    await page.getByRole("button", { name: "Subscribe" }).click();
    await page.waitForURL(/checkout=cs_test_/);
    await page.getByRole("region", { name: "Invoices" }).getByText("$49.50").waitFor();
  });

  it("fit a phone, and name every field", async () => {
    const page = await signIn("Acme Analytics", PHONE);
    for (const path of ["/billing", "/billing/details", "/billing/invoices"]) {
      await page.goto(`${url()}${path}`);
      expect([path, await pageFaults(page)]).toEqual([path, NO_FAULTS]);
    }
  });
});
