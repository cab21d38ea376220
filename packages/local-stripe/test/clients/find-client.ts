import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** A program that others wrote and that talks to Stripe. */
export interface Client {
  readonly command: string;
  /** What stands between the command and what it is asked. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Asked for its version, it answers that with a code of 0. */
  readonly versionArgs: readonly string[];
}

/** Each rejects with the reason where it has nothing. */
export type ClientSources = Readonly<Record<string, () => Promise<Client>>>;

/**
 * The first of the sources that answers. Where none does, the suite is left out in loud words.
 *
 * @throws where none does and CI is set, since a suite that never runs there would not be missed.
 */
export async function findClient(name: string, sources: ClientSources): Promise<Client | undefined> {
  const reasons: string[] = [];
  for (const [source, find] of Object.entries(sources)) {
    try {
      const client = await find();
      const version = await runClient(client, client.versionArgs);
      process.stdout.write(`${name}: using ${source}, ${version.trim()}\n`);
      return client;
    } catch (error) {
      reasons.push(`  - ${source}: ${error instanceof Error ? error.message.trim() : String(error)}`);
    }
  }
  const loss = [`No ${name} could be had.`, ...reasons].join("\n");
  if (process.env["CI"]) throw new Error(loss);
  process.stderr.write(`\n!!! THE TESTS WITH ${name.toUpperCase()} ARE LEFT OUT. ${loss}\n\n`);
  return undefined;
}

/**
 * What the client prints, run in a home of its own and with no more of this process's environment than its path, so that
 * it can know neither a real account nor its key.
 */
export async function runClient(
  client: Client,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "local-stripe-client-"));
  try {
    const running = execute(client.command, [...client.args, ...args], {
      env: { PATH: process.env["PATH"], HOME: home, ...client.env, ...env },
      timeout: 30_000,
    });
    // Whatever it asks of its user, nobody answers.
    running.child.stdin?.end();
    return (await running).stdout;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
