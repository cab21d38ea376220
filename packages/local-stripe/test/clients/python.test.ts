import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { startLocal } from "../support/local.js";
import { type Client, findClient, runClient } from "./find-client.js";

const execute = promisify(execFile);
const ROUND = fileURLToPath(new URL("./round.py", import.meta.url));
const CACHE = resolve(import.meta.dirname, "../../../../.cache/python3-stripe");

const python = await findClient("python3-stripe", {
  "python3 with its module": async () => pythonWith({}),
  "the package of Debian, unpacked": fromDebian,
});

describe.skipIf(python === undefined)("Stripe's SDK for Python", { timeout: 60_000 }, () => {
  it("creates, lists, searches, changes and cancels, and reads webhooks and errors", async () => {
    const { local } = await startLocal({ accounts: ["acct_one"] });
    if (python === undefined) throw new Error("there is no python3-stripe");
    const printed = await runClient(python, [ROUND], { API_BASE: local.url, API_KEY: local.secretKey });
    const told: unknown = JSON.parse(printed);
    expect(told).toEqual({
      replayed: true,
      pages: ["Customer 4", "Customer 3", "Customer 2", "Customer 1", "Customer 0"],
      found: ["Customer 3"],
      metadata: { kept: "yes" },
      expanded: ["Customer 3", "paid", "Gold"],
      old_period: true,
      statuses: ["active", "canceled"],
      deleted: true,
      connected: ["Customer of another"],
      delivered: ["product.created", true],
      errors: [
        ["InvalidRequestError", 404, "resource_missing", "id", "No such customer: 'cus_none'"],
        ["InvalidRequestError", 400, "parameter_unknown", "colour", "Received unknown parameter: colour"],
        ["IdempotencyError", 400, null, null, null],
        ["AuthenticationError", 401, null, null, "Invalid API Key provided: sk_test_****oooo"],
      ],
    });
  });
});

function pythonWith(env: Readonly<Record<string, string>>): Client {
  const versionArgs = ["-c", "import stripe; print(stripe.version.VERSION)"];
  return { command: "python3", args: [], env, versionArgs };
}

/** Neither needs to be root nor changes what is installed; only where there are no lists of packages yet are they fetched. */
async function fromDebian(): Promise<Client> {
  const modules = join(CACHE, "usr/lib/python3/dist-packages");
  if (!existsSync(modules)) {
    await mkdir(CACHE, { recursive: true });
    const download = () => execute("apt-get", ["download", "python3-stripe"], { cwd: CACHE });
    await download().catch(async () => {
      await execute("apt-get", ["update"]);
      await download();
    });
    const archive = (await readdir(CACHE)).find((file) => file.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt-get downloaded nothing");
    await execute("dpkg-deb", ["--extract", join(CACHE, archive), CACHE]);
  }
  return pythonWith({ PYTHONPATH: modules });
}
