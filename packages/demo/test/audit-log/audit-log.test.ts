import { describe, expect, it } from "vitest";
import { demoVisits } from "../support/demo-visits.js";
import { NO_FAULTS, pageFaults } from "../support/page-faults.js";
import { PHONE } from "../support/portal-visit.js";

const { isPossible, url, signIn } = await demoVisits();

describe.skipIf(!isPossible)("the audit log, which a plan has to include", () => {
  it("says what to buy, and opens once it is bought", async () => {
    const page = await signIn("Acme Analytics");
    await page.getByRole("link", { name: "Audit log" }).click();
    await page.getByRole("heading", { name: "See who did what, and when" }).waitFor();
    await page.getByRole("link", { name: "Change to Company" }).click();
    await page.getByRole("button", { name: /^Change and pay/ }).click();
    await page.waitForURL(`${url()}/billing`);
    await page.getByRole("link", { name: "Audit log" }).click();
    const entries = page.getByRole("region", { name: "Audit log" });
    await entries.getByText("Changed the plan to Company").waitFor();
    await entries.getByText("Signed in").waitFor();
  });

  it("shows a tenant what its own people did, and fits a phone", async () => {
    const acme = await signIn("Acme Analytics");
    const page = await signIn("Globex Logistics", PHONE);
    await page.goto(`${url()}/audit-log`);
    const entries = page.getByRole("region", { name: "Audit log" });
    await entries.getByText("Hugo Stern").waitFor();
    expect(await entries.getByText("Ada Palmer").count()).toBe(0);
    expect(await pageFaults(page)).toEqual(NO_FAULTS);
    await acme.goto(`${url()}/audit-log`);
    expect(await acme.getByText("Signed in").count()).toBe(0);
  });

  it("is offered by no plan to a tenant whose plans lack it", async () => {
    const page = await signIn("Initech Software");
    await page.goto(`${url()}/audit-log`);
    await page.getByText("None of your plans has it yet.").waitFor();
  });
});
