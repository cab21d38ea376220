/** What `pnpm test:runtimes` installs from npm, and the package as it is packed. */
import { cp } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type CommandResult, run } from "@repo/test-kit/run-command";
import { writeFiles } from "./application.js";
import { installPacked } from "./packed-package.js";

/** Outside the packages, so that nothing of theirs is found by chance. */
export const FOLDER = resolve(import.meta.dirname, "../../../../.cache/runtimes");

export const bin = (name: string): string => join(FOLDER, "node_modules/.bin", name);

export async function installRuntimes(): Promise<void> {
  await cp(join(import.meta.dirname, "installed"), FOLDER, { recursive: true });
  const install = ["--yes", "pnpm@12.21.0", "--dir", FOLDER, "install", "--frozen-lockfile"];
  await must(run("npx", install, { timeoutMs: 240_000 }));
  await installPacked(FOLDER);
  await installPacked(FOLDER, "local-stripe");
}

export async function must(command: Promise<CommandResult>): Promise<void> {
  const result = await command;
  if (!result.ok) throw new Error(result.reason);
}

export const NO_TELEMETRY = { NEXT_TELEMETRY_DISABLED: "1" };

const SECRETS = ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE"];

/** Writes an application of Next.js, and builds it in an environment that has none of its secrets. */
export async function buildNext(
  cwd: string,
  files: Iterable<readonly [string, string]>,
  bundler: "turbopack" | "webpack" = "turbopack",
): Promise<void> {
  await writeFiles(cwd, [
    ["package.json", "{}"],
    ["tsconfig.json", NEXT_TSCONFIG],
    ["next.config.mjs", `export default { turbopack: { root: ${JSON.stringify(FOLDER)} } };`],
    ...files,
  ]);
  const unset = SECRETS.flatMap((name) => ["-u", name]);
  const env = { ...NO_TELEMETRY, NODE_ENV: "production" };
  const build = [bin("next"), "build", `--${bundler}`];
  await must(run("env", ["-C", cwd, ...unset, ...build], { timeoutMs: 600_000, env }));
}

const NEXT_TSCONFIG = JSON.stringify({
  compilerOptions: {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: "es2022",
    lib: ["es2023", "dom", "dom.iterable"],
    module: "esnext",
    moduleResolution: "bundler",
    isolatedModules: true,
    jsx: "react-jsx",
    paths: { "@/*": ["./*"] },
    plugins: [{ name: "next" }],
  },
  include: ["**/*.ts", "**/*.tsx"],
  exclude: ["node_modules"],
});
