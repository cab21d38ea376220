import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { ReadModel } from "./read-model.js";

/** Sends an open page the version of its tenant's billing, now and after each change. */
export function streamVersions(c: Context, readModel: ReadModel, tenantId: string): Response {
  return streamSSE(c, async (stream) => {
    const tell = (): void => void stream.writeSSE({ data: String(readModel.get(tenantId).version) });
    const stop = readModel.watch(tenantId, tell);
    tell();
    await new Promise<void>((gone) => stream.onAbort(gone));
    stop();
  });
}
