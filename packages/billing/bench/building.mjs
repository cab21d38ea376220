/**
 * How long `pnpm build` takes from clean, beside an older commit: by default the last one before the native compiler wrote
 * the declarations. Both are built in checkouts of their own, with what the lock file of each names.
 *
 *   node packages/billing/bench/building.mjs [--before 4dad77b^] [--rounds 3]
 */
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { reportRatio } from "./report.mjs";
import { takeTurns } from "./turns.mjs";

const { values: flags } = parseArgs({
  options: {
    before: { type: "string", default: "4dad77b^" },
    rounds: { type: "string", default: "3" },
  },
});
const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "billing-build-"));
const sides = { now: join(folder, "now"), before: join(folder, "before") };
try {
  await checkOut(sides.now, "HEAD");
  await checkOut(sides.before, flags.before);
  const figures = await takeTurns(sides, build, { rounds: Number(flags.rounds), warmUp: 0 });
  reportRatio(`pnpm build from clean, of ${flags.before}`, figures.now, figures.before, {
    unit: " s",
    atMost: 0.5,
  });
} finally {
  for (const path of Object.values(sides)) git("worktree", "remove", "--force", path);
  await rm(folder, { recursive: true, force: true });
}

async function checkOut(path, commit) {
  git("worktree", "add", "--quiet", "--detach", path, commit);
  await pnpm(path, "install", "--frozen-lockfile", "--prefer-offline", "--silent");
}

/** Seconds. */
async function build(path) {
  for (const name of ["billing", "local-stripe", "demo"]) {
    await rm(join(path, "packages", name, "dist"), { recursive: true, force: true });
  }
  const startedAt = performance.now();
  await pnpm(path, "exec", "turbo", "run", "build", "--force", "--output-logs=errors-only");
  return (performance.now() - startedAt) / 1_000;
}

function git(...args) {
  execFileSync("git", args, { cwd: ROOT, stdio: "inherit" });
}

/** The version that the repository names, also where another one or none is installed. */
async function pnpm(cwd, ...args) {
  const { devEngines } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const { version } = devEngines.packageManager;
  execFileSync("npx", ["--yes", `pnpm@${version}`, ...args], { cwd, stdio: ["ignore", "ignore", "inherit"] });
}
