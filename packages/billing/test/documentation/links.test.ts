import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { listPages, REPOSITORY } from "./blocks.js";
import { findBrokenLinks } from "./links.js";

const BILLING = join(REPOSITORY, "packages/billing");
const INDEX = join(BILLING, "llms.txt");
const pages = [...listPages(), join(REPOSITORY, ".github/CONTRIBUTING.md"), INDEX];

describe("the links of the documentation", () => {
  it.each(pages.map((page) => relative(REPOSITORY, page)))("all lead somewhere: %s", (page) => {
    expect(findBrokenLinks(join(REPOSITORY, page))).toEqual([]);
  });

  it.each([INDEX, join(BILLING, "docs/README.md")])("lead to every page of the guide: %s", (index) => {
    const text = readFileSync(index, "utf8");
    const guide = listPages().filter((page) => page.startsWith(join(BILLING, "docs/")) && page !== index);
    expect(guide.filter((page) => !text.includes(`](${relative(dirname(index), page)})`))).toEqual([]);
  });

  it("are told where a file, or a heading in it, is missing", () => {
    const folder = mkdtempSync(join(tmpdir(), "links-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const page = join(folder, "page.md");
    writeFileSync(
      page,
      `# One, \`two\` & three
# Again
# Again
\`\`\`md
# Not a heading
[not a link](nowhere.md)
\`\`\`
[1](page.md) [2](#one-two--three) [3](page.md#again-1) [4](https://example.com/nowhere)
[5](nowhere.md) [6](#not-a-heading) [7](page.md#again-2) <img src="nowhere.svg">`,
    );
    expect(findBrokenLinks(page)).toEqual(["nowhere.md", "#not-a-heading", "page.md#again-2", "nowhere.svg"]);
  });
});
