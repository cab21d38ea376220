import type { SendCommand } from "./client.js";

/** Runs a script and returns the texts that it answers with. */
export type RunScript = (script: string, args: readonly (string | number)[]) => Promise<readonly string[]>;

/** Sends scripts by their digest, and in full when the server does not know one, as after a restart. */
export function scriptRunner(send: SendCommand, keys: readonly string[]): RunScript {
  const digests = new Map<string, Promise<string>>();
  const [firstKey = ""] = keys;

  return async (script, args) => {
    const operands = [String(keys.length), ...keys, ...args.map(String)];
    let digest = digests.get(script);
    if (digest === undefined) {
      digest = toSha1(script);
      digests.set(script, digest);
    }
    try {
      return toTexts(await send(["EVALSHA", await digest, ...operands], firstKey));
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return toTexts(await send(["EVAL", script, ...operands], firstKey));
    }
  };
}

async function toSha1(script: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(script));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.includes("NOSCRIPT");
}

function toTexts(reply: unknown): readonly string[] {
  if (Array.isArray(reply)) return reply.map(String);
  throw new TypeError("Redis answered a script with something other than a list.");
}
