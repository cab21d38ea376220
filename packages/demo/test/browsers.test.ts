import { CHROMIUMS, openNamed } from "@repo/test-kit/chromium";
import { describe, expect, it, onTestFinished } from "vitest";
import { startConformingDemo } from "./support/conforming-demo.js";

/** The one from npm comes with the packages, so only Debian's may be missing. */
const isRequired = {
  "/usr/bin/chromium": process.env["DEBIAN_CHROMIUM"] === "required",
  "@sparticuz/chromium": true,
};

// Browsers ask for more than a page names, such as an icon, and each asks for something else.
describe.each(CHROMIUMS)("with %s", (name) => {
  it("a person signs in, cancels in the hosted portal and comes back", async ({ skip }) => {
    const chromium = await openNamed(name);
    if ("unavailable" in chromium) {
      if (isRequired[name]) throw new Error(`${name} does not start: ${chromium.unavailable}`);
      process.stdout.write(`\n!!! NO JOURNEY IN ${name}: ${chromium.unavailable}\n\n`);
      return skip(chromium.unavailable);
    }
    onTestFinished(() => chromium.close());
    const demo = await startConformingDemo();
    try {
      const page = await chromium.browser.newPage();
      page.setDefaultTimeout(30_000);
      const unexpected: string[] = [];
      page.on("response", (response) => {
        if (response.status() >= 400) unexpected.push(`${response.status()} ${response.url()}`);
      });
      await page.goto(demo.url);
      await page.getByRole("button", { name: "Acme Analytics" }).click();
      await page.getByRole("button", { name: "Manage billing" }).click();
      await page.getByRole("link", { name: "Cancel subscription" }).click();
      await page.getByRole("button", { name: "Cancel subscription" }).click();
      await page.getByText("Your cancellation is recorded.").waitFor();
      await page.getByRole("link", { name: "Return to" }).click();
      await page.getByRole("region", { name: "Subscription" }).getByText("Cancels on").waitFor();
      expect(unexpected).toEqual([]);
    } finally {
      await demo.close();
    }
  });
});
