import { describe, expect, test } from "vitest";
import { ConfigurationError, WebhookSignatureError } from "../../../src/webhooks.js";
import {
  catchError,
  eventBody,
  headerFor,
  headerForBytes,
  NOW_SECONDS,
  now,
  OTHER_SECRET,
  objectOf,
  SECRET,
  signBytes,
} from "../signed-delivery.js";
import { compareWithWebCrypto, verifyWebhook } from "../verify-twice.js";

compareWithWebCrypto();

const body = eventBody();
const good = signBytes(body);
const secrets: readonly string[] = [SECRET];

const verify = (rawBody: string | Uint8Array, header: string | readonly string[] | null | undefined) =>
  verifyWebhook(rawBody, header, secrets, { now });

/** As a caller without types may call it. */
const verifyUntyped = (...args: readonly unknown[]): unknown => Reflect.apply(verifyWebhook, undefined, args);

/** Verifies a body signed correctly, byte for byte. */
const verifySigned = (rawBody: string | Uint8Array) => verify(rawBody, headerForBytes(rawBody));

describe("a delivery as Stripe sends it", () => {
  test("is returned as the event, from text, from bytes and from any view on bytes", () => {
    const event = JSON.parse(body);
    const bytes = new TextEncoder().encode(body);
    const shared = new Uint8Array(bytes.byteLength + 7);
    shared.set(bytes, 7);
    for (const rawBody of [body, bytes, Buffer.from(body), shared.subarray(7)]) {
      expect(verify(rawBody, headerFor(body))).toEqual(event);
    }
  });

  test("is verified with one secret, a bound secret, or a list", () => {
    for (const given of [
      SECRET,
      { secret: SECRET },
      [OTHER_SECRET, { secret: SECRET, mode: "test" }],
    ] as const) {
      expect(verifyWebhook(body, headerFor(body), given, { now }).id).toBe("evt_1");
    }
  });

  test("keeps text beyond ASCII as it was signed", () => {
    const described = eventBody({ data: { object: { description: "Zażółć – 請求書 🧾\u2028\uFFFD" } } });
    expect(objectOf(verifySigned(Buffer.from(described)))).toEqual({
      description: "Zażółć – 請求書 🧾\u2028\uFFFD",
    });
  });
});

describe("the signature", () => {
  test("must cover every byte of the body", () => {
    for (let at = 0; at < body.length; at += 1) {
      const changed = Buffer.from(body);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(catchError(() => verify(changed, headerFor(body)))).toBeInstanceOf(WebhookSignatureError);
    }
  });

  test("must be whole: no prefix, no flipped bit, no other case, no padding", () => {
    const prefixes = Array.from({ length: 64 }, (_, length) => good.slice(0, length));
    const flipped = Array.from({ length: 256 }, (_, bit) => {
      const digest = Buffer.from(good, "hex");
      digest.writeUInt8(digest.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return digest.toString("hex");
    });
    const dressed = [
      good.toUpperCase(),
      `${good}=junk`,
      `${good}0`,
      ` ${good}`,
      `${good} `,
      `"${good}"`,
      `0x${good}`,
    ];
    for (const signature of [...prefixes, ...flipped, ...dressed]) {
      const header = `t=${NOW_SECONDS},v1=${signature}`;
      expect(
        catchError(() => verify(body, header)),
        signature,
      ).toBeInstanceOf(WebhookSignatureError);
    }
  });

  test("counts in scheme v1 only", () => {
    const bad = "0".repeat(64);
    for (const header of [
      `t=${NOW_SECONDS},v0=${good}`,
      `t=${NOW_SECONDS},v0=${good},v1=${bad}`,
      `t=${NOW_SECONDS},v2=${good}`,
      `t=${NOW_SECONDS},V1=${good}`,
      `t=${NOW_SECONDS}, v1=${good}`,
      `t=${NOW_SECONDS},v1 =${good}`,
    ]) {
      expect(
        catchError(() => verify(body, header)),
        header,
      ).toBeInstanceOf(WebhookSignatureError);
    }
  });

  test("is found beside broken entries of a rotation and beside other schemes", () => {
    for (const header of [
      `t=${NOW_SECONDS},v1=,v1=${good}`,
      `t=${NOW_SECONDS},v1,v1=${good}`,
      `t=${NOW_SECONDS},v1=${"f".repeat(64)},v0=${"0".repeat(64)},v1=${good}`,
      `v1=${good},t=${NOW_SECONDS},,`,
    ]) {
      expect(verify(body, header).id, header).toBe("evt_1");
    }
  });

  test("is found with each of eight secrets at each of sixteen places", () => {
    const ring = Array.from(
      { length: 8 },
      (_, index) => `whsec_${String(index).repeat(3)}aB3dE5gH7jK9mN1pQ2sT4vW6`,
    );
    for (const secret of ring) {
      const signature = signBytes(body, { secret });
      for (let place = 0; place < 16; place += 1) {
        const entries = Array.from(
          { length: 16 },
          (_, index) => `v1=${index === place ? signature : "ab".repeat(32)}`,
        );
        expect(verifyWebhook(body, `t=${NOW_SECONDS},${entries.join(",")}`, ring, { now }).id).toBe("evt_1");
      }
    }
  });

  test("is refused where it was made with the empty key", () => {
    const header = `t=${NOW_SECONDS},v1=${signBytes(body, { secret: "" })}`;
    expect(catchError(() => verify(body, header))).toBeInstanceOf(WebhookSignatureError);
  });
});

describe("the header", () => {
  test("must be there, once, as text", () => {
    for (const header of [undefined, null, "", [], [headerFor(body)], [headerFor(body), headerFor(body)]]) {
      expect(catchError(() => verify(body, header))).toBeInstanceOf(WebhookSignatureError);
    }
    // A caller without types can hand over anything.
    for (const header of [0, true, {}, { toString: () => headerFor(body) }, Buffer.from(headerFor(body))]) {
      expect(catchError(() => verifyUntyped(body, header, secrets, { now }))).toBeInstanceOf(
        WebhookSignatureError,
      );
    }
  });

  test("must hold one timestamp of digits, even where the odd one was signed", () => {
    const timestamps = [
      "",
      "abc",
      `${NOW_SECONDS}abc`,
      ` ${NOW_SECONDS}`,
      `-${NOW_SECONDS}`,
      `${NOW_SECONDS}.0`,
      "1e9",
    ];
    timestamps.push("0x6b49d200", "١٨٠٠٠٠٠٠٠٠", "1".repeat(13), "NaN", "Infinity");
    for (const timestamp of timestamps) {
      const header = `t=${timestamp},v1=${signBytes(body, { timestamp })}`;
      expect(
        catchError(() => verify(body, header)),
        timestamp,
      ).toBeInstanceOf(WebhookSignatureError);
    }
    for (const header of [
      `v1=${good}`,
      `t=1,t=${NOW_SECONDS},v1=${good}`,
      `t=${NOW_SECONDS},v1=${good},t=1`,
    ]) {
      expect(
        catchError(() => verify(body, header)),
        header,
      ).toBeInstanceOf(WebhookSignatureError);
    }
  });

  test("is refused over 4 KiB or over 16 signatures, without work that grows with it", () => {
    const many = `t=${NOW_SECONDS},${Array.from({ length: 17 }, () => `v1=${good}`).join(",")}`;
    const long = `${headerFor(body)},v0=${"0".repeat(4096)}`;
    const huge = `t=${NOW_SECONDS},${"v1=,".repeat(1_000_000)}v1=${good}`;
    for (const header of [many, long, huge]) {
      expect(catchError(() => verify(body, header))).toBeInstanceOf(WebhookSignatureError);
    }
    // A thousand times the length.
    expect(leastMs(() => verify(body, huge))).toBeLessThan(50 * leastMs(() => verify(body, long)));
  });
});

describe("the time of signing", () => {
  const verifyAged = (seconds: number, options: { toleranceSeconds?: number } = {}) => {
    const header = headerFor(body, { timestamp: NOW_SECONDS - seconds });
    return verifyWebhook(body, header, secrets, { now, ...options });
  };

  test("may be five minutes off, in both directions, and no more", () => {
    for (const age of [0, 299, 300, -300]) expect(verifyAged(age).id).toBe("evt_1");
    for (const age of [301, 86_400 * 3, -301, -86_400 * 3650]) {
      expect(
        catchError(() => verifyAged(age)),
        `${age}`,
      ).toBeInstanceOf(WebhookSignatureError);
    }
  });

  test("may be off by as much as the caller says, up to an hour", () => {
    expect(verifyAged(3600, { toleranceSeconds: 3600 }).id).toBe("evt_1");
    expect(verifyAged(1, { toleranceSeconds: 1 }).id).toBe("evt_1");
    expect(catchError(() => verifyAged(2, { toleranceSeconds: 1 }))).toBeInstanceOf(WebhookSignatureError);
  });

  test("cannot be left unchecked", () => {
    const header = headerFor(body);
    for (const toleranceSeconds of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 3601, "300", null]) {
      const call = () => verifyUntyped(body, header, secrets, { now, toleranceSeconds });
      expect(catchError(call), `${toleranceSeconds}`).toBeInstanceOf(ConfigurationError);
    }
    for (const time of [Number.NaN, undefined, "now"]) {
      const call = () => verifyUntyped(body, header, secrets, { now: () => time });
      expect(catchError(call)).toBeInstanceOf(WebhookSignatureError);
    }
    expect(catchError(() => verifyUntyped(body, header, secrets, { now: 1 }))).toBeInstanceOf(
      ConfigurationError,
    );
  });

  test("is not told to a caller who could not sign", () => {
    const stale = catchError(() => verify(body, `t=1,v1=${"0".repeat(64)}`));
    const fresh = catchError(() => verify(body, `t=${NOW_SECONDS},v1=${"0".repeat(64)}`));
    expect(stale).toEqual(fresh);
  });
});

/** The shortest of many tries, which a busy machine does not change. */
function leastMs(work: () => unknown): number {
  const tries = Array.from({ length: 200 }, () => {
    const startedMs = performance.now();
    catchError(work);
    return performance.now() - startedMs;
  });
  return Math.min(...tries);
}
