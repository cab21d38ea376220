import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(fileURLToPath(import.meta.url), "../..");

/** What the bundler says of each file it wrote. */
interface Metafile {
  readonly outputs: Readonly<Record<string, Output>>;
}

interface Output {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly imports: readonly { readonly path: string; readonly external?: boolean }[];
}

describe("importing @repo/billing/webhooks, as it is built", () => {
  let outDir: string;
  let metafile: Metafile;

  beforeAll(async () => {
    // Inside the package, so that `stripe` would be found if it were imported.
    outDir = await mkdtemp(join(root, "node_modules", ".webhooks-build-"));
    const tsup = createRequire(import.meta.url).resolve("tsup/dist/cli-default.js");
    await promisify(execFile)(process.execPath, [tsup, "--metafile", "--no-dts", "--out-dir", outDir], {
      cwd: root,
    });
    metafile = JSON.parse(await readFile(join(outDir, "metafile-esm.json"), "utf8"));
  }, 60_000);
  afterAll(() => rm(outDir, { recursive: true, force: true }));

  /** Every source file and every package that loading one built file brings in. */
  function reached(file: string, seen = { sources: new Set<string>(), packages: new Set<string>() }) {
    const output = Object.entries(metafile.outputs).find(
      ([path]) => resolve(root, path) === resolve(outDir, file),
    )?.[1];
    if (output === undefined) throw new Error(`${file} was not built`);
    for (const source of Object.keys(output.inputs)) seen.sources.add(source);
    for (const { path, external } of output.imports) {
      if (external) seen.packages.add(path);
      else reached(resolve(root, path), seen);
    }
    return seen;
  }

  test("brings in neither the Stripe SDK, nor zod, nor a module of Node, which some workers lack", () => {
    const { sources, packages } = reached("webhooks.js");
    expect([...sources]).toContain("src/webhooks/verification/verify.ts");
    expect([...sources].filter((source) => !source.startsWith("src/"))).toEqual([]);
    expect([...packages]).toEqual([]);
  });

  test("brings in less than the service does, which shows that this test can see", () => {
    const { sources, packages } = reached("index.js");
    expect([...sources].some((source) => /node_modules.zod/.test(source))).toBe(true);
    expect([...packages]).toContain("stripe");
  });

  test("brings in no module of Node with the service either", () => {
    expect([...reached("index.js").packages].sort()).toEqual(["stripe"]);
  });

  test("loads no module of another package when it runs", async () => {
    const hook = `export async function resolve(specifier, context, next) {
      const resolved = await next(specifier, context);
      if (!resolved.url.startsWith("node:")) console.log(resolved.url);
      return resolved;
    }`;
    const script = `import { register } from "node:module";
      register("data:text/javascript,${encodeURIComponent(hook)}");
      await import(${JSON.stringify(pathToFileURL(join(outDir, "webhooks.js")).href)});`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    const loaded = stdout.trim().split("\n");
    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.filter((url) => !url.startsWith(pathToFileURL(outDir).href))).toEqual([]);
  });
});
