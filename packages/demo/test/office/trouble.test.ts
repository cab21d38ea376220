import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { demoVisits } from "../support/demo-visits.js";

const { isPossible, signIn, openOffice } = await demoVisits();

describe.skipIf(!isPossible)("the trouble that the back office makes", () => {
  it("is survived: lost answers and errors of Stripe are tried again, and the change is made once", async () => {
    const office = await openWebhooks();
    await office.getByLabel("The answer to a change breaks off, after Stripe has made it").check();
    await office.getByLabel("Stripe answers a change with 500").check();
    await apply(office);
    const acme = await signIn("Acme Analytics");
    await cancel(acme);

    const requests = office.getByRole("region", { name: "Requests to Stripe, tried again" });
    const update = requests.getByRole("row", { name: "POST /v1/subscriptions/{subscription}" }).first();
    await update.getByText("3 tries").waitFor();
    await update.getByText("200").waitFor();
    await calm(office);
  });

  it("is survived: duplicates are dropped, and a handler that crashed runs again, to one effect", async () => {
    const office = await openWebhooks();
    await office.getByLabel("Three times at once").check();
    await office.getByLabel("The handler crashes at its first attempt, after it wrote").check();
    await apply(office);
    await cancel(await signIn("Acme Analytics"));

    const event = newestEvent(office);
    await event.getByText("Failed, comes again").first().waitFor();
    await event.getByText("The handler crashed, as the back office asked.").first().waitFor();
    await event.getByText("Handled", { exact: true }).waitFor();
    await event.getByText("Duplicate, dropped").first().waitFor();
    await event.getByText("Once", { exact: true }).waitFor();
    await calm(office);
  });

  it("is survived: events that never arrived are found and handled", async () => {
    const office = await openWebhooks();
    await office.getByLabel("Not at all").check();
    await apply(office);
    const acme = await signIn("Acme Analytics");
    await acme.getByText("Cancel the plan").click();
    await acme.getByRole("button", { name: "Cancel at the end of the period" }).click();
    await acme.getByRole("region", { name: "Invoices" }).getByText("Nothing more will be billed.").waitFor();
    expect(await acme.getByRole("region", { name: "Subscription" }).getByText("Cancels on").count()).toBe(0);

    await office.getByRole("button", { name: "Find lost events" }).click();
    await office.getByRole("status").getByText("One lost event was found and handled.").waitFor();
    await acme.getByRole("region", { name: "Subscription" }).getByText("Cancels on").waitFor();
    await calm(office);
  });

  it("is told honestly: a lost event whose handler crashes is not called handled until it is", async () => {
    const office = await openWebhooks();
    await office.getByLabel("Not at all").check();
    await office.getByLabel("The handler crashes at its first attempt, after it wrote").check();
    await apply(office);
    const acme = await signIn("Acme Analytics");
    await acme.getByText("Cancel the plan").click();
    await acme.getByRole("button", { name: "Cancel at the end of the period" }).click();
    await acme.getByRole("region", { name: "Invoices" }).getByText("Nothing more will be billed.").waitFor();

    const findLost = office.getByRole("button", { name: "Find lost events" });
    await findLost.click();
    const told = "One event could not be handled yet. Press “Find lost events” once more to try again.";
    await office.getByRole("status").getByText(told, { exact: true }).waitFor();
    await findLost.click();
    await office.getByRole("status").getByText("One lost event was found and handled.").waitFor();
    await calm(office);
  });
});

async function openWebhooks(): Promise<Page> {
  const office = await openOffice();
  await office.getByRole("link", { name: "Webhooks" }).click();
  return office;
}

async function apply(office: Page): Promise<void> {
  await office.getByRole("button", { name: "Apply" }).click();
  await office.getByRole("heading", { name: "Trouble is on" }).waitFor();
}

/** Switches everything off again, and sees that the page says so. */
async function calm(office: Page): Promise<void> {
  for (const box of await office.getByRole("checkbox").all()) await box.uncheck();
  await office.getByLabel("As they should").check();
  await office.getByRole("button", { name: "Apply" }).click();
  await office.getByRole("heading", { name: "Make trouble" }).waitFor();
}

async function cancel(page: Page): Promise<void> {
  await page.getByText("Cancel the plan").click();
  await page.getByRole("button", { name: "Cancel at the end of the period" }).click();
  await page.getByRole("region", { name: "Subscription" }).getByText("Cancels on").waitFor();
}

function newestEvent(office: Page): Locator {
  return office
    .getByRole("region", { name: "Incoming events" })
    .getByRole("row", { name: "customer.subscription.updated" })
    .first();
}
