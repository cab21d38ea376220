/** The oldest Node that package.json promises: the first whose `require` takes ES modules. */
const OLDEST = { major: 20, minor: 19 };

/** Refuses an older Node in words, before something that it lacks fails in the middle of an answer. */
export function assertNode(): void {
  const refusal = explainOldNode();
  if (refusal !== undefined) throw new Error(refusal);
}

/** Says what an older Node is told. */
export function explainOldNode(): string | undefined {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > OLDEST.major || (major === OLDEST.major && minor >= OLDEST.minor)) return undefined;
  return `@repo/local-stripe needs Node.js ${OLDEST.major}.${OLDEST.minor} or newer, and this is ${process.versions.node}.`;
}
