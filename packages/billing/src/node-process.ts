/**
 * Finds modules of Node where they can be had: in Node, Deno and Bun, and in workers that emulate it. An import would keep
 * this package from loading in workers that do not.
 */
export function findNodeModule<Name extends "node:buffer" | "node:crypto">(
  name: Name,
): NodeModules[Name] | undefined {
  return findNodeProcess()?.getBuiltinModule(name);
}

interface NodeModules {
  readonly "node:buffer": typeof import("node:buffer");
  readonly "node:crypto": typeof import("node:crypto");
}

/**
 * Finds Node's process, or one that emulates it. The edge runtime of Next.js has one whose functions only throw, and
 * which names no version.
 */
export function findNodeProcess(): NodeJS.Process | undefined {
  // Asked for with question marks although the types know them: a worker may have neither.
  const { process } = globalThis;
  return process?.versions?.node === undefined ? undefined : process;
}
