/** The applications of Node that the documentation shows, each as it stands there, on the package as it is packed. */
import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll } from "vitest";
import { startApplication, writeFiles } from "./application.js";
import { describeUse } from "./application-use.js";
import { compile } from "./compile.js";
import { installPacked } from "./packed-package.js";
import { readRecipe } from "./recipes.js";
import { DATABASE, ISOLATION, SESSION } from "./yours.js";

/** Inside the package, so that the frameworks are found. */
const FOLDER = resolve(import.meta.dirname, "../../.cache/applications");
const PAGE = "applications.md";

beforeAll(() => installPacked(FOLDER), 120_000);

for (const framework of ["Express", "Fastify", "NestJS", "Hono"]) {
  const cwd = join(FOLDER, framework.toLowerCase());

  describeUse(framework, {
    start: async (env) => {
      const modules = [
        ...readRecipe("What all of them share", PAGE),
        ...readRecipe(framework, PAGE),
        ["session.ts", SESSION],
        ["database.ts", DATABASE],
        ["isolation.ts", ISOLATION],
      ] as const;
      const files = modules.map(([path, code]) => [path.replace(/ts$/, "js"), compile(code)] as const);
      await writeFiles(cwd, [["package.json", '{ "type": "module" }'], ...files]);
      return startApplication(process.execPath, ["server.js"], { cwd, path: "", env });
    },
    checkIsolation: async (settings, own, other) => {
      const env = { ...process.env, ...settings, APP_URL: "https://app.example.com" };
      const args = ["isolation.js", JSON.stringify({ own, other })];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env });
      return JSON.parse(stdout);
    },
  });
}
