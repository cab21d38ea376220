import { defineConfig } from "tsup";
import { copySmallModules } from "./scripts/copy-small-modules.js";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    webhooks: "src/webhooks.ts",
    postgres: "src/postgres.ts",
    testing: "src/testing/index.ts",
    client: "src/client.ts",
    cli: "src/cli.ts",
  },
  format: "esm",
  platform: "node",
  // Workers know Node's modules by their full names alone.
  removeNodeProtocol: false,
  target: "node20",
  clean: true,
  sourcemap: true,
  // The sources are packed, so the maps need not hold them as well.
  esbuildOptions: (options) => {
    options.sourcesContent = false;
  },
  splitting: true,
  treeshake: true,
  esbuildPlugins: [copySmallModules],
  // Bundled and tree-shaken: importing the whole of zod costs more than half of what the Stripe SDK does.
  noExternal: ["zod"],
  // Bundled from declarations that the native compiler has written: from the source, tsup would check it a second time,
  // in JavaScript, which takes longer than all the rest.
  dts: {
    entry: {
      index: ".cache/types/index.d.ts",
      webhooks: ".cache/types/webhooks.d.ts",
      postgres: ".cache/types/postgres.d.ts",
      testing: ".cache/types/testing/index.d.ts",
      client: ".cache/types/client.d.ts",
    },
    compilerOptions: { ignoreDeprecations: "6.0" },
  },
});
