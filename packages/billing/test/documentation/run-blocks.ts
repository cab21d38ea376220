import { inspect } from "node:util";

/** A message of this process: a block that ran, or why it could not. */
export interface BlockRun {
  readonly name: string;
  readonly problem?: string;
}

// Each block is given an application of its own, with nothing in it that another block has changed.
for (const name of process.argv.slice(2)) {
  const message: BlockRun = await run(name).then(
    () => ({ name }),
    (error: unknown) => ({ name, problem: inspect(error) }),
  );
  process.send?.(message);
}
process.exit();

async function run(name: string): Promise<void> {
  const prelude: typeof import("./prelude.js") = await import(`./prelude.js?for=${name}`);
  Object.assign(globalThis, prelude);
  try {
    const block: { readonly POST?: (request: Request) => Promise<Response> } = await import(`./${name}.js`);
    if (block.POST !== undefined) await prelude.assertAnswers(block.POST);
    await prelude.settle();
  } finally {
    await prelude.local.close();
  }
}
