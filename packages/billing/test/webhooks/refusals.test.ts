/** What a refused delivery or option is told, for whoever has to find the fault by it. */
import { describe, expect, test } from "vitest";
import { ConfigurationError } from "../../src/errors.js";
import { toSigningKeys } from "../../src/webhooks/verification/signing-secrets.js";
import {
  type SigningSecretOption,
  verifyWebhook as verifyOnNode,
  verifyWebhookAsync,
} from "../../src/webhooks.js";
import {
  catchError,
  eventBody,
  eventFields,
  headerFor,
  headerForBytes,
  NOW_SECONDS,
  now,
  SECRET,
  signBytes,
  thinBody,
} from "./signed-delivery.js";
import { compareWithWebCrypto, verifyWebhook } from "./verify-twice.js";

compareWithWebCrypto();

const body = eventBody();
const good = `v1=${signBytes(body)}`;
const at = `t=${NOW_SECONDS}`;

/** The words that a body, signed correctly, is refused with. */
function refusal(rawBody: string | Uint8Array, secret: SigningSecretOption = SECRET): string {
  return String(catchError(() => verifyWebhook(rawBody, headerForBytes(rawBody), secret, { now })));
}

describe("a header", () => {
  test.each<[unknown, string]>([
    [undefined, "is missing. Pass it exactly as received, and check that no proxy drops it."],
    [null, "is missing."],
    ["", "is missing."],
    [[headerFor(body)], "must be one string."],
    [`${headerFor(body)},${"x".repeat(4096)}`, "is too long."],
    [`${at},${at},${good}`, "has more than one timestamp."],
    [`${at},${Array.from({ length: 17 }, () => good).join(",")}`, "has too many signatures."],
    [good, "has no valid timestamp."],
    [`t=soon,${good}`, "has no valid timestamp."],
    [at, "has no well-formed v1 signature."],
    [`${at},v1=abc`, "has no well-formed v1 signature."],
  ])("of %o is told what is wrong with it", (header, words) => {
    const error = catchError(() => Reflect.apply(verifyWebhook, undefined, [body, header, SECRET, { now }]));
    expect(String(error)).toContain(`WebhookSignatureError: The Stripe-Signature header ${words}`);
  });

  test.each([4_096, 4_097])("may have 4096 characters: %i", (length) => {
    const header = `${headerFor(body)},v0=`.padEnd(length, "0");
    const verify = () => verifyWebhook(body, header, SECRET, { now }).id;
    if (length === 4_096) expect(verify()).toBe("evt_1");
    else expect(catchError(verify)).toMatchObject({ code: "webhook_signature" });
  });
});

describe("a signature", () => {
  test("that no secret made is told to check secret, mode and body", () => {
    const error = String(catchError(() => verifyWebhook(`${body} `, headerFor(body), SECRET, { now })));
    expect(error).toMatch(/No signing secret matches.*this endpoint's, in this mode.*byte for byte/);
  });

  test.each([
    [301, "more than 300 seconds before now. It is a replay, or this machine's clock is wrong."],
    [-301, "more than 300 seconds ahead of now."],
  ])("of %i seconds ago is told to be a replay, or the clock wrong", (age, words) => {
    const header = headerFor(body, { timestamp: NOW_SECONDS - age });
    expect(String(catchError(() => verifyWebhook(body, header, SECRET, { now })))).toContain(words);
  });
});

describe("a body", () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ["that is empty", "", /is empty; it was probably read before\. Pass the raw request body/],
    ["that is over the cap", "x".repeat(4 * 2 ** 20 + 1), /is larger than 4194304 bytes\.$/],
    ["that is not UTF-8", Buffer.from([0xff]), /is not valid UTF-8\.$/],
    ["that is not JSON", "{", /is not JSON\.$/],
    ["that nests deeply", `${"[".repeat(65)}${"]".repeat(65)}`, /nests deeper than 64 levels\.$/],
  ])("%s is told so", (_, rawBody, words) => {
    expect(refusal(rawBody)).toMatch(words);
  });

  test.each([
    ["objects", '{"a":', "}"],
    ["lists", "[", "]"],
  ])("may nest 64 levels of %s, beside as many others as it likes", (_, opening, closing) => {
    const nest = (levels: number) => `${opening.repeat(levels)}1${closing.repeat(levels)}`;
    const withObject = (object: string) =>
      eventBody({ data: { object: "here" } }).replace(
        '"here"',
        `{"wide":[${"[],".repeat(100)}{}],${object}}`,
      );
    // The event, its data and the object are three levels.
    const deepest = withObject(`"deep":${nest(61)}`);
    expect(verifyWebhook(deepest, headerFor(deepest), SECRET, { now })).toEqual(JSON.parse(deepest));
    expect(refusal(withObject(`"deep":${nest(62)}`))).toMatch(/nests deeper than 64 levels\.$/);
  });

  test.each([
    ["parsed", JSON.parse(body)],
    ["a number", 7],
  ])("that is %s is told how each framework gives it raw", (_, parsed) => {
    const call = () => Reflect.apply(verifyWebhook, undefined, [parsed, headerFor(body), SECRET, { now }]);
    expect(String(catchError(call))).toMatch(
      /neither bytes nor text\. Pass the raw request body, as bytes or text, before anything parses it\. Express: .* Fastify: .* Next\.js: .* Hono: /,
    );
  });

  test("may be a view of any kind on bytes", () => {
    const bytes = new TextEncoder().encode(`  ${body}`);
    const view = new DataView(bytes.buffer, 2);
    const event = Reflect.apply(verifyWebhook, undefined, [view, headerFor(body), SECRET, { now }]);
    expect(event).toEqual(JSON.parse(body));
  });

  const snapshots: readonly (readonly [unknown, string])[] = [
    [[], "is not an object"],
    [7, "is not an object"],
    [{ ...eventFields(), object: "charge" }, 'is not an "event" or "v2.core.event"'],
    [eventFields({ id: 7 }), "has no valid id"],
    [eventFields({ id: "evt 1" }), "has no valid id"],
    [eventFields({ type: "a b" }), "has no valid type"],
    [eventFields({ livemode: "false" }), "has no boolean livemode"],
    [eventFields({ created: "now" }), "has no valid creation time"],
    [eventFields({ account: "cus_1" }), "has no valid account"],
    [eventFields({ data: null }), "carries no object"],
    [eventFields({ data: { object: [] } }), "carries no object"],
  ];
  const object = { id: "sub_1", type: "subscription" };
  const thin: readonly (readonly [unknown, string])[] = (
    [
      [{ created: NOW_SECONDS }, "has no valid creation time"],
      [{ created: "2026-01-01" }, "has no valid creation time"],
      [{ context: "cus_1" }, "has no valid context"],
      [{ snapshot_event: 7 }, "has no valid snapshot_event"],
      [{ related_object: "sub_1" }, "has no valid related object"],
      [{ related_object: [] }, "has no valid related object"],
      [{ related_object: { ...object, id: "../sub_1" } }, "has no valid related object"],
      [{ related_object: { ...object, type: 7 } }, "has no valid related object"],
    ] as const
  ).map(([fields, words]) => [JSON.parse(thinBody(fields)), words]);

  test.each([...snapshots, ...thin])("of %j is no event, and told why", (fields, words) => {
    expect(refusal(JSON.stringify(fields))).toBe(
      `WebhookPayloadError: The webhook body is not a Stripe event: it ${words}.`,
    );
  });
});

describe("an event that its secret may not sign", () => {
  test.each<[string, Record<string, unknown>, object, string]>([
    [
      "of live mode",
      { livemode: true },
      { mode: "test" },
      "A live-mode event was signed with a secret registered for test mode.",
    ],
    [
      "of test mode",
      {},
      { mode: "live" },
      "A test-mode event was signed with a secret registered for live mode.",
    ],
    [
      "of a connected account",
      { account: "acct_1" },
      { source: "account" },
      "A connected account's event was signed with a secret registered for your own account.",
    ],
    [
      "of your own account",
      {},
      { source: "connect" },
      "An event of your own account was signed with a secret registered for connected accounts.",
    ],
    [
      "of another account",
      { account: "acct_1" },
      { account: "acct_2" },
      "An event was signed with a secret registered for another account.",
    ],
    [
      "of another family",
      {},
      { payload: "thin" },
      "A snapshot event was signed with a secret registered for thin events.",
    ],
  ])("%s is told so", (_, fields, binding, words) => {
    expect(refusal(eventBody(fields), { secret: SECRET, ...binding })).toContain(`: ${words}`);
  });

  test("of a thin event is told so too", () => {
    expect(refusal(thinBody(), { secret: SECRET, payload: "snapshot" })).toContain(
      "A thin event was signed with a secret registered for snapshot events.",
    );
  });
});

describe("a secret", () => {
  test.each<[unknown, RegExp]>([
    [7, /must be a string, the endpoint's signing secret, whsec_…\.$/],
    [" ", /is blank\. Set it to the endpoint's signing secret/],
    [`${SECRET}\n`, /contains whitespace, often a copied line break\. Remove it\.$/],
    [`"${SECRET}"`, /contains a quotation mark or a comma\. Give each secret by itself/],
    ["sk_test_51Hq3rT7vXk2LmN5pW8yB4cD6", /is an API key or an endpoint's id, not a signing secret/],
    ["we_1Hq3rT7vXk2LmN5pW8yB4cD6fG1j", /is an API key or an endpoint's id, not a signing secret/],
    ["whsec_your_endpoint_signing_secret", /is a placeholder\. Set it to the endpoint's signing secret\.$/],
    [`whsec_${"x".repeat(32)}`, /is a placeholder/],
    [`whsec_${"aB3".repeat(7)}aB`, /is too short to be a signing secret: at least 24 characters\.$/],
  ])("of %o is told what is wrong with it", (secret, words) => {
    const error = String(catchError(() => Reflect.apply(toSigningKeys, undefined, [[secret]])));
    expect(error).toMatch(/^ConfigurationError: signingSecrets\[0\] /);
    expect(error).toMatch(words);
  });

  test.each<[object, RegExp]>([
    [{ payload: "fat" }, /\.payload must be "snapshot" or "thin"\.$/],
    [{ mode: "sandbox" }, /\.mode must be "live" or "test"\.$/],
    [{ source: "platform" }, /\.source must be "account" or "connect"\.$/],
    [{ account: "cus_1" }, /\.account must be a connected account's id, acct_…\.$/],
    [{ account: "my_acct_1" }, /\.account must be a connected account's id/],
    [{ account: "acct_1 " }, /\.account must be a connected account's id/],
    [{ account: `acct_${"1".repeat(65)}` }, /\.account must be a connected account's id/],
    [{ account: "acct_1", source: "account" }, /\.source cannot be "account"\. Use "connect"\.$/],
    [
      { livemode: true },
      /has no option "livemode"\. Its options are secret, mode, source, account, payload\.$/,
    ],
  ])("bound to %o is told what it may be bound to", (binding, words) => {
    const error = String(
      catchError(() => Reflect.apply(toSigningKeys, undefined, [[{ secret: SECRET, ...binding }]])),
    );
    expect(error).toMatch(words);
  });

  test("may be of 24 characters of any kind that no placeholder has", () => {
    for (const key of ["aB3dE5gH7jK9mN1pQ2sT4v-1", "aB3dE5gH7jK9mN1pQ2sT4v01"]) {
      for (const secret of [key, `whsec_${key}`]) expect(toSigningKeys([secret])).toHaveLength(1);
    }
    const short = catchError(() => toSigningKeys(["whsec_aB3dE5gH7jK9mN1pQ2sT4v-"]));
    expect(String(short)).toMatch(/too short/);
  });

  test("may be bound to an account of a long name", () => {
    expect(toSigningKeys([{ secret: SECRET, account: `acct_${"1".repeat(64)}` }])).toHaveLength(1);
  });

  test("may be one of sixteen", () => {
    const many = Array.from({ length: 16 }, (_, index) => `whsec_aB3dE5gH7jK9mN1pQ2sT4v${10 + index}`);
    expect(toSigningKeys(many)).toHaveLength(16);
  });
});

describe("an option", () => {
  const refusedBy = (verify: typeof verifyOnNode | typeof verifyWebhookAsync, options: unknown) =>
    Reflect.apply(verify, undefined, [body, headerFor(body), SECRET, options]);

  test.each<[unknown, string]>([
    [
      { now, tolerance: 5 },
      'verifyWebhook has no option "tolerance" (did you mean "toleranceSeconds"?). ' +
        "Its options are toleranceSeconds, maxBodyBytes, now.",
    ],
    [
      { leeway: 5 },
      'verifyWebhook has no option "leeway". Its options are toleranceSeconds, maxBodyBytes, now.',
    ],
    [null, "The options of verifyWebhook must be an object."],
    [[], "The options of verifyWebhook must be an object."],
    [7, "The options of verifyWebhook must be an object."],
    [{ now: 7 }, "now must be a function that returns milliseconds."],
    [{ toleranceSeconds: 3_601 }, "toleranceSeconds must be a whole number from 1 to 3600."],
    [{ maxBodyBytes: 2 ** 26 + 1 }, "maxBodyBytes must be a whole number from 1 to 67108864."],
  ])("of %o is refused with what is right", (options, words) => {
    expect(catchError(() => refusedBy(verifyOnNode, options))).toEqual(new ConfigurationError(words));
  });

  test("of verifyWebhookAsync is refused by that name", async () => {
    await expect(refusedBy(verifyWebhookAsync, { leeway: 5 })).rejects.toThrow(
      'verifyWebhookAsync has no option "leeway".',
    );
  });

  test("may be as large as its limit", () => {
    const options = { now, maxBodyBytes: 2 ** 26, toleranceSeconds: 3_600 };
    expect(refusedBy(verifyOnNode, options)).toEqual(JSON.parse(body));
  });
});
