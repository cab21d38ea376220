/** Verifies everything twice: with Node's crypto, and as in a worker that has WebCrypto alone. */
import { afterEach, expect, vi } from "vitest";
import { verifyWebhook as verifyOnNode, verifyWebhookAsync, type WebhookEvent } from "../../src/webhooks.js";

type Arguments = Parameters<typeof verifyOnNode>;
type Result = { readonly event: WebhookEvent } | { readonly error: unknown };

const verifications: { readonly given: Arguments; readonly result: Result }[] = [];

/** Is `verifyWebhook`, and has each result compared with that of WebCrypto when the test has ended. */
export function verifyWebhook(...given: Arguments): WebhookEvent {
  try {
    const event = verifyOnNode(...given);
    verifications.push({ given, result: { event } });
    return event;
  } catch (error) {
    verifications.push({ given, result: { error } });
    throw error;
  }
}

/** Has every test of a file compared. */
export function compareWithWebCrypto(): void {
  afterEach(async () => {
    const done = verifications.splice(0);
    await withoutNodeModules(async () => {
      for (const { given, result } of done) {
        const other = await verifyWebhookAsync(...given).then(
          (event): Result => ({ event }),
          (error: unknown): Result => ({ error }),
        );
        expect(other).toEqual(result);
      }
    });
  });
}

/** Takes away what a worker lacks. */
export async function withoutNodeModules<T>(work: () => Promise<T>): Promise<T> {
  const spy = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
  try {
    return await work();
  } finally {
    spy.mockRestore();
  }
}
