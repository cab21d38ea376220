import fc from "fast-check";
import Stripe from "stripe";
import { describe, expect, test } from "vitest";
import { BillingError } from "../../../src/webhooks.js";
import {
  catchError,
  eventBody,
  headerFor,
  headerForBytes,
  NOW_SECONDS,
  now,
  SECRET,
  signBytes,
} from "../signed-delivery.js";
import { compareWithWebCrypto, verifyWebhook } from "../verify-twice.js";

compareWithWebCrypto();

const body = eventBody();
const good = signBytes(body);
const nested = body.replace('"metadata": {}', `"metadata": ${"[".repeat(1000)}${"]".repeat(1000)}`);
const mark = Buffer.from([0xef, 0xbb, 0xbf]);

interface Given {
  readonly rawBody: string | Buffer;
  readonly header: string;
  readonly secret?: string;
}

function ours({ rawBody, header, secret = SECRET }: Given): unknown {
  try {
    return verifyWebhook(rawBody, header, secret, { now });
  } catch (error) {
    expect(error).toBeInstanceOf(BillingError);
    return undefined;
  }
}

function stripes({ rawBody, header, secret = SECRET }: Given): unknown {
  try {
    return Stripe.webhooks.constructEvent(rawBody, header, secret, undefined, undefined, now());
  } catch {
    return undefined;
  }
}

/** Everything in which this verifier differs from Stripe's own: each time Stripe's accepts and this one does not. */
const STRICTER: Readonly<Record<string, Given>> = {
  "a signature from the future": { rawBody: body, header: headerFor(body, { timestamp: NOW_SECONDS + 301 }) },
  "a timestamp with letters after its digits": {
    rawBody: body,
    header: `t=${NOW_SECONDS}abc,v1=${good}`,
  },
  "two timestamps, of which the last one was signed": {
    rawBody: body,
    header: `t=1,t=${NOW_SECONDS},v1=${good}`,
  },
  "something after the signature": { rawBody: body, header: `t=${NOW_SECONDS},v1=${good}=junk` },
  "a byte-order mark in front of the body": {
    rawBody: Buffer.concat([mark, Buffer.from(body)]),
    header: headerFor(body),
  },
  "an invalid byte in the place of the replacement character": {
    rawBody: Buffer.from(eventBody({ pending_webhooks: "\u00FF" }), "latin1"),
    header: headerFor(eventBody({ pending_webhooks: "\uFFFD" })),
  },
  "a value that is no event": { rawBody: "[]", header: headerFor("[]") },
  "an event without an object": {
    rawBody: eventBody({ data: {} }),
    header: headerFor(eventBody({ data: {} })),
  },
  "more than sixteen signatures": {
    rawBody: body,
    header: `t=${NOW_SECONDS},${`v1=${"0".repeat(64)},`.repeat(16)}v1=${good}`,
  },
  "a header of more than 4 KiB": { rawBody: body, header: `${headerFor(body)},v0=${"0".repeat(4096)}` },
  "a body of more than 4 MiB": {
    rawBody: body + " ".repeat(4 * 2 ** 20),
    header: headerFor(body + " ".repeat(4 * 2 ** 20)),
  },
  "a body nested a thousand deep": { rawBody: nested, header: headerFor(nested) },
  "a secret too short to be one": {
    rawBody: body,
    header: headerFor(body, { secret: "whsec_x" }),
    secret: "whsec_x",
  },
};

/** Where Stripe's verifier trips over a broken entry and loses a valid event. */
const MORE_ROBUST: Readonly<Record<string, Given>> = {
  "an empty signature beside the good one": { rawBody: body, header: `t=${NOW_SECONDS},v1=,v1=${good}` },
  "a signature without a value beside the good one": {
    rawBody: body,
    header: `t=${NOW_SECONDS},v1=${good},v1`,
  },
};

describe("beside Stripe's own verifier", () => {
  test.each(Object.entries(STRICTER))("refuses %s, which Stripe's accepts", (_, given) => {
    expect(stripes(given)).toBeDefined();
    expect(ours(given)).toBeUndefined();
  });

  test.each(Object.entries(MORE_ROBUST))("accepts %s, over which Stripe's trips", (_, given) => {
    expect(stripes(given)).toBeUndefined();
    expect(ours(given)).toEqual(JSON.parse(body));
  });

  test("accepts the same events, with the same content", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.integer({ min: -300, max: 0 }), (object, age) => {
        const rawBody = eventBody({ data: { object: { wrapped: JSON.parse(object) } } });
        const header = headerFor(rawBody, { timestamp: NOW_SECONDS + age });
        const event = stripes({ rawBody, header });
        expect(event).toBeDefined();
        expect(ours({ rawBody, header })).toEqual(event);
      }),
    );
  });

  test("accepts nothing that Stripe's refuses, but for broken entries beside a good one", () => {
    const piece = fc.constantFrom(
      `t=${NOW_SECONDS}`,
      `v1=${good}`,
      `v1=${"0".repeat(64)}`,
      "v0=1",
      "t=0",
      "=",
      "",
      "x",
    );
    const header = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(","));
    fc.assert(
      fc.property(header, (given) => {
        const event = ours({ rawBody: body, header: given });
        if (event !== undefined) expect(event).toEqual(stripes({ rawBody: body, header: given }));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("fuzzed deliveries", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.json(),
    fc.constant(body),
  );
  const bytes = fc.uint8Array({ maxLength: 300 });
  const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
  const entry = fc.oneof(
    fc.constantFrom(`t=${NOW_SECONDS}`, "t=", "v1=", "v0=", ",", "=", "t"),
    hex.map((digest) => `v1=${digest}`),
    fc.string(),
  );
  const header = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(entry, { maxLength: 20 }).map((entries) => entries.join(",")),
    hex.map((digest) => `t=${NOW_SECONDS},v1=${digest}`),
    fc.constantFrom(null, undefined),
  );

  test("are never accepted unsigned, and never throw anything untyped", () => {
    fc.assert(
      fc.property(fc.oneof(text, bytes), header, (rawBody, given) => {
        expect(catchError(() => verifyWebhook(rawBody, given, SECRET, { now }))).toBeInstanceOf(BillingError);
      }),
      { numRuns: 5000 },
    );
  });

  test("that are signed are an event or a typed refusal, and pollute no prototype", () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom("evt_1", "event", "a.b", true, 1, { object: {} }));
    const key = fc.constantFrom(
      "id",
      "object",
      "type",
      "created",
      "livemode",
      "data",
      "account",
      "__proto__",
      "constructor",
    );
    const almost = fc
      .array(fc.tuple(key, field), { maxLength: 3 })
      .map(
        (changes) =>
          `${body.slice(0, -2)}${changes.map(([k, v]) => `,"${k}":${JSON.stringify(v)}`).join("")}}`,
      );
    fc.assert(
      fc.property(fc.oneof(text, bytes, almost), (rawBody) => {
        const result = ours({ rawBody: Buffer.from(rawBody), header: headerForBytes(rawBody) });
        if (result !== undefined) {
          expect(result).toMatchObject({
            object: "event",
            id: expect.any(String),
            livemode: expect.any(Boolean),
          });
        }
        expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
      }),
      { numRuns: 3000 },
    );
  });
});
