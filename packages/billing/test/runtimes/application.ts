import { mkdir, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startTethered } from "@repo/test-kit/tethered-process";
import { SECRET } from "../webhooks/signed-delivery.js";

/** An application that runs in a process of its own. */
export interface Application {
  /** Its webhook route, or another path that was asked for. */
  readonly url: string;
  /** What it has printed so far. */
  readonly output: string;
  /** Sends it SIGTERM, and waits for its end. */
  stop(): Promise<void>;
}

export async function writeFiles(folder: string, files: Iterable<readonly [string, string]>): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

interface EnvironmentVariable {
  readonly variable: string;
}

/**
 * The module `webhooks.ts` that the recipes import. Its handler says when it begins and ends, and takes as long as the
 * event tells it to.
 */
export function receiverModule(collectorUrl: string | EnvironmentVariable): string {
  const url =
    typeof collectorUrl === "string"
      ? JSON.stringify(collectorUrl)
      : `String(process.env[${JSON.stringify(collectorUrl.variable)}])`;
  return `
import { StripeBillingService } from "@repo/billing";
import { createWebhookReceiver, memoryInbox } from "@repo/billing/webhooks";

// Whether the service loads and is made in this runtime; it is not asked for anything.
const service = new StripeBillingService({ secretKey: "sk_test_0123456789abcdefghijklmn" });

const report = async (what: string, id?: string, event?: unknown): Promise<void> => {
  await fetch(${url}, { method: "POST", body: JSON.stringify({ what, id, event }) });
};

const handle = async (event: { readonly id: string }): Promise<void> => {
  await report("began", event.id);
  const waitMs = /evt_wait_(\\d+)/.exec(event.id)?.[1] ?? 0;
  await new Promise((resolve) => setTimeout(resolve, Number(waitMs)));
  await report("handled", event.id, event);
};

export const webhooks = createWebhookReceiver({
  signingSecrets: [${JSON.stringify(SECRET)}],
  billing: {
    resolveTenant: async () => ({ status: "tenant", tenantId: "acme" }),
    forTenant: (tenantId) => service.forTenant(tenantId),
  },
  objects: "delivered",
  inbox: memoryInbox(),
  on: { "customer.subscription.updated": handle, "v1.customer.subscription.updated": handle },
});

export const closeInbox = (): Promise<void> => report("closed");
`;
}

export interface ApplicationOptions {
  readonly cwd: string;
  /** The path of its webhook route. */
  readonly path?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a command that serves at the port in its environment, `$PORT` wherever it is told, and waits until it does. */
export async function startApplication(
  command: string,
  args: readonly string[],
  { cwd, path = "/webhooks/stripe", env = {} }: ApplicationOptions,
): Promise<Application> {
  const port = await freePort();
  const withPort = (variables: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, value.replace("$PORT", String(port))]),
    );
  const child = startTethered(
    command,
    args.map((arg) => arg.replace("$PORT", String(port))),
    { cwd, env: { PORT: String(port), NODE_ENV: "production", ...withPort(env) } },
  );
  const deadline = Date.now() + 60_000;
  while (!(await accepts(port))) {
    if (child.ended || Date.now() > deadline) {
      await child.stop();
      throw new Error(`${command} ${args.join(" ")} did not listen:\n${child.output}`);
    }
    await delay(20);
  }
  return {
    url: `http://127.0.0.1:${port}${path}`,
    get output() {
      return child.output;
    },
    stop: () => child.stop(),
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is of this kind; only pipes have another.
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
