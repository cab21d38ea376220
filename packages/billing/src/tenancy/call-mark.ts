import { ConflictError } from "../errors.js";
import { takeFingerprint } from "../fingerprint.js";
import { scopedName } from "../stripe/idempotency.js";
import { CALL_KEY } from "./metadata-mark.js";

/**
 * The mark of one call on what it makes. Its retry, which comes with the same idempotency key, recognizes its own result
 * by it, where it would otherwise take the result for something in its way.
 */
export interface CallMark {
  /** Names the call by its key, which only its callers know. */
  readonly call: string;
  /** What the call made it with. */
  readonly content: string;
}

/** Whose call it is. */
interface Caller {
  readonly account: string | undefined;
  readonly tenantId: string;
}

export function markCall(caller: Caller, method: string, key: string, content: object): CallMark {
  const call = scopedName([caller.account ?? "", caller.tenantId, method, key]);
  return { call, content: takeFingerprint(content) };
}

export function toMetadata({ call, content }: CallMark): Readonly<Record<string, string>> {
  return { [CALL_KEY]: `${call} ${content}` };
}

/**
 * Whether the call made this itself, when it was made before.
 *
 * @throws ConflictError when it was made with other parameters then.
 */
export function isResultOf(
  mark: CallMark,
  made: { readonly metadata: Readonly<Record<string, string>> | null },
): boolean {
  const [call, content] = made.metadata?.[CALL_KEY]?.split(" ") ?? [];
  // guard: only the same call's result is its own
  if (call !== mark.call) return false;
  // guard (if true): a key is not used again with other parameters
  if (content === mark.content) return true;
  throw new ConflictError("This idempotency key was used before with other parameters. Use a new key.");
}
