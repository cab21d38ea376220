import { spawn } from "node:child_process";

/** A child process that ends when it is stopped, and also when this process dies without a word. */
export interface TetheredProcess {
  /** The first group of `pattern`, once what the child wrote matches. Stops it and rejects when that never comes. */
  waitForOutput(pattern: RegExp, timeoutMs: number): Promise<string>;
  stop(): Promise<void>;
  /** Resolves when it has ended, however that came about. */
  readonly exited: Promise<void>;
  /** What it wrote so far. */
  readonly output: string;
  readonly ended: boolean;
}

export interface TetherOptions {
  /** What the command is stopped with. Default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals | undefined;
  readonly cwd?: string | undefined;
  /** Set beside this process's own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/**
 * Starts `command` under a small Node process that holds our end of a pipe. However we end, a SIGKILL included, the
 * system closes that pipe, and the tether takes the command down with it.
 */
export function startTethered(
  command: string,
  args: readonly string[],
  { stopSignal = "SIGTERM", cwd, env }: TetherOptions = {},
): TetheredProcess {
  const tether = spawn(process.execPath, ["-e", TETHER, "--", stopSignal, command, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    cwd,
    env: { ...process.env, ...env },
  });
  let output = "";
  let ended = false;
  const closed = new Promise<void>((resolve) => tether.once("close", () => resolve()));
  void closed.then(() => {
    ended = true;
  });
  async function stop(): Promise<void> {
    tether.stdin.end();
    await closed;
  }
  for (const stream of [tether.stdout, tether.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  return {
    async waitForOutput(pattern, timeoutMs) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const found = pattern.exec(output)?.[1];
        if (found !== undefined) return found;
        if (ended) throw new Error(`\`${command}\` ended: ${output.trimEnd().split("\n").at(-1)}`);
        if (Date.now() > deadline) {
          await stop();
          throw new Error(`\`${command}\` was not ready within ${timeoutMs} ms`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    stop,
    exited: closed,
    get output() {
      return output;
    },
    get ended() {
      return ended;
    },
  };
}

const TETHER = `
  const { spawn } = require("node:child_process");
  const [stopSignal, command, ...args] = process.argv.slice(1);
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  child.on("error", (error) => { console.error(error.message); process.exit(127); });
  child.on("exit", (code) => process.exit(code ?? 1));
  const end = () => child.kill(stopSignal);
  process.stdin.on("end", end).on("error", end).resume();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
`;
