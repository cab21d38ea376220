/** Node 20.19.0 is promised, so nothing that an installation brings may ask for more. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { satisfies } from "semver";
import { describe, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const PROMISED = "20.19.0";

describe("Node 20.19.0 is enough", () => {
  it("for all that a clone of this repository installs, by the lock file, which .pnpmfile.mjs has a word in", () => {
    const lock = readFileSync(join(ROOT, "pnpm-lock.yaml"), "utf8");
    const asked = [...lock.matchAll(/^ {2}(\S.*):\n(?: {4}.*\n)*? {4}engines: \{(.*)\}$/gm)];
    const refused = asked.flatMap(([, name = "", engines = ""]) => {
      const range = /\bnode: (?:'([^']*)'|([^,]*))/.exec(engines);
      return satisfies(PROMISED, range?.[1] ?? range?.[2] ?? "*") ? [] : [name];
    });
    expect(refused).toEqual([]);
    expect(asked.length).toBeGreaterThan(300);
  });

  it("for whatever is installed with a published package, by its own word", () => {
    const needed = ["billing", "local-stripe"].flatMap((name) => listNeeded(join(ROOT, "packages", name)));
    expect(needed.map(({ name }) => name)).toEqual(expect.arrayContaining(["stripe", "hono", "big.js"]));
    const refused = needed.filter(({ engines }) => !satisfies(PROMISED, engines?.node ?? "*"));
    expect(refused.map(({ name }) => name)).toEqual([]);
  });

  it("by the word of every package here", () => {
    const folders = ["", ...readdirSync(join(ROOT, "packages")).map((name) => `packages/${name}`)];
    for (const folder of folders) expect(readManifest(join(ROOT, folder)).engines?.node).toBe(">=20.19");
  });
});

interface Manifest {
  readonly name: string;
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** A package's manifest, and those of all that it needs when it runs. */
function listNeeded(folder: string): readonly Manifest[] {
  const manifest = readManifest(folder);
  const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
    (name) => !manifest.peerDependenciesMeta?.[name]?.optional,
  );
  return [manifest, ...names.flatMap((name) => listNeeded(findPackage(name, folder)))];
}

/** Not every package exports its manifest, so it is looked for above what the package's name resolves to. */
function findPackage(name: string, from: string): string {
  const entry = createRequire(join(from, "package.json")).resolve(name);
  return entry.slice(0, entry.lastIndexOf(`node_modules/${name}/`) + `node_modules/${name}`.length);
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
