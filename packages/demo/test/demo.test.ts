import { openChromium } from "@repo/test-kit/chromium";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Demo } from "../src/demo.js";
import { startConformingDemo } from "./support/conforming-demo.js";

const chromium = await openChromium();
afterAll(() => chromium?.close());

describe.skipIf(chromium === undefined)("the demo, in a browser", () => {
  let demo: Demo;
  let contexts: BrowserContext[];

  beforeEach(async () => {
    contexts = [];
    demo = await startConformingDemo();
  });

  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    await demo.close();
  });

  it("shows a cancellation made in the hosted portal once its webhook arrives, and that it was taken back", async () => {
    const page = await signIn("Acme Analytics");
    const subscription = panel(page, "Subscription");
    await subscription.getByText("Renews on").waitFor();
    const periodEnd = /Renews on (.+)$/.exec(
      (await subscription.locator(".outlook").textContent()) ?? "",
    )?.[1];

    await toPortal(page);
    await cancelInPortal(page);
    await backToDemo(page);
    await subscription.getByText(`Cancels on ${periodEnd}`).waitFor();
    await panel(page, "Webhook activity").getByText("customer.subscription.updated").waitFor();

    await toPortal(page);
    await keepInPortal(page);
    await backToDemo(page);
    await subscription.getByText(`Renews on ${periodEnd}`).waitFor();
    await panel(page, "Webhook activity").getByText("Cancellation taken back").waitFor();
  });

  it("leaves the other tenant's page as it was", async () => {
    const globex = await signIn("Globex Logistics");
    await globex.getByRole("heading", { name: "Enterprise" }).first().waitFor();
    const before = await globex.getByRole("main").textContent();

    const acme = await signIn("Acme Analytics");
    await toPortal(acme);
    await cancelInPortal(acme);
    await backToDemo(acme);
    await panel(acme, "Subscription").getByText("Cancels on").waitFor();

    await globex.reload();
    expect(await globex.getByRole("main").textContent()).toBe(before);
  });

  it("changes a page that is open elsewhere, without a reload", async () => {
    const page = await signIn("Acme Analytics");
    const open = await page.context().newPage();
    await open.goto(`${demo.url}/billing`);
    await panel(open, "Subscription").getByText("Renews on").waitFor();

    await toPortal(page);
    await cancelInPortal(page);

    await panel(open, "Subscription").getByText("Cancels on").waitFor();
    await panel(open, "Webhook activity").getByText("Cancels on").waitFor();
  });

  it("shows the invoices with their documents, what comes next, and the card that pays", async () => {
    const page = await signIn("Acme Analytics");
    const invoices = panel(page, "Invoices");
    const [invoice, ...others] = await invoices
      .getByRole("row")
      .filter({ hasNot: columnHeaders(page) })
      .all();
    expect(others).toEqual([]);
    expect(await invoice?.textContent()).toMatch(/^\w+-0001\d+ \w+ \d{4}\$49\.00Paid/);
    await invoices.getByText("Next invoice: $49.00 on").waitFor();
    const card = panel(page, "Payment method");
    await card.getByText("Visa •••• 4242").waitFor();
    await card.getByText("Default").waitFor();

    const pdf = await invoices.getByRole("link", { name: "PDF of invoice" }).getAttribute("href");
    expect((await fetch(pdf ?? "")).headers.get("content-type")).toBe("application/pdf");
    await invoices.getByRole("link", { name: "View of invoice" }).click();
    await page.getByText("$49.00").first().waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/p\/invoice\//);
  });

  it("says that nothing more will be billed once the subscription is going to end", async () => {
    const page = await signIn("Acme Analytics");
    await toPortal(page);
    await cancelInPortal(page);
    await backToDemo(page);
    await panel(page, "Invoices").getByText("Nothing more will be billed.").waitFor();
  });

  it("leads whoever has no card straight to the portal's page for one, and shows it afterwards", async () => {
    const page = await signIn("Globex Logistics");
    await panel(page, "Invoices").getByText("$0.00").waitFor();
    await panel(page, "Payment method").getByRole("button", { name: "Add a card" }).click();
    await page.waitForURL("**/p/session/**");
    await page.getByRole("button", { name: "Save card" }).click();
    await page.waitForURL(`${demo.url}/billing`);
    await panel(page, "Payment method").getByText("Visa •••• 4242").waitFor();
  });

  it("shows a change of plan made in the hosted portal", async () => {
    const page = await signIn("Acme Analytics");
    const subscription = panel(page, "Subscription");
    await subscription.getByRole("heading", { name: "Team" }).waitFor();

    await toPortal(page);
    await page.getByRole("link", { name: "Update subscription" }).click();
    await page.getByRole("radio", { name: "Company" }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByText("Your subscription is changed.").waitFor();
    await backToDemo(page);
    await subscription.getByRole("heading", { name: "Company" }).waitFor();
    await panel(page, "Webhook activity").getByText("Changed from Team to Company").waitFor();
  });

  it("shows a change that waits for the end of the trial, with its price", async () => {
    const page = await signIn("Globex Logistics");
    await toPortal(page);
    await page.getByRole("link", { name: "Update subscription" }).click();
    await page.getByRole("radio", { name: "Pilot" }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Confirm" }).click();
    await backToDemo(page);
    const change = /Changes to Pilot, \$290\.00 per month, on \d+ \w+ \d{4}/;
    await panel(page, "Subscription").getByText(change).waitFor();
    await panel(page, "Webhook activity").getByText(change).waitFor();
    const offers = panel(page, "Plans and extras for you");
    await offers.getByText(/^From \d+ \w+ \d{4}$/).waitFor();
    expect(await offers.getByRole("link", { name: "Change to Pilot" }).count()).toBe(0);
  });

  it("subscribes to an extra on Stripe's page, and shows it once its webhook arrives", async () => {
    const page = await signIn("Acme Analytics");
    // Another plan is a change of the one there is, and made in the portal.
    expect(await page.getByRole("button", { name: "Subscribe to Company" }).count()).toBe(0);
    await page.getByRole("button", { name: "Subscribe to Priority support" }).click();
    await page.waitForURL("**/p/checkout/**");
    await page.getByRole("heading", { name: "Subscribe to Priority support" }).waitFor();
    await page.getByRole("radio", { name: /insufficient funds/ }).check();
    await page.getByRole("button", { name: "Subscribe" }).click();
    await page.getByRole("alert").getByText("Your card has insufficient funds.").waitFor();
    await page.getByRole("radio", { name: /3-D Secure/ }).check();
    await page.getByRole("button", { name: "Subscribe" }).click();
    await page.getByRole("button", { name: "Complete authentication" }).click();

    await page.waitForURL(`${demo.url}/billing?checkout=cs_test_*`);
    await page.getByRole("status").getByText("Thank you. You are subscribed.").waitFor();
    await panel(page, "Subscription").getByRole("heading", { name: "Priority support" }).waitFor();
    await page.getByRole("button", { name: "Subscribe to Priority support" }).waitFor({ state: "detached" });
  });

  it("refuses the other tenant's subscription in the same words as one that does not exist", async () => {
    const page = await signIn("Acme Analytics");
    const foreign = page.getByRole("article", { name: "Another tenant’s subscription" });
    const missing = page.getByRole("article", { name: "A subscription that does not exist" });
    const refusal = foreign.getByText("Refused NotFoundError");
    await refusal.waitFor();
    expect(await foreign.textContent()).toContain(demo.workspaces.get("globex").subscriptionId);
    expect(await missing.getByText("Refused NotFoundError").textContent()).toBe(await refusal.textContent());
  });

  it("shows each tenant its own products and the shared one", async () => {
    const names = async (who: string): Promise<string[]> =>
      panel(await signIn(who), "Plans and extras for you")
        .getByRole("heading", { level: 3 })
        .allTextContents();
    expect(await names("Acme Analytics")).toEqual(["Team", "Company", "Reports", "Priority support"]);
    expect(await names("Globex Logistics")).toEqual(["Pilot", "Enterprise", "Reports", "Priority support"]);
  });

  /** Each person has a browser of their own. */
  async function signIn(company: string): Promise<Page> {
    if (chromium === undefined) throw new Error("There is no Chromium.");
    const context = await chromium.browser.newContext();
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(demo.url);
    await page.getByRole("button", { name: company }).click();
    await page.waitForURL(`${demo.url}/billing`);
    return page;
  }

  async function backToDemo(page: Page): Promise<void> {
    await page.getByRole("link", { name: "Return to" }).click();
    await page.waitForURL(`${demo.url}/billing`);
  }
});

function panel(page: Page, name: string): Locator {
  return page.getByRole("region", { name });
}

function columnHeaders(page: Page): Locator {
  return page.getByRole("columnheader");
}

async function toPortal(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Manage billing" }).click();
  await page.waitForURL("**/p/session/**");
}

async function cancelInPortal(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Cancel subscription" }).click();
  await page.getByRole("button", { name: "Cancel subscription" }).click();
  await page.getByText("Your cancellation is recorded.").waitFor();
}

async function keepInPortal(page: Page): Promise<void> {
  await page.getByRole("link", { name: "Keep subscription" }).click();
  await page.getByRole("button", { name: "Keep subscription" }).click();
  await page.getByText("Your subscription goes on.").waitFor();
}
