import crypto from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { verifyWebhook, verifyWebhookAsync } from "../../src/webhooks.js";
import { catchError, eventBody, NOW_SECONDS, now, signBytes } from "./signed-delivery.js";
import { withoutNodeModules } from "./verify-twice.js";

const body = eventBody();
const ring = Array.from({ length: 8 }, (_, index) => `whsec_${index}aB3dE5gH7jK9mN1pQ2sT4vW6xY8`);

/** A header of sixteen signatures, of which one is good, or none. */
function header(secret?: string, place?: number): string {
  const signature = secret === undefined ? "" : signBytes(body, { secret });
  const entries = Array.from(
    { length: 16 },
    (_, index) => `v1=${index === place ? signature : "cd".repeat(32)}`,
  );
  return `t=${NOW_SECONDS},${entries.join(",")}`;
}

describe("the work of verifying", () => {
  beforeEach(() => {
    for (const method of ["createHmac", "timingSafeEqual"] as const) vi.spyOn(crypto, method);
  });
  afterEach(() => vi.restoreAllMocks());

  test("is one hash per secret and one comparison per pair, wherever the match is", () => {
    for (const secret of ring) {
      for (const place of [0, 7, 15]) {
        const given = header(secret, place);
        vi.clearAllMocks();
        expect(verifyWebhook(body, given, ring, { now }).id).toBe("evt_1");
        expect(crypto.createHmac).toHaveBeenCalledTimes(8);
        expect(crypto.timingSafeEqual).toHaveBeenCalledTimes(8 * 16);
      }
    }
  });

  test("is the same where nothing matches", () => {
    catchError(() => verifyWebhook(body, header(), ring, { now }));
    expect(crypto.createHmac).toHaveBeenCalledTimes(8);
    expect(crypto.timingSafeEqual).toHaveBeenCalledTimes(8 * 16);
  });

  test("is no hash at all for what cannot be verified", () => {
    const oversized = "x".repeat(4 * 2 ** 20 + 1);
    for (const [rawBody, given] of [
      [oversized, header(ring[0], 0)],
      ["", header(ring[0], 0)],
      [body, ""],
      [body, `t=${NOW_SECONDS}`],
      [body, `${header(ring[0], 0)},v1=${"0".repeat(64)}`],
    ] as const) {
      vi.clearAllMocks();
      catchError(() => verifyWebhook(rawBody, given, ring, { now }));
      expect(crypto.createHmac).not.toHaveBeenCalled();
    }
  });

  test("is one hash per secret with WebCrypto, whose comparison looks at every byte", async () => {
    const sign = vi.spyOn(globalThis.crypto.subtle, "sign");
    await withoutNodeModules(async () => {
      for (const given of [header(ring[0], 0), header(ring[7], 15), header()]) {
        sign.mockClear();
        await verifyWebhookAsync(body, given, ring, { now }).catch(() => undefined);
        expect(sign).toHaveBeenCalledTimes(8);
      }
    });
  });
});
