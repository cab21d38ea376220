import { execFile } from "node:child_process";

export type CommandResult =
  | { readonly ok: true; readonly output: string }
  | { readonly ok: false; readonly reason: string };

/** Runs a command to its end and says in one line why it could not. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly timeoutMs: number; readonly env?: Readonly<Record<string, string>> },
): Promise<CommandResult> {
  const { timeoutMs, env } = options;
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { timeout: timeoutMs, env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        if (error === null) resolve({ ok: true, output: stdout });
        else if (error.code === "ENOENT") resolve({ ok: false, reason: `no \`${command}\` on the PATH` });
        else if (error.killed)
          resolve({ ok: false, reason: `\`${command}\` gave no answer in ${timeoutMs} ms` });
        else resolve({ ok: false, reason: stderr.trim().split("\n").at(-1) || error.message });
      },
    );
  });
}
