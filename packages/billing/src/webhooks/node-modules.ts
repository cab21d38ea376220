/**
 * Finds modules of Node where they can be had: in Node, Deno and Bun, and in workers that emulate it. An import would keep
 * this package from loading in workers that do not.
 */
export function findNodeModule<Name extends "node:buffer" | "node:crypto">(
  name: Name,
): NodeModules[Name] | undefined {
  const { process } = globalThis;
  // Asked for with a question mark although the types know it: a worker has no process, or one without modules.
  return process?.getBuiltinModule?.(name);
}

interface NodeModules {
  readonly "node:buffer": typeof import("node:buffer");
  readonly "node:crypto": typeof import("node:crypto");
}
