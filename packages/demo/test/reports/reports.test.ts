import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { demoVisits } from "../support/demo-visits.js";
import { NO_FAULTS, pageFaults } from "../support/page-faults.js";
import { PHONE, tabTo } from "../support/portal-visit.js";

const { isPossible, url, signIn } = await demoVisits();

describe.skipIf(!isPossible)("reports, which are billed by the piece", () => {
  it("are bought on Stripe's page, counted as they are made, and billed with the next invoice", async () => {
    const page = await signIn("Acme Analytics");
    await page.getByRole("link", { name: "Reports" }).click();
    await page.getByText("$0.40 per report").waitFor();
    await page.getByRole("button", { name: "Begin with reports" }).click();
    await page.waitForURL("**/p/checkout/**");
    await page.getByRole("button", { name: "Subscribe" }).click();
    await page.waitForURL(`${url()}/reports?checkout=*`);
    await makeReport(page, "Sales of May");
    await makeReport(page, "Sales of June");
    await page.getByRole("region", { name: "Used so far" }).getByText("$0.80", { exact: true }).waitFor();

    await page.getByRole("link", { name: "Billing", exact: true }).click();
    await page.getByRole("region", { name: "Invoices" }).getByText("Reports so far: 2, $0.80.").waitFor();
  });

  it("need no scripts", async () => {
    const page = await signIn("Initech Software", { javaScriptEnabled: false });
    await page.goto(`${url()}/reports`);
    await makeReport(page, "Uptime");
    await page.getByRole("region", { name: "Used so far" }).getByText("$0.40", { exact: true }).waitFor();
  });

  it("are made by the keyboard, fit a phone, and name every field", async () => {
    const page = await signIn("Initech Software", PHONE);
    await page.goto(`${url()}/reports`);
    expect(await pageFaults(page)).toEqual(NO_FAULTS);
    await tabTo(page, "Make a report");
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Your reports" }).getByText("Weekly summary").waitFor();
  });
});

async function makeReport(page: Page, title: string): Promise<void> {
  await page.getByLabel("Title").fill(title);
  await page.getByRole("button", { name: "Make a report" }).click();
  await page.getByRole("region", { name: "Your reports" }).getByText(title).waitFor();
}
