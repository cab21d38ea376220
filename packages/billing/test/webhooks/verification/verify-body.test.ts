import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readAccount } from "../../../src/webhooks/events.js";
import {
  BillingError,
  type SigningSecret,
  WebhookPayloadError,
  WebhookSignatureError,
} from "../../../src/webhooks.js";
import {
  catchError,
  eventBody,
  eventFields,
  headerFor,
  headerForBytes,
  NOW_SECONDS,
  now,
  objectOf,
  SECRET,
  signBytes,
  thinBody,
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

describe("the body", () => {
  test("is refused where it was parsed, printed anew or packed, with what to do instead", () => {
    const header = headerFor(body);
    for (const changed of [JSON.stringify(JSON.parse(body)), body.replaceAll("\n", "\r\n"), `${body}\n`]) {
      expect(catchError(() => verify(changed, header))).toBeInstanceOf(WebhookSignatureError);
    }
    for (const changed of [gzipSync(body), Buffer.from(body, "utf16le")]) {
      expect(catchError(() => verify(changed, header))).toBeInstanceOf(WebhookSignatureError);
    }
    for (const parsed of [JSON.parse(body), null, undefined, 1, [], () => body, Object(body)]) {
      const error = catchError(() => verifyUntyped(parsed, header, secrets, { now }));
      expect(error).toBeInstanceOf(WebhookPayloadError);
      expect(String(error)).toMatch(/express\.raw/);
    }
  });

  test("is refused when it is empty, which means that it was read before", () => {
    for (const empty of ["", new Uint8Array()]) {
      expect(catchError(() => verifySigned(empty))).toBeInstanceOf(WebhookPayloadError);
    }
  });

  test("is refused over the cap, before it is hashed", () => {
    const large = "é".repeat(2_200_000);
    for (const rawBody of [large, Buffer.from(large), "x".repeat(4 * 2 ** 20 + 1)]) {
      expect(catchError(() => verify(rawBody, `t=${NOW_SECONDS},v1=${good}`))).toBeInstanceOf(
        WebhookPayloadError,
      );
    }
    const padded = `${body}${" ".repeat(4 * 2 ** 20 - body.length)}`;
    expect(verifySigned(padded).id).toBe("evt_1");
    const capped = { now, maxBodyBytes: body.length - 1 };
    expect(catchError(() => verifyWebhook(body, headerFor(body), secrets, capped))).toBeInstanceOf(
      WebhookPayloadError,
    );
  });

  test("is refused with a byte-order mark, signed over or not", () => {
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(body)]);
    expect(catchError(() => verify(marked, headerFor(body)))).toBeInstanceOf(WebhookSignatureError);
    expect(catchError(() => verifySigned(marked))).toBeInstanceOf(WebhookPayloadError);
    expect(catchError(() => verifySigned(`\uFEFF${body}`))).toBeInstanceOf(WebhookPayloadError);
  });

  test("is refused with a byte that is not UTF-8 where the replacement character was signed", () => {
    const signed = eventBody({ data: { object: { description: "\uFFFD" } } });
    const [before = "", after = ""] = signed.split("\uFFFD");
    const forged = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
    expect(forged.toString()).toBe(signed);
    expect(catchError(() => verify(forged, headerFor(signed)))).toBeInstanceOf(WebhookSignatureError);
    expect(catchError(() => verifySigned(forged))).toBeInstanceOf(WebhookPayloadError);
  });

  test("given as text with half a surrogate pair is read as what was signed, not as what was passed", () => {
    const passed = eventBody({ data: { object: { description: "\uD800" } } }).replace("\\ud800", "\uD800");
    expect(objectOf(verifySigned(passed))).toEqual({ description: "\uFFFD" });
  });
});

describe("what was signed", () => {
  test("must be JSON", () => {
    for (const text of ["{", "evt_1", "{'id':1}", `${body}x`, "\0", "NaN"]) {
      expect(
        catchError(() => verifySigned(text)),
        text,
      ).toBeInstanceOf(WebhookPayloadError);
    }
  });

  test("must be an event", () => {
    const values: unknown[] = [null, 1, "x", true, [], {}, [eventFields()]];
    const wrong = {
      id: [undefined, null, 1, "", "evt 1", "evt_1\r\nX: y", "é", "x".repeat(129), ["evt_1"]],
      object: [undefined, "Event", ["event"]],
      type: [undefined, null, "", "a b", "a\u001b[31m", "\u2028"],
      created: [undefined, "1", 1.5, null, 1e300],
      livemode: [undefined, "true", 1, null],
      account: ["", "acct_", "cus_1", ["acct_1"], { id: "acct_1" }, "acct_1\n", 1],
      data: [undefined, null, "x", [], {}, { object: null }, { object: "sub_1" }, { object: [] }],
    };
    for (const [field, bad] of Object.entries(wrong)) {
      for (const value of bad) values.push(eventFields({ [field]: value }));
    }
    for (const value of values) {
      const text = JSON.stringify(value);
      expect(
        catchError(() => verifySigned(text)),
        text,
      ).toBeInstanceOf(WebhookPayloadError);
    }
  });

  test("may be a thin event, and must then be whole", () => {
    expect(verifySigned(thinBody())).toEqual(JSON.parse(thinBody()));
    for (const lack of [{ related_object: null }, { snapshot_event: undefined }, { context: "acct_1" }]) {
      expect(verifySigned(thinBody(lack)).type).toBe("v1.customer.subscription.updated");
    }
    for (const broken of [
      { id: undefined },
      { type: "a b" },
      { created: 1_800_000_000 },
      { created: "yesterday" },
      { livemode: "false" },
      { context: "cus_1" },
      { context: ["acct_1"] },
      { snapshot_event: 7 },
      { related_object: "sub_1" },
      { related_object: { id: "../sub_1", type: "subscription", url: "" } },
      { related_object: { id: "sub_1", type: 7, url: "" } },
    ]) {
      const error = catchError(() => verifySigned(thinBody(broken)));
      expect(error, JSON.stringify(broken)).toBeInstanceOf(WebhookPayloadError);
    }
  });

  test("may nest 64 levels deep and no deeper, without overflowing the stack", () => {
    const nested = (levels: number) =>
      body.replace('"metadata": {}', `"metadata": ${"[".repeat(levels)}${"]".repeat(levels)}`);
    // The event, its data and the object are three levels.
    expect(verifySigned(nested(61)).id).toBe("evt_1");
    for (const levels of [62, 1000, 100_000, 500_000]) {
      expect(catchError(() => verifySigned(nested(levels)))).toBeInstanceOf(WebhookPayloadError);
    }
  });

  test("cannot reach a prototype, and a repeated key means its last value", () => {
    const hostile = body
      .replace(
        '"metadata": {}',
        '"metadata": {"__proto__": {"tenantId": "globex"}, "constructor": {"prototype": {"x": 1}}}',
      )
      .replace(
        '"livemode": false',
        '"livemode": true, "livemode": false, "__proto__": {"account": "acct_globex"}',
      );
    const event = verifySigned(hostile);
    expect(event.livemode).toBe(false);
    expect(readAccount(event)).toBeUndefined();
    expect(Reflect.get(Object.prototype, "tenantId")).toBeUndefined();
    expect(Reflect.get(Object.prototype, "x")).toBeUndefined();
  });
});

describe("every error", () => {
  const canary = "canary_4242";
  const bodies = [
    eventBody({ id: canary }),
    `{"${canary}": `,
    JSON.stringify({ object: canary }),
    canary.repeat(200_000),
  ];
  const headers = [`t=${canary},v1=${canary}`, `t=1,v1=${"0".repeat(64)},v9=${canary}`, canary];
  const bound: SigningSecret = { secret: SECRET, mode: "live" };

  test("is typed and holds neither body, header nor secret, however it is printed", () => {
    const errors = bodies.flatMap((rawBody) => [
      ...headers.map((header) => catchError(() => verify(rawBody, header))),
      catchError(() => verifyWebhook(rawBody, headerForBytes(rawBody), bound, { now })),
      catchError(() => verifyWebhook(rawBody, headerForBytes(rawBody), bound, { now, toleranceSeconds: 0 })),
      catchError(() => verifyWebhook(rawBody, headerForBytes(rawBody), `${SECRET} `, { now })),
    ]);
    expect(errors.length).toBe(24);
    for (const error of errors) {
      expect(error).toBeInstanceOf(BillingError);
      const printed = [
        inspect(error, { depth: 12, showHidden: true }),
        JSON.stringify(error),
        String(error),
      ].join("\n");
      expect(printed).not.toContain(canary);
      expect(printed).not.toContain(SECRET.slice(6, 20));
      expect(error).not.toHaveProperty("cause");
    }
  });
});
