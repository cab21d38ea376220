import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./run-command.js";
import { startTethered } from "./tethered-process.js";

export interface PgBouncer {
  /** As the server's URL, through the pooler. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Whether Debian's PgBouncer is here. With CI's word that it is required, a missing one is a failure of its tests. */
export async function hasPgBouncer(): Promise<boolean> {
  const { ok } = await run("pgbouncer", ["--version"], { timeoutMs: 5_000 });
  if (!ok && process.env["DEBIAN_PGBOUNCER"] !== "required") {
    process.stderr.write("!!! NOTHING IS TESTED BEHIND PGBOUNCER: it is not installed.\n");
    return false;
  }
  return true;
}

/** Starts a PgBouncer in transaction mode in front of a server, with few sessions that many clients share. */
export async function startPgBouncer(serverUrl: string): Promise<PgBouncer> {
  const server = new URL(serverUrl);
  const folder = await mkdtemp(join(tmpdir(), "billing-pgbouncer-"));
  const port = await freePort();
  const login = [`user=${server.username}`, ...(server.password ? [`password=${server.password}`] : [])].join(
    " ",
  );
  const config = join(folder, "pgbouncer.ini");
  await writeFile(
    config,
    `[databases]
* = host=${server.hostname} port=${server.port || "5432"} ${login}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
server_reset_query =
`,
  );
  // PgBouncer refuses to run as root, and whoever it becomes reads this.
  await chmod(folder, 0o755);
  const asNobody = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const child = startTethered("pgbouncer", [...asNobody, config], { stopSignal: "SIGINT" });
  await child.waitForOutput(/(process up)/, 10_000);
  const stop = async () => {
    await child.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${port}`;
  return { url: url.href, stop };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  // A server that listens on a port has an address of this kind; a string is that of a pipe.
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
