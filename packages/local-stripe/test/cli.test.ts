import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import Stripe from "stripe";
import { describe, expect, it, onTestFinished } from "vitest";
import { START_FLAGS } from "../src/cli/start-flags.js";
import { OPTION_CHECKS } from "../src/options.js";
import { receiver } from "./support/receiver.js";

/** A process of its own tells nobody of its answers, so these are not held against the specification: they are other tests'. */
const COMMAND = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

/** A process takes its time to start on a busy machine. */
const PATIENT = { timeout: 20_000 };

describe("the command line", () => {
  it("prints its address and a key that it made up, and answers there", async () => {
    const { url, secretKey } = await start("--port", "0");
    const response = await fetch(`${url}/v1/customers`, {
      headers: { Authorization: `Bearer ${secretKey}` },
    });
    expect(await response.json()).toMatchObject({ object: "list", data: [] });
  });

  it("knows the key it is given, and no other", async () => {
    const { url, secretKey } = await start("--port", "0", "--key", "sk_test_0123456789");
    expect(secretKey).toBe("sk_test_0123456789");
    const statuses = ["sk_test_0123456789", "sk_test_9876543210"].map(async (key) => {
      return (await fetch(`${url}/v1/customers`, { headers: { Authorization: `Bearer ${key}` } })).status;
    });
    expect(await Promise.all(statuses)).toEqual([200, 401]);
  });

  it("says how it is used, and ends", async () => {
    const child = run("--help");
    expect(await printed(child, /\n/)).toContain("--port");
    expect(await ending(child)).toEqual([0, null]);
  });

  it("ends with code 1 when its port is taken, and says so", async () => {
    const { url } = await start("--port", "0");
    const child = run("--port", new URL(url).port);
    expect(await told(child)).toBe(
      "local-stripe: the port is taken; name another with --port, or take a free one with --port 0.\n",
    );
    expect(await ending(child)).toEqual([1, null]);
  });

  it.each([
    [["--prot", "1"], "Unknown option '--prot'; see --help"],
    [["--port"], "Option '--port <value>' argument missing; see --help"],
    [["extra"], "Unexpected argument 'extra'; see --help"],
    [["--port", "abc"], '--port must be a whole number from 0 to 65535, not "abc"'],
    [["--key", "secret"], "--key must be a key: sk_test_ and at least eight letters or digits"],
    [
      ["--webhook-retry-delays-ms", "1,x"],
      '--webhook-retry-delays-ms must be a list, each a whole number of at least 0, not "1,x"',
    ],
    [["--start-time", "never"], '--start-time must be a date such as 2027-01-31, not "never"'],
    [
      ["--forward-to", "3000"],
      '--forward-to must be a URL such as http://localhost:3000/webhooks, not "3000"',
    ],
    [
      ["--port", "0", "--forward-to", "http://127.0.0.1:1/", "--events", "no"],
      "Invalid enabled_events[0]: 'no' is not the name of a snapshot event",
    ],
    [["advance", "soon"], 'advance takes a duration such as 90s, 12h or 31d, not "soon"'],
    [["advance", "1d"], "advance needs --key, which the server printed when it started"],
    [
      ["advance", "1d", "--key", "sk_test_0123456789", "--url", "http://127.0.0.1:1"],
      "nothing answers at http://127.0.0.1:1",
    ],
  ])("answers the mistake %j with one sentence and code 2", async (args, sentence) => {
    const child = run(...args);
    expect(await told(child)).toBe(`local-stripe: ${sentence}.\n`);
    expect(await ending(child)).toEqual([2, null]);
  });

  it("has a flag for each option of startLocalStripe, and lists it", async () => {
    expect(Object.keys(START_FLAGS)).toEqual(Object.keys(OPTION_CHECKS));
    const help = await printed(run("--help"), /--help/);
    for (const { name } of Object.values(START_FLAGS)) expect(help).toContain(`--${name}`);
  });

  it("starts with what its flags say", async () => {
    const flags = [
      "--account",
      "acct_1",
      "--account",
      "acct_2",
      "--start-time",
      "2027-01-31T12:00:00Z",
      "--log",
    ];
    const child = run("--port", "0", "--key", "sk_test_0123456789", ...flags);
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (piece) => {
      output += String(piece);
    });
    await expect.poll(() => output, PATIENT).toContain("secret key");
    const url = /http:\S+/.exec(output)?.[0] ?? "";
    const headers = { Authorization: "Bearer sk_test_0123456789" };
    const accounts = await fetch(`${url}/v1/accounts`, { headers });
    expect(await accounts.json()).toMatchObject({ data: [{ id: "acct_2" }, { id: "acct_1" }] });
    const made = await fetch(`${url}/v1/customers`, { method: "POST", headers });
    const { created } = (await made.json()) as { created: number };
    expect(new Date(created * 1000).toISOString()).toMatch(/^2027-01-31T12:0/);
    await expect.poll(() => output, PATIENT).toContain("200 GET /v1/accounts\n200 POST /v1/customers\n");
  });

  it("moves the clock of a running server forward, for whoever has its key", async () => {
    const { url, secretKey } = await start("--port", "0", "--start-time", "2027-01-31T12:00:00Z");
    const child = run("advance", "31d", "--url", url, "--key", secretKey);
    expect(await printed(child, /\n/)).toMatch(/^It is now 2027-03-03T12:0/);
    const stranger = run("advance", "31d", "--url", url, "--key", "sk_test_9876543210");
    expect(await told(stranger)).toBe("local-stripe: Invalid API Key provided: sk_test_******3210.\n");
    expect(await ending(stranger)).toEqual([2, null]);
  });

  it("forwards both families of events, signed with secrets that it prints", async () => {
    const snapshots = await receiver();
    const thin = await receiver();
    const child = run(
      "--port",
      "0",
      "--forward-to",
      snapshots.url,
      "--events",
      "customer.created,product.created",
      "--forward-thin-to",
      thin.url,
    );
    const output = await printed(child, /(?:webhook secret of \S+ whsec_\w+\n){2}/);
    const [, url = "", key = ""] = /listens on (\S+)\nsecret key: (\S+)\n/.exec(output) ?? [];
    const secrets = [snapshots, thin].map(
      (one) => new RegExp(`webhook secret of ${one.url}: (whsec_\\w+)`).exec(output)?.[1] ?? "",
    );
    await fetch(`${url}/v1/customers`, { method: "POST", headers: { authorization: `Bearer ${key}` } });
    await expect.poll(() => [snapshots.received.length, thin.received.length], PATIENT).toEqual([1, 1]);
    const stripe = new Stripe(key);
    const [snapshot, notification] = [snapshots.received[0], thin.received[0]];
    expect(
      stripe.webhooks.constructEvent(snapshot?.body ?? "", snapshot?.signature ?? "", secrets[0] ?? "").type,
    ).toBe("customer.created");
    expect(
      stripe.parseEventNotification(notification?.body ?? "", notification?.signature ?? "", secrets[1] ?? "")
        .type,
    ).toBe("v1.customer.created");
  });

  describe.each(["SIGINT", "SIGTERM"] as const)("ends with code 0 on %s", (signal) => {
    it("while nobody is connected", async () => {
      const { child } = await start("--port", "0");
      child.kill(signal);
      expect(await ending(child)).toEqual([0, null]);
    });

    it("while a connection is kept alive", async () => {
      const { child, url, secretKey } = await start("--port", "0");
      const { hostname, port } = new URL(url);
      const socket = connect(Number(port), hostname);
      onTestFinished(() => void socket.destroy());
      socket.write(
        `GET /v1/customers HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${secretKey}\r\nConnection: keep-alive\r\n\r\n`,
      );
      const [answer] = await once(socket.setEncoding("utf8"), "data");
      expect(answer).toMatch(/^HTTP\/1.1 200 /);
      expect(answer).toMatch(/^Connection: keep-alive\r$/m);
      const closed = once(socket, "close");
      child.kill(signal);
      expect(await ending(child)).toEqual([0, null]);
      await closed;
    });
  });
});

async function start(
  ...args: readonly string[]
): Promise<{ child: ChildProcess; url: string; secretKey: string }> {
  const child = run(...args);
  const output = await printed(child, /sk_test_\w+\n/);
  const [, url = "", secretKey = ""] =
    /^local-stripe listens on (http:\S+)\nsecret key: (sk_test_\w+)\n$/.exec(output) ?? [];
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  return { child, url, secretKey };
}

/** The command in a process of its own, which does not outlive the test. */
function run(...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** What a process has written, once it looks as it should; all of it, when the process ends before. */
async function printed(child: ChildProcess, wanted: RegExp): Promise<string> {
  let output = "";
  for await (const piece of child.stdout?.setEncoding("utf8") ?? []) {
    output += String(piece);
    if (wanted.test(output)) break;
  }
  return output;
}

/** What a process has written of errors until it ended. */
async function told(child: ChildProcess): Promise<string> {
  let errors = "";
  for await (const piece of child.stderr?.setEncoding("utf8") ?? []) errors += String(piece);
  return errors;
}

/** The code a process ends with, and the signal that ended it, of which there is only one. */
async function ending(child: ChildProcess): Promise<[code: number | null, signal: string | null]> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return [child.exitCode, child.signalCode];
}
