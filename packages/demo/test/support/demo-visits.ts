import { openChromium } from "@repo/test-kit/chromium";
import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeEach, expect } from "vitest";
import type { Demo } from "../../src/demo.js";
import { startConformingDemo } from "./conforming-demo.js";

export interface DemoVisits {
  /** Whether there is a browser to visit it with. */
  readonly isPossible: boolean;
  readonly url: () => string;
  /** Signs in, in a browser of its own. */
  readonly signIn: (company: string, options?: BrowserContextOptions) => Promise<Page>;
  /** Signs in to the back office, in a browser of its own. */
  readonly openOffice: (options?: BrowserContextOptions) => Promise<Page>;
}

/** One browser for a file of tests, a demo for each test. A test fails where a page complained on its console. */
export async function demoVisits(): Promise<DemoVisits> {
  const chromium = await openChromium();
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  let demo: Demo | undefined;
  if (chromium !== undefined) {
    beforeEach(async () => {
      demo = await startConformingDemo();
    });
  }
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    await demo?.close();
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(() => chromium?.close());
  const running = (): Demo => {
    if (demo === undefined) throw new Error("The demo is started for each test.");
    return demo;
  };
  const open = async (path: string, options?: BrowserContextOptions): Promise<Page> => {
    if (chromium === undefined) throw new Error("There is no Chromium.");
    const context = await chromium.browser.newContext(options);
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${running().url}${path}`);
    return page;
  };
  return {
    isPossible: chromium !== undefined,
    url: () => running().url,
    signIn: async (company, options) => {
      const page = await open("/", options);
      await page.getByRole("button", { name: company }).click();
      await page.waitForURL(`${running().url}/billing`);
      return page;
    },
    openOffice: async (options) => {
      const page = await open("/office", options);
      await page.getByLabel("Password").fill(running().operatorPassword);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL(`${running().url}/office`);
      return page;
    },
  };
}
