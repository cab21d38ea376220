import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { publicMethods } from "../public-methods.js";
import { findBrokenLinks } from "./links.js";

const PACKAGE = resolve(import.meta.dirname, "../..");
const REFERENCE = join(PACKAGE, "docs/api");
const SCRIPT = join(PACKAGE, "scripts/api-reference.mjs");

describe("the API reference", () => {
  let pages: ReadonlyMap<string, string>;
  beforeAll(() => {
    pages = readPages(REFERENCE);
  });

  it("is what the docstrings say; otherwise run `pnpm reference`", { timeout: 300_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "api-reference-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await promisify(execFile)(process.execPath, [SCRIPT, folder]);
    const written = readPages(folder);
    const names = [...new Set([...written.keys(), ...pages.keys()])];
    expect(names.filter((name) => written.get(name) !== pages.get(name))).toEqual([]);
  });

  it("has every public method, with what it throws", () => {
    const page = pages.get("@repo/billing/classes/StripeBillingService.md") ?? "";
    expect(publicMethods().filter((method) => !page.includes(`\n### ${method}()\n`))).toEqual([]);
    expect(page).toContain("Throws");
  });

  it("has no link that leads nowhere", () => {
    const broken = [...pages.keys()].flatMap((name) => findBrokenLinks(join(REFERENCE, name)));
    expect(broken).toEqual([]);
  });
});

function readPages(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return new Map(
    names
      .filter((name) => name.endsWith(".md"))
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}
