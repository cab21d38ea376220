import type { PortalFlow } from "@repo/billing";
import { openChromium } from "@repo/test-kit/chromium";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, expect } from "vitest";
import { type BillingMode, type PortalScene, startPortalScene } from "./portal-scene.js";

export interface PortalVisits {
  /** Whether there is a browser to visit it with. */
  readonly isPossible: boolean;
  readonly start: (
    mode: BillingMode,
    features: Parameters<typeof startPortalScene>[1],
  ) => Promise<PortalScene>;
  /** Opens the portal as the application does, in a browser of its own. */
  readonly visit: (scene: PortalScene, flow?: PortalFlow, options?: BrowserContextOptions) => Promise<Page>;
}

/** One browser for a file of tests. What a test has started ends with it. */
export async function portalVisits(): Promise<PortalVisits> {
  const chromium = await openChromium();
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  afterAll(() => chromium?.close());
  return {
    isPossible: chromium !== undefined,
    start: async (mode, features) => {
      const scene = await startPortalScene(mode, features);
      open.push(scene);
      return scene;
    },
    visit: async (scene, flow, options) => {
      if (chromium === undefined) throw new Error("There is no Chromium.");
      const context = await chromium.browser.newContext(options);
      open.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      const { url } = await scene.billing.createCustomerPortalSession(scene.customerId, {
        ...(flow !== undefined && { flow }),
      });
      await scene.heard();
      await page.goto(url);
      return page;
    },
  };
}

export async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
}

/** Moves the focus forward to what has this text. */
export async function tabTo(page: Page, text: string): Promise<void> {
  const focused = (): Promise<string | null> =>
    page.evaluate(() => document.activeElement?.textContent?.trim() ?? null);
  for (let step = 0; step < 30 && (await focused()) !== text; step += 1) await page.keyboard.press("Tab");
  expect(await focused()).toBe(text);
}

/** Chooses one of a group of choices, which is one stop of the focus and in which the arrows choose. */
export async function chooseByKeyboard(page: Page, group: string, choice: string | RegExp): Promise<void> {
  const wanted = page.getByRole("radio", { name: choice });
  const isFocused = () => wanted.evaluate((one) => one === document.activeElement);
  const isInGroup = () =>
    page.evaluate((name) => document.activeElement?.getAttribute("name") === name, group);
  for (let step = 0; step < 30 && !(await isInGroup()); step += 1) await page.keyboard.press("Tab");
  for (let step = 0; step < 5 && !(await isFocused()); step += 1) await page.keyboard.press("ArrowDown");
  expect(await wanted.isChecked()).toBe(true);
}

export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 } };

/** What the page says is due now and next. */
export async function amounts(page: Page): Promise<Record<string, string | null>> {
  const amount = (name: string) => page.locator(`[data-amount="${name}"]`).textContent();
  return { now: await amount("now"), next: await amount("next") };
}
