import { run } from "../../src/cli/run.js";

export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command in this process, with an environment of its own. */
export async function runCli(env: Record<string, string>, args: readonly string[]): Promise<CliResult> {
  let out = "";
  let err = "";
  const code = await run(args, {
    env,
    version: "1.2.3",
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}
