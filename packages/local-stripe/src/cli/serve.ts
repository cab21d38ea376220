import { startLocalStripe } from "../local-stripe.js";
import { FORWARD_FLAGS, readForwards } from "./forward.js";
import { helpFor } from "./help.js";
import { type FlagTypes, readFlags } from "./read-flags.js";
import { type Flag, readStartOptions, START_FLAGS } from "./start-flags.js";

const DEFAULT_PORT = 4243;

const HELP: Flag = { name: "help", type: "boolean", help: "print this" };
const FLAGS: readonly Flag[] = [...Object.values(START_FLAGS), ...FORWARD_FLAGS, HELP];

/** Starts a server that runs until the process is told to end. */
export async function serve(args: readonly string[]): Promise<void> {
  const flags = readFlags(args, flagTypes());
  if (flags["help"] === true) {
    process.stdout.write(helpFor(FLAGS));
    return;
  }
  const options = readStartOptions(flags);
  const forwards = readForwards(flags);
  const local = await startLocalStripe({ port: DEFAULT_PORT, ...options });
  try {
    const forwarding = await Promise.all(forwards.map((start) => start(local)));
    // Registers the handlers before printing: a parent may send SIGTERM as soon as it reads the first line.
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void local.close());
    process.stdout.write(`local-stripe listens on ${local.url}\nsecret key: ${local.secretKey}\n`);
    for (const { url, secret } of forwarding) process.stdout.write(`webhook secret of ${url}: ${secret}\n`);
  } catch (error) {
    await local.close();
    throw error;
  }
}

function flagTypes(): FlagTypes {
  const types = FLAGS.map(({ name, type, multiple = false }) => [name, { type, multiple }] as const);
  return { ...Object.fromEntries(types), help: { type: "boolean", short: "h" } as const };
}
