import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";

const DEBIAN = "/usr/lib/postgresql";
/** PostgreSQL refuses to run as root, so root becomes the user "daemon", whom every system has. */
const DAEMON = 1;
const DISGUISE = ["setpriv", `--reuid=${DAEMON}`, `--regid=${DAEMON}`, "--clear-groups"];

/**
 * Starts a cluster of this machine's binaries in a temporary folder, with the settings that it is made with: it waits
 * for the disk, as one in production does. `stop` removes it.
 */
export async function startPostgres() {
  const folder = await mkdtemp(join(tmpdir(), "billing-bench-"));
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chown(folder, DAEMON, DAEMON);
  const disguised = (program, args) => (isRoot ? [...DISGUISE, program, ...args] : [program, ...args]);
  const data = join(folder, "data");
  const bin = findBinaries();
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const cluster = ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"];
    const [initdb, ...made] = disguised(join(bin, "initdb"), cluster);
    await promisify(execFile)(initdb, made);
    const port = await freePort();
    const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"];
    const options = ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
    const [postgres, ...args] = disguised(join(bin, "postgres"), options);
    const server = spawn(postgres, args, { stdio: "ignore" });
    // SIGINT ends it at once; SIGTERM would wait for clients to leave.
    const end = () => server.kill("SIGINT");
    process.once("exit", end);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    await untilReady(url, server);
    const stop = async () => {
      if (server.exitCode === null) {
        end();
        await once(server, "exit");
      }
      await remove();
    };
    return { url, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}

function findBinaries() {
  const folders = (process.env["PATH"] ?? "").split(":");
  const onPath = folders.find((folder) => existsSync(join(folder, "initdb")));
  if (onPath !== undefined) return onPath;
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : [];
  if (versions.length === 0) throw new Error("No PostgreSQL is installed here. Name a server with --url.");
  return join(DEBIAN, String(Math.max(...versions)), "bin");
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function untilReady(url, server) {
  for (let tries = 1; ; tries += 1) {
    const client = new Client({ connectionString: url });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (tries === 300 || server.exitCode !== null) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
