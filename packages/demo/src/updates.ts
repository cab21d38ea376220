import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Watchers } from "./watchers.js";

/** Sends an open page the version of what it shows, now and after each change. */
export function streamVersions(c: Context, watchers: Watchers): Response {
  return streamSSE(c, async (stream) => {
    const tell = (): void => void stream.writeSSE({ data: String(watchers.version) });
    const stop = watchers.watch(tell);
    tell();
    await new Promise<void>((gone) => stream.onAbort(gone));
    stop();
  });
}
