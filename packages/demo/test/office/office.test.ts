import { describe, expect, it } from "vitest";
import { demoVisits } from "../support/demo-visits.js";
import { NO_FAULTS, pageFaults } from "../support/page-faults.js";
import { PHONE } from "../support/portal-visit.js";

const { isPossible, url, signIn, openOffice } = await demoVisits();

describe.skipIf(!isPossible)("the back office, in a browser", () => {
  it("shows every tenant with its subscriptions and what it paid", async () => {
    const page = await openOffice();
    const tenant = (name: string) => page.getByRole("listitem", { name });
    await tenant("Acme Analytics").getByText("$49.00").waitFor();
    await tenant("Globex Logistics").getByText("Trial").waitFor();
    await tenant("Initech Software").getByText("Past due").waitFor();
  });

  it("makes a plan that tenants can buy, changes its price, and takes it off sale, without scripts", async () => {
    const page = await openOffice({ javaScriptEnabled: false });
    const acme = await signIn("Acme Analytics");
    const offer = acme.getByRole("region", { name: "Plans and extras for you" });
    await page.getByRole("link", { name: "Shared plans" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Training");
    await page.getByLabel("Price, in dollars", { exact: true }).fill("19.50");
    await page.getByRole("button", { name: "Make the plan" }).click();
    const plan = page.getByRole("listitem", { name: "Training" });
    await plan.getByText("$19.50 per month").waitFor();
    await acme.reload();
    await offer.getByText("$19.50 per month").waitFor();

    await page.getByLabel("New price of Training, in dollars").fill("25");
    await plan.getByRole("button", { name: "Change price" }).click();
    await plan.getByText("$25.00 per month").waitFor();
    await acme.reload();
    await offer.getByText("$25.00 per month").waitFor();
    await offer.getByRole("button", { name: "Subscribe to Training" }).click();
    await acme.getByRole("heading", { name: "Subscribe to Training" }).waitFor();

    await plan.getByRole("button", { name: "Archive Training" }).click();
    await plan.getByText("Archived").waitFor();
    await acme.goto(`${url()}/billing`);
    await offer.getByRole("heading", { name: "Team" }).waitFor();
    expect(await offer.getByText("Training").count()).toBe(0);
  });

  it("decides how the portal of one tenant looks and what it offers", async () => {
    const page = await openOffice();
    await page.getByRole("link", { name: "Portal of Acme Analytics" }).click();
    await page.getByLabel("Headline").fill("Acme and Lumen");
    await page.getByLabel("Address of the terms").fill("https://acme.example/terms");
    await page.getByLabel("Customers may cancel").uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("status").getByText("Saved.").waitFor();

    const acme = await signIn("Acme Analytics");
    await acme.getByRole("button", { name: "Manage billing" }).click();
    await acme.getByRole("heading", { name: "Acme and Lumen" }).waitFor();
    await acme.getByRole("link", { name: "Terms" }).waitFor();
    expect(await acme.getByRole("link", { name: "Cancel subscription" }).count()).toBe(0);
    await acme.getByRole("link", { name: "Return to Lumen" }).click();

    const globex = await signIn("Globex Logistics");
    await globex.getByRole("button", { name: "Manage billing" }).click();
    await globex.getByRole("heading", { name: "Billing for Globex Logistics" }).waitFor();
    await globex.getByRole("link", { name: "Cancel subscription" }).waitFor();
  });

  it("fits a phone, and names every field", async () => {
    const page = await openOffice(PHONE);
    for (const path of ["/office", "/office/plans", "/office/webhooks", "/office/tenants/acme/portal"]) {
      await page.goto(`${url()}${path}`);
      expect([path, await pageFaults(page)]).toEqual([path, NO_FAULTS]);
    }
  });
});
