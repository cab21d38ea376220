import { ConfigurationError } from "./errors.js";
import { findNodeProcess } from "./node-process.js";

/** The oldest Node that package.json promises: the first whose `require` takes ES modules. */
const OLDEST = { major: 20, minor: 19 };

/** Refuses an older Node in words, before something that it lacks fails in the middle of a call. */
export function assertNode(): void {
  const refusal = explainOldNode();
  if (refusal !== undefined) throw new ConfigurationError(refusal);
}

/** Says what an older Node is told; Bun and Deno name a version of Node too, which says little about them. */
export function explainOldNode(): string | undefined {
  const versions = findNodeProcess()?.versions;
  if (versions === undefined || "bun" in versions || "deno" in versions) return undefined;
  const [major = 0, minor = 0] = versions.node.split(".").map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return undefined;
  return `@repo/billing needs Node.js ${OLDEST.major}.${OLDEST.minor} or newer, and this is ${versions.node}.`;
}
