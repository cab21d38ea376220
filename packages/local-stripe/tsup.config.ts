import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts", cli: "src/cli.ts" },
  format: "esm",
  platform: "node",
  target: "node20",
  clean: true,
  sourcemap: true,
  // The sources are packed, so the maps need not hold them as well.
  esbuildOptions: (options) => {
    options.sourcesContent = false;
  },
  splitting: true,
  treeshake: true,
  // Bundled from declarations that the native compiler has written: from the source, tsup would check it a second time,
  // in JavaScript, which takes longer than all the rest.
  dts: { entry: { index: ".cache/types/index.d.ts" }, compilerOptions: { ignoreDeprecations: "6.0" } },
});
