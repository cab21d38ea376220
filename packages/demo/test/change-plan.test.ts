import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { demoVisits } from "./support/demo-visits.js";
import { NO_FAULTS, pageFaults } from "./support/page-faults.js";
import { chooseByKeyboard, PHONE, tabTo } from "./support/portal-visit.js";

const { isPossible, url, signIn } = await demoVisits();

describe.skipIf(!isPossible)("changing the plan, in a browser", () => {
  it("shows what more seats cost and bills them at once, without scripts", async () => {
    const page = await signIn("Acme Analytics", { javaScriptEnabled: false });
    await page.getByRole("link", { name: "Change plan or seats" }).click();
    await page.getByText("This is the plan that you have.").waitFor();
    await page.getByLabel(/^Seats/).fill("5");
    await page.getByRole("button", { name: "Show what it costs" }).click();
    expect(await cost(page, "Due now")).toBe("$196.00");
    expect(await cost(page, "After that, per month")).toBe("$245.00");
    await page.getByRole("button", { name: "Change and pay $196.00" }).click();
    await page.waitForURL(`${url()}/billing`);
    await page.getByRole("region", { name: "Invoices" }).getByText("$196.00").waitFor();
  });

  it("changes from month to year by the keyboard, and the page at once says so", async () => {
    const page = await signIn("Acme Analytics");
    await page.goto(`${url()}/billing/change`);
    await chooseByKeyboard(page, "price", /^Company, \$1,990\.00 per year/);
    await tabTo(page, "Show what it costs");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Change and pay $1,941.00" }).waitFor();
    await tabTo(page, "Change and pay $1,941.00");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${url()}/billing`);
    const subscription = page.getByRole("region", { name: "Subscription" });
    await subscription.getByText("$1,990.00 per year").waitFor();
  });

  it("takes back the change that waits, before it tells what another costs", async () => {
    const page = await signIn("Acme Analytics", { javaScriptEnabled: false });
    const change = `${url()}/billing/change`;
    await page.goto(`${change}?seats=5`);
    await page.getByRole("button", { name: /^Change and pay/ }).click();
    await page.goto(`${change}?seats=2`);
    const late = await page.context().newPage();
    await late.goto(`${change}?seats=3`);
    await page.getByRole("button", { name: "Confirm the change" }).click();
    await page.waitForURL(`${url()}/billing`);

    await late.getByRole("button", { name: "Confirm the change" }).click();
    await late.getByRole("heading", { name: "A change is scheduled" }).waitFor();
    await page.goto(`${change}?seats=6`);
    await page.getByText(/^Changes to .+ × 2, .+, on \d+ \w+ \d{4}/).waitFor();
    expect(await pageFaults(page)).toEqual(NO_FAULTS);
    await page.getByRole("button", { name: /^Keep / }).click();
    expect(await cost(page, "After that, per month")).toBe("$294.00");
  });

  it("offers to keep a plan that is canceled, before it tells what a smaller one costs", async () => {
    const page = await signIn("Acme Analytics", { javaScriptEnabled: false });
    const change = `${url()}/billing/change`;
    await page.goto(`${change}?seats=5`);
    await page.getByRole("button", { name: /^Change and pay/ }).click();
    const late = await page.context().newPage();
    await late.goto(`${change}?seats=2`);
    await page.waitForURL(`${url()}/billing`);
    await page.getByText("Cancel the plan").click();
    await page.getByRole("button", { name: "Cancel at the end of the period" }).click();
    await page.waitForURL(`${url()}/billing`);

    await page.goto(`${change}?seats=6`);
    await page.getByRole("button", { name: /^Change and pay/ }).waitFor();
    await late.getByRole("button", { name: "Confirm the change" }).click();
    await late.getByRole("heading", { name: "Your plan is canceled" }).waitFor();
    await late.getByText(/^It ends on \d+ \w+ \d{4}\.$/).waitFor();
    expect(await pageFaults(late)).toEqual(NO_FAULTS);
    await late.getByRole("button", { name: /^Keep / }).click();
    expect(await cost(late, "After that, per month")).toBe("$98.00");
    await late.getByRole("button", { name: "Confirm the change" }).click();
    await late.waitForURL(`${url()}/billing`);
    // Without scripts, the page of a moment ago stays as it was before the webhook; this one asks Stripe.
    await late.goto(`${change}?seats=6`);
    await late.getByText(/^Changes to .+ × 2, /).waitFor();
  });

  it("fits a phone, and names every field", async () => {
    const page = await signIn("Acme Analytics", PHONE);
    await page.getByRole("link", { name: "Change to Company" }).click();
    await page.getByText("Due now").waitFor();
    expect(await pageFaults(page)).toEqual(NO_FAULTS);
  });

  it("leads whoever is past due to Stripe's page to pay, and asks no more afterwards", async () => {
    const page = await signIn("Initech Software");
    const due = page.getByRole("region", { name: "Payment due" });
    await due.getByText("$75.00 could not be collected.").waitFor();
    const open = await page.context().newPage();
    await open.goto(`${url()}/billing`);
    await due.getByRole("link", { name: "Pay now" }).click();
    expect(new URL(page.url()).pathname).toMatch(/^\/p\/invoice\//);
    await page.getByRole("radio", { name: /4242/ }).first().check();
    await page.getByRole("button", { name: /^Pay/ }).click();
    await open.getByRole("region", { name: "Payment due" }).waitFor({ state: "detached" });
    await open.getByRole("region", { name: "Subscription" }).getByText("Renews on").waitFor();
  });
});

function cost(page: Page, name: string): Promise<string | null> {
  return page.getByText(name, { exact: true }).locator("xpath=following-sibling::dd").textContent();
}
