import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { listTargets } from "./links.js";

const PACKAGES = resolve(import.meta.dirname, "../../..");
const PUBLISHED = ["billing", "local-stripe"];
const NOTICES = "THIRD-PARTY-NOTICES.md";

describe.each(PUBLISHED)("the tarball of %s", (name) => {
  const directory = join(PACKAGES, name);
  let packed: readonly string[];

  beforeAll(() => {
    packed = listPacked(directory);
  }, 300_000);

  it("holds a README, the license and its types", () => {
    expect(packed).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", "dist/index.d.ts", "package.json"]),
    );
  });

  it("holds whatever its pages link to", () => {
    const pages = packed.filter((path) => /\.md$|^llms\.txt$/.test(path));
    const astray = pages.flatMap((page) =>
      listTargets(join(directory, page))
        .map((target) => normalize(join(dirname(page), target.split("#", 1).join(""))))
        .filter((path) => path !== dirname(page) && !packed.some((file) => `${file}/`.startsWith(`${path}/`)))
        .map((path) => `${page}: ${path}`),
    );
    expect(astray).toEqual([]);
    expect(pages).toContain("README.md");
  });

  it("has a notice for each package that is bundled, with its version and license", () => {
    const bundled = listBundled(join(directory, "dist"));
    const notices = existsSync(join(directory, NOTICES))
      ? readFileSync(join(directory, NOTICES), "utf8")
      : "";
    const headings = [...notices.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(bundled.map(({ manifest }) => `${manifest.name} ${manifest.version}`));
    for (const { license } of bundled) expect(notices).toContain(license);
    expect(packed.includes(NOTICES)).toBe(bundled.length > 0);
  });
});

it("packs the guide, the API reference and their index with the library", { timeout: 300_000 }, () => {
  const index = ["llms.txt", "docs/README.md", "docs/overview.svg", "docs/api/README.md"];
  expect(listPacked(join(PACKAGES, "billing"))).toEqual(expect.arrayContaining(index));
});

it("finds what is bundled in the source maps", () => {
  expect(listBundled(join(PACKAGES, "billing/dist")).map(({ manifest }) => manifest.name)).toContain("zod");
});

function listPacked(directory: string): readonly string[] {
  const pack = ["--yes", "pnpm@12.21.0", "pack", "--dry-run", "--json"];
  const { files }: { readonly files: readonly { readonly path: string }[] } = JSON.parse(
    execFileSync("npx", pack, { cwd: directory, encoding: "utf8" }),
  );
  return files.map(({ path }) => path);
}

interface Bundled {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly license: string;
}

/** A source map names the files that went into a bundle, those of other packages among them. */
function listBundled(dist: string): readonly Bundled[] {
  const maps = readdirSync(dist).filter((file) => file.endsWith(".js.map"));
  const sources = maps.flatMap(
    (file): string[] => JSON.parse(readFileSync(join(dist, file), "utf8")).sources,
  );
  const roots = sources.flatMap((source) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(source)?.[0] ?? []);
  return [...new Set(roots)].sort().map((root) => ({
    manifest: JSON.parse(readFileSync(resolve(dist, root, "package.json"), "utf8")),
    license: readFileSync(resolve(dist, root, findLicense(resolve(dist, root))), "utf8").trim(),
  }));
}

function findLicense(root: string): string {
  const file = readdirSync(root).find((name) => /^licen[cs]e/i.test(name));
  if (file === undefined) throw new Error(`${root} is bundled and has no license file.`);
  return file;
}
