import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const PACKAGES = resolve(import.meta.dirname, "../../..");
const run = promisify(execFile);

/** Packs a package as it would be published, and unpacks it where applications in the folder find it. */
export async function installPacked(folder: string, name = "billing"): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "billing-packed-"));
  try {
    const { stdout } = await run(
      "npm",
      ["pack", "--json", "--ignore-scripts", "--pack-destination", scratch],
      {
        cwd: join(PACKAGES, name),
      },
    );
    const [{ filename }]: [{ readonly filename: string }] = JSON.parse(stdout);
    const target = join(folder, "node_modules/@repo", name);
    await rm(target, { recursive: true, force: true });
    await mkdir(target, { recursive: true });
    const tarball = join(scratch, filename.replace("/", "-").replace("@", ""));
    await run("tar", ["--extract", "--file", tarball, "--strip-components=1", "--directory", target]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
