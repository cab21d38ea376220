/** The packages that may be copied into another monorepo: what their folders need to be built, and that nothing drifts. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { describe, expect, it, onTestFinished } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const run = promisify(execFile);

/** What each sets differently from `tsconfig.base.json`, which it cannot extend where it is copied to. */
const COPIED = { billing: [], "local-stripe": ["lib", "skipLibCheck"] };

describe.each(Object.entries(COPIED))("the folder of %s", (name, ownOptions) => {
  it("installs without a warning, builds and loads in a monorepo that has nothing else", {
    timeout: 300_000,
  }, async () => {
    const monorepo = makeMonorepo();
    const folder = join(monorepo, "packages", name);
    cpSync(join(ROOT, "packages", name), folder, { recursive: true, filter: isKept });
    const installed = await pnpm(monorepo, "install", "--prefer-offline", "--no-frozen-lockfile");
    expect(installed).not.toMatch(/warn/i);
    await pnpm(folder, "build");
    const load = `console.log(Object.keys(await import("@repo/${name}")).length > 0)`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", load], { cwd: folder });
    expect(stdout).toBe("true\n");
  });

  it("has the compiler's options of all packages in its own tsconfig.json", () => {
    const base = readOptions("tsconfig.base.json");
    const own = readOptions(`packages/${name}/tsconfig.json`);
    const astray = Object.keys(base).filter((option) => String(own[option]) !== String(base[option]));
    expect(astray).toEqual(ownOptions);
    expect(Object.keys(base).length).toBeGreaterThan(20);
  });
});

it("have the same tool that maps their declarations", () => {
  const [tool, ...others] = Object.keys(COPIED).map((name) =>
    readFileSync(join(ROOT, "packages", name, "scripts/map-declarations.mjs"), "utf8"),
  );
  expect(others).toEqual([tool]);
});

it("have the same version of whatever several of them need", () => {
  const manifests = ["", ...readdirSync(join(ROOT, "packages")).map((name) => join("packages", name))];
  const versions = new Map<string, Set<string>>();
  for (const folder of manifests) {
    const text = readFileSync(join(ROOT, folder, "package.json"), "utf8");
    const { dependencies, devDependencies }: Manifest = JSON.parse(text);
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      versions.set(name, (versions.get(name) ?? new Set()).add(version));
  }
  expect([...versions].filter(([, found]) => found.size > 1)).toEqual([]);
});

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The lock file makes pnpm take from its store the versions that this repository has, so that no registry is asked. */
function makeMonorepo(): string {
  const folder = mkdtempSync(join(tmpdir(), "other-monorepo-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "packages"));
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  writeFileSync(
    join(folder, "pnpm-workspace.yaml"),
    "packages:\n  - packages/*\nallowBuilds:\n  esbuild: false\n",
  );
  cpSync(join(ROOT, "pnpm-lock.yaml"), join(folder, "pnpm-lock.yaml"));
  return folder;
}

function isKept(path: string): boolean {
  return !["node_modules", "dist", ".cache", ".turbo"].includes(basename(path));
}

async function pnpm(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run("npx", ["--yes", "pnpm@12.21.0", ...args], { cwd });
  return stdout + stderr;
}

function readOptions(path: string): Readonly<Record<string, unknown>> {
  return ts.readConfigFile(join(ROOT, path), (file) => ts.sys.readFile(file)).config.compilerOptions;
}
