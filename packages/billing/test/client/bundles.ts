import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build as buildWithEsbuild } from "esbuild";
import { build as buildWithVite } from "vite";

const PACKAGE = resolve(import.meta.dirname, "../..");

/** Bundles one module for browsers, minified, and resolves to the code. @throws the bundler's own error. */
export type Bundle = (source: string) => Promise<string>;

export const BUNDLERS: Readonly<Record<string, Bundle>> = {
  esbuild: (source) =>
    inFolder(source, async (folder) => {
      const { outputFiles } = await buildWithEsbuild({
        entryPoints: [join(folder, "entry.js")],
        bundle: true,
        minify: true,
        format: "esm",
        write: false,
        logLevel: "silent",
      });
      return outputFiles.map(({ text }) => text).join("");
    }),
  Vite: (source) =>
    inFolder(source, async (folder) => {
      await buildWithVite({
        root: folder,
        configFile: false,
        logLevel: "silent",
        build: { modulePreload: false, rollupOptions: { input: join(folder, "entry.js") } },
      });
      const assets = join(folder, "dist/assets");
      const files = (await readdir(assets)).map((file) => readFile(join(assets, file), "utf8"));
      return (await Promise.all(files)).join("");
    }),
};

/** An application's folder, in which `@repo/billing` is installed as it was built. */
async function inFolder(source: string, work: (folder: string) => Promise<string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bundled-"));
  try {
    await mkdir(join(folder, "node_modules/@repo"), { recursive: true });
    await symlink(PACKAGE, join(folder, "node_modules/@repo/billing"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    await writeFile(join(folder, "entry.js"), source);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
