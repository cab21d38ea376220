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

  it("lead to Stripe's page for a tax id and back, which keeps it", async () => {
    const page = await signIn("Acme Analytics");
    await page.goto(`${url()}/billing/details`);
    await page.getByRole("button", { name: "Add or remove a tax id" }).click();
    await page.waitForURL("**/p/session/**");
    await page.getByLabel("Kind").selectOption("eu_vat");
    await page.getByLabel("Number").fill("DE123456789");
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL(`${url()}/billing/details`);
    await page.getByRole("button", { name: "Add or remove a tax id" }).click();
    expect(await page.getByLabel("Number").inputValue()).toBe("DE123456789");
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
