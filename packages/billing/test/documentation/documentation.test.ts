import { fork } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Block, findBlocks } from "./blocks.js";
import { type CompiledBlocks, compileBlocks } from "./compile-blocks.js";
import type { BlockRun } from "./run-blocks.js";

/** What is compiled alone: it runs in a process that is not ours, or until that is told to end. */
const NOT_RUN = /from "vitest"|from "node:child_process"|process\.once\("SIGTERM"/;

const blocks = findBlocks();
const runnable = blocks.filter(({ code }) => !NOT_RUN.test(code));

describe("the code of the documentation", () => {
  let compiled: CompiledBlocks;
  let runs: ReadonlyMap<string, BlockRun>;

  beforeAll(async () => {
    compiled = await compileBlocks(blocks);
    runs = await run(compiled, runnable);
  }, 600_000);

  it("is found in the READMEs, in the guide and in the sources", () => {
    const places = blocks.map(({ place }) => place.replace(/:\d+$/, ""));
    expect(places).toEqual(
      expect.arrayContaining([
        "README.md",
        "packages/billing/docs/subscriptions.md",
        "packages/local-stripe/README.md",
        "packages/billing/src/billing-service.ts",
        "packages/local-stripe/src/local-stripe.ts",
      ]),
    );
  });

  it("is compiled beside a prelude that compiles", () => {
    for (const name of ["prelude", "run-blocks", "globals", ""])
      expect(compiled.problems.get(name)).toBeUndefined();
  });

  it.each(blocks)("compiles, strictly and with exact optional properties: $place", ({ name }) => {
    expect(compiled.problems.get(name)).toBeUndefined();
  });

  it.each(runnable)("runs: $place", ({ name }) => {
    expect(runs.get(name)).toEqual({ name });
  });
});

/** Runs the blocks one after another, in a process of their own that loads the packages as they are built. */
function run(
  { directory }: CompiledBlocks,
  chosen: readonly Block[],
): Promise<ReadonlyMap<string, BlockRun>> {
  const runs = new Map<string, BlockRun>();
  const names = chosen.map(({ name }) => name);
  const child = fork(join(directory, "run-blocks.js"), names, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.on("message", (message: BlockRun) => runs.set(message.name, message));
  return new Promise((resolve) => child.once("exit", () => resolve(runs)));
}
