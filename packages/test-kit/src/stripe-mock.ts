import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { firstRunning, leaveRunning, type Running, type Source } from "./first-running.js";
import { run } from "./run-command.js";
import type {} from "./servers.js";
import { startTethered, type TetheredProcess } from "./tethered-process.js";

/** The release that Docker and the Go toolchain fetch. */
const RELEASE = "v0.203.0";
const CACHE = resolve(import.meta.dirname, "../../../.cache/stripe-mock", RELEASE);

interface RunningMock extends Running {
  /** Its release, where a build from source would only answer "master". */
  readonly version?: string;
  /** The API version of its specification, which only a mock that we start can be made to tell. */
  readonly apiVersion?: string;
}

type MockSource = Source<RunningMock>;

/** Tried in this order; the first that has one is used. */
const SOURCES: Readonly<Record<string, MockSource>> = {
  STRIPE_MOCK_URL: fromEnvironment,
  "port 12111": fromUsualPort,
  "stripe-mock on the PATH": fromPath,
  Docker: fromDocker,
  "the Go toolchain": fromGoToolchain,
};

/** Vitest's global set-up of the contract suite: finds or starts Stripe's own mock and provides `stripeMockUrl`. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { logger } = project.vitest;
  const found = await firstRunning("stripe-mock", "the stripe-mock contract suite", SOURCES, logger);
  project.provide("stripeMockUrl", found?.running.url);
  if (found === undefined) return undefined;
  const { url, stop, version = await mockVersion(url), apiVersion } = found.running;
  const spec = apiVersion ?? "an API version it does not tell";
  logger.log(`stripe-mock: using ${found.name}, version ${version}, specification of ${spec}, at ${url}`);
  return stop;
}

/** Whoever names a mock wants that one: if it does not answer, that is a mistake, not a reason to look further. */
async function fromEnvironment(): ReturnType<MockSource> {
  const url = process.env["STRIPE_MOCK_URL"];
  if (!url) return { unavailable: "not set" };
  if ((await mockVersion(url)) === undefined)
    throw new Error("STRIPE_MOCK_URL is set, but no stripe-mock answers there");
  return { url, stop: leaveRunning };
}

async function fromUsualPort(): ReturnType<MockSource> {
  const url = "http://127.0.0.1:12111";
  if ((await mockVersion(url)) === undefined) return { unavailable: "no stripe-mock answers there" };
  return { url, stop: leaveRunning };
}

async function fromPath(): ReturnType<MockSource> {
  const version = await run("stripe-mock", ["-version"], { timeoutMs: 5_000 });
  return version.ok ? startExecutable("stripe-mock") : { unavailable: version.reason };
}

async function fromDocker(): ReturnType<MockSource> {
  const engine = await run("docker", ["info"], { timeoutMs: 3_000 });
  return engine.ok ? started(launchContainer) : { unavailable: engine.reason };
}

async function fromGoToolchain(): ReturnType<MockSource> {
  const executable = join(CACHE, process.platform === "win32" ? "stripe-mock.exe" : "stripe-mock");
  if (!existsSync(executable)) {
    const module = `github.com/stripe/stripe-mock@${RELEASE}`;
    const installed = await run("go", ["install", module], { timeoutMs: 300_000, env: { GOBIN: CACHE } });
    if (!installed.ok) return { unavailable: installed.reason };
  }
  return { ...(await startExecutable(executable)), version: RELEASE };
}

/** A mock of ours, by the way that it was launched; flags are stripe-mock's own. */
type Launch = (
  flags: readonly string[],
) => Promise<{ readonly url: string; readonly child: TetheredProcess }>;

function startExecutable(command: string): ReturnType<MockSource> {
  return started(async (flags) => {
    // Port 0 lets the system choose; HTTPS is given one too, or it would take 12112 on every interface.
    const addresses = ["-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0"];
    const child = startTethered(command, [...addresses, ...flags]);
    const port = await child.waitForOutput(/Listening for HTTP at address: 127\.0\.0\.1:(\d+)/, 30_000);
    return { url: `http://127.0.0.1:${port}`, child };
  });
}

async function launchContainer(flags: readonly string[]): ReturnType<Launch> {
  const name = `stripe-mock-${randomUUID()}`;
  const image = `stripe/stripe-mock:${RELEASE}`;
  // "127.0.0.1::12111" publishes the container's port on a free one of this machine.
  const options = ["--rm", "--init", "--name", name, "--publish", "127.0.0.1::12111"];
  const child = startTethered("docker", ["run", ...options, image, ...flags]);
  await child.waitForOutput(/(Listening for HTTP) /, 180_000);
  const published = await run("docker", ["port", name, "12111/tcp"], { timeoutMs: 5_000 });
  if (!published.ok) {
    await child.stop();
    throw new Error(published.reason);
  }
  return { url: `http://${published.output.trim()}`, child };
}

async function started(launch: Launch): ReturnType<MockSource> {
  try {
    const apiVersion = await apiVersionOf(launch);
    const { url, child } = await launch([]);
    return { url, apiVersion, stop: () => child.stop() };
  } catch (error) {
    return { unavailable: error instanceof Error ? error.message : String(error) };
  }
}

/** Only the strict mode names the specification's version, in refusing another, and strict it would refuse the SDK's. */
async function apiVersionOf(launch: Launch): Promise<string> {
  const { url, child } = await launch(["-strict-version-check"]);
  try {
    const headers = { Authorization: "Bearer sk_test_123", "Stripe-Version": "none" };
    const refusal = await (await fetch(`${url}/v1/customers`, { headers })).text();
    return /OpenAPI specification '([^']+)'/.exec(refusal)?.[1] ?? "an unknown API version";
  } finally {
    await child.stop();
  }
}

/** The version that stripe-mock puts on every answer ("master" when built from source), or undefined if it is not one. */
async function mockVersion(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return answer.headers.get("stripe-mock-version") ?? undefined;
  } catch {
    return undefined;
  }
}
