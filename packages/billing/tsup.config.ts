import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    webhooks: "src/webhooks.ts",
    testing: "src/testing/index.ts",
    cli: "src/cli.ts",
  },
  format: "esm",
  platform: "node",
  target: "node20",
  clean: true,
  sourcemap: true,
  splitting: true,
  treeshake: true,
  // Bundled and tree-shaken: importing the whole of zod costs more than half of what the Stripe SDK does.
  noExternal: ["zod"],
  // What is internal names the SDK's newest types, which 22.6 does not have.
  dts: { compilerOptions: { ignoreDeprecations: "6.0", stripInternal: true } },
});
