import type { Page } from "playwright-core";

/** What keeps a page from being used by whoever cannot see it, or has a narrow screen. */
export interface PageFaults {
  /** Fields without a label, by their names. */
  readonly nameless: readonly string[];
  readonly emptyLinks: number;
  /** Whether it has to be moved sideways. */
  readonly isWide: boolean;
  readonly headings: number;
}

export const NO_FAULTS: PageFaults = { nameless: [], emptyLinks: 0, isWide: false, headings: 1 };

export function pageFaults(page: Page): Promise<PageFaults> {
  return page.evaluate(() => {
    const fields = [
      ...document.querySelectorAll<HTMLInputElement>("input:not([type=hidden]), select, textarea"),
    ];
    const nameless = fields
      .filter((one) => (one.labels?.[0]?.textContent ?? "") === "")
      .map((one) => one.name);
    const links = [...document.querySelectorAll("a, button")].filter((one) => one.textContent?.trim() === "");
    const isWide = document.documentElement.scrollWidth > innerWidth;
    return { nameless, emptyLinks: links.length, isWide, headings: document.querySelectorAll("h1").length };
  });
}
