import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";

/** A process of its own tells nobody of its answers, so these are not held against the specification: they are other tests'. */
const COMMAND = fileURLToPath(new URL("../dist/cli.js", import.meta.url));

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

  it("ends with another code than 0 when its port is taken", async () => {
    const { url } = await start("--port", "0");
    const [code] = await ending(run("--port", new URL(url).port));
    expect(code).toBe(1);
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
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ["ignore", "pipe", "ignore"] });
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

/** The code a process ends with, and the signal that ended it, of which there is only one. */
async function ending(child: ChildProcess): Promise<[code: number | null, signal: string | null]> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return [child.exitCode, child.signalCode];
}
