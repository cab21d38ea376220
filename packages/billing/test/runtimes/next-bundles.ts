/** What `@repo/billing/client` adds to the scripts that a page of Next.js loads, by the bundlers that only Next.js brings. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildNext, FOLDER } from "./installed.js";

export function describeNextBundles(): void {
  describe("a page of Next.js", () => {
    test.each(["turbopack", "webpack"] as const)(
      "loads at most 2,000 bytes more for isEntitled and formatAmount, by %s",
      { timeout: 630_000 },
      async (bundler) => {
        const cwd = join(FOLDER, `next-bundles-${bundler}`);
        await buildNext(cwd, APPLICATION, bundler);
        const [without, used] = [await measureScripts(cwd, "without"), await measureScripts(cwd, "used")];
        expect(used - without).toBeGreaterThan(1_000);
        expect(used - without).toBeLessThanOrEqual(2_000);
      },
    );
  });
}

const clientPage = (imported: string, used: string): string => `"use client";
${imported}

export default function Page() {
  return <p>{String([${used}])}</p>;
}
`;

const LAYOUT = [
  "app/layout.tsx",
  `import type { ReactNode } from "react";

export default function Layout({ children }: { readonly children: ReactNode }) {
  return <html lang="en"><body>{children}</body></html>;
}
`,
] as const;

const APPLICATION = [
  LAYOUT,
  ["app/without/page.tsx", clientPage("", "")],
  [
    "app/used/page.tsx",
    clientPage(
      'import { formatAmount, isEntitled } from "@repo/billing/client";',
      "isEntitled, formatAmount",
    ),
  ],
] as const;

/** The bytes of all scripts that a page names, uncompressed. */
async function measureScripts(cwd: string, page: string): Promise<number> {
  const html = await readFile(join(cwd, ".next/server/app", `${page}.html`), "utf8");
  const paths = new Set(Array.from(html.matchAll(/\/_next\/(static\/[^"\\]+\.js)/g), ([, path]) => path));
  const files = await Promise.all(Array.from(paths, (path) => stat(join(cwd, ".next", path ?? ""))));
  return files.reduce((sum, { size }) => sum + size, 0);
}
