/** The frameworks of Node, each with the route that the documentation shows, on the package as it is packed. */
import { join, resolve } from "node:path";
import { beforeAll } from "vitest";
import { receiverModule, startApplication, writeFiles } from "./application.js";
import { compile } from "./compile.js";
import { describeDeliveries } from "./delivery-matrix.js";
import { installPacked } from "./packed-package.js";
import { readRecipe } from "./recipes.js";

/** Inside the package, so that the frameworks are found. */
const FOLDER = resolve(import.meta.dirname, "../../.cache/frameworks");

beforeAll(() => installPacked(FOLDER), 120_000);

const ENTRIES = {
  "node:http": "server.js",
  Express: "server.js",
  Fastify: "server.js",
  NestJS: "main.js",
  Hono: "server.js",
};

for (const [framework, entry] of Object.entries(ENTRIES)) {
  describeDeliveries(framework, {
    stops: "after it, then closes the inbox",
    start: async ({ url }) => {
      const cwd = join(FOLDER, framework.replace(":", "-").toLowerCase());
      const modules = new Map([...readRecipe(framework), ["webhooks.ts", receiverModule(url)]]);
      const files = [...modules].map(([path, code]) => [path.replace(/ts$/, "js"), compile(code)] as const);
      await writeFiles(cwd, [["package.json", '{ "type": "module" }'], ...files]);
      return startApplication(process.execPath, [entry], { cwd });
    },
  });
}
