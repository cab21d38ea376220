import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { readAccount } from "../../../src/webhooks/events.js";
import { toSigningKeys } from "../../../src/webhooks/verification/signing-secrets.js";
import {
  AccountMismatchError,
  ConfigurationError,
  createWebhookReceiver,
  ModeMismatchError,
  memoryInbox,
  type SigningSecret,
  verifyWebhook,
  verifyWebhookAsync,
  type WebhookLogger,
} from "../../../src/webhooks.js";
import {
  catchError,
  eventBody,
  headerFor,
  now,
  OTHER_SECRET,
  SECRET,
  twoTenants,
} from "../signed-delivery.js";

const body = eventBody();

function configurationError(secrets: unknown): string {
  const error = catchError(() => Reflect.apply(toSigningKeys, undefined, [secrets]));
  expect(error).toBeInstanceOf(ConfigurationError);
  return String(error);
}

describe("a signing secret", () => {
  test.each([
    ["empty", ""],
    ["blank", " \t"],
    ["a bare prefix", "whsec_"],
    ["too short", `whsec_${"aB3".repeat(7)}aB`],
    ["too short, without a prefix", "aB3dE5gH7jK9mN1pQ2sT4vW"],
    ["with a line break", `${SECRET}\n`],
    ["with a space in front", ` ${SECRET}`],
    ["in quotation marks, as some files of variables keep them", `"${SECRET}"`],
    ["two in one", `${SECRET},${OTHER_SECRET}`],
    ["dots", "whsec_..."],
    ["an ellipsis", "whsec_…"],
    ["short x", "whsec_xxx"],
    ["long x", `whsec_${"x".repeat(32)}`],
    ["zeros", "0".repeat(40)],
    ["words of an example", "whsec_your_endpoint_signing_secret"],
    ["words of an example, without a prefix", "your_webhook_signing_secret_goes_here"],
    ["a variable that was not filled in", `\${STRIPE_WEBHOOK_SECRET_OF_THIS_ENDPOINT}`],
    ["angle brackets", "<the-signing-secret-of-this-endpoint>"],
    ["an API key", "sk_test_51Hq3rT7vXk2LmN5pW8yB4cD6"],
    ["an endpoint's id", "we_1Hq3rT7vXk2LmN5pW8yB4cD6fG1j"],
    ["a number", 42],
    ["null", null],
  ])("is refused where it is %s, in words that do not repeat it", (_, secret) => {
    for (const [form, option] of [
      [[{ secret }], "signingSecrets[0].secret"],
      [[SECRET, { secret, mode: "live" }], "signingSecrets[1].secret"],
      [[SECRET, secret], "signingSecrets[1]"],
    ] as const) {
      const message = configurationError(form);
      expect(message).toContain(`ConfigurationError: ${option} `);
      if (typeof secret === "string" && secret.length > 12) expect(message).not.toContain(secret.trim());
    }
  });

  test("is accepted as Stripe, its command line and other senders make it", () => {
    const made = [SECRET, `whsec_${"0123456789abcdef".repeat(4)}`, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/=="];
    for (const secret of made) {
      expect(verifyWebhook(body, headerFor(body, { secret }), secret, { now }).id).toBe("evt_1");
    }
  });

  test("must be given, once, among no more than sixteen", () => {
    for (const none of [[], undefined, null, {}, SECRET])
      expect(configurationError(none)).toMatch(/at least one/);
    expect(configurationError([SECRET, { secret: SECRET, mode: "live" }])).toMatch(/repeats/);
    const many = Array.from({ length: 17 }, (_, index) => `${SECRET}${index}`);
    expect(configurationError(many)).toMatch(/at most 16/);
  });

  test("that is undefined, as a missing environment variable is, fails every delivery and says which once a minute", async () => {
    const missing: string | undefined = process.env["STRIPE_WEBHOOK_SECRET_THAT_NOBODY_SET"];
    for (const [signingSecrets, name] of [
      // Type-checks as it stands: the option accepts what `process.env` gives.
      [[missing], "signingSecrets[0]"],
      [[SECRET, { secret: missing, mode: "live" }], "signingSecrets[1].secret"],
      [[missing, undefined], "signingSecrets[0]"],
    ] as const) {
      const warn = vi.fn<WebhookLogger["warn"]>();
      const { fetch, receive } = createWebhookReceiver({
        signingSecrets,
        billing: twoTenants(),
        inbox: memoryInbox(),
        logger: { warn },
        on: {},
        now,
      });
      const headers = { "stripe-signature": headerFor(body) };
      const answer = await fetch(new Request("https://app.example.com/", { method: "POST", body, headers }));
      expect(answer.status).toBe(500);
      expect(await answer.text()).not.toMatch(/signingSecrets/);
      expect(await receive("{}", "t=1,v1=forged")).toMatchObject({ status: "failed" });
      for (const [, details] of warn.mock.calls) {
        expect(details?.stack).toContain(
          `ConfigurationError: ${name} is undefined: set it to the endpoint's`,
        );
      }
      expect(warn).toHaveBeenCalledTimes(1);
    }
  });

  test("that is undefined is refused where a delivery is verified by hand", async () => {
    const verify = () => verifyWebhook(body, headerFor(body), [undefined], { now });
    expect(String(catchError(verify))).toMatch(
      /^ConfigurationError: signingSecrets\[0\] is undefined: [^.]+\.$/,
    );
    await expect(verifyWebhookAsync(body, headerFor(body), undefined, { now })).rejects.toThrow(
      /is undefined/,
    );
  });

  test("that is left out of its object is a mistake in the code, and refused at once", () => {
    expect(configurationError([{}])).toMatch(/signingSecrets\[0\]\.secret must be a string/);
    expect(configurationError([{ secret: undefined, mode: "sandbox" }])).toMatch(/signingSecrets\[0\]\.mode/);
  });

  test("is bound only to what exists", () => {
    for (const binding of [
      { mode: "sandbox" },
      { source: "platform" },
      { account: "cus_1" },
      { account: "acct_1", source: "account" },
    ]) {
      expect(configurationError([{ secret: SECRET, ...binding }])).toMatch(/signingSecrets\[0\]/);
    }
  });

  test("cannot be reached from anything that holds it", () => {
    const receiver = createWebhookReceiver({
      signingSecrets: [SECRET, { secret: OTHER_SECRET, mode: "live" }],
      billing: twoTenants(),
      inbox: memoryInbox(),
      on: {},
    });
    for (const holder of [receiver, { ...receiver }, toSigningKeys([SECRET, OTHER_SECRET])]) {
      const printed =
        inspect(holder, { depth: 12, showHidden: true, getters: true }) + JSON.stringify(holder);
      for (const secret of [SECRET, OTHER_SECRET]) expect(printed).not.toContain(secret.slice(6, 16));
    }
  });
});

describe("a secret registered for one kind of event", () => {
  const modes = ["live", "test"] as const;
  const sources = ["account", "connect"] as const;
  const kinds = modes.flatMap((mode) => sources.map((source) => ({ mode, source })));

  test.each(kinds)("for $mode mode and source $source, signs no other kind", (registered) => {
    for (const claimed of kinds) {
      const event = eventBody({
        livemode: claimed.mode === "live",
        ...(claimed.source === "connect" ? { account: "acct_1" } : {}),
      });
      const verify = () => verifyWebhook(event, headerFor(event), { secret: SECRET, ...registered }, { now });
      if (claimed === registered) expect(verify().id).toBe("evt_1");
      else if (claimed.mode !== registered.mode) expect(catchError(verify)).toBeInstanceOf(ModeMismatchError);
      else expect(catchError(verify)).toBeInstanceOf(AccountMismatchError);
    }
  });

  test("for one account, signs for no other, and not for none", () => {
    const bound: SigningSecret = { secret: SECRET, account: "acct_1" };
    const verify = (account?: unknown) => {
      const event = eventBody({ account });
      return verifyWebhook(event, headerFor(event), bound, { now });
    };
    expect(readAccount(verify("acct_1"))).toBe("acct_1");
    for (const account of ["acct_2", "acct_11", undefined, null]) {
      const error = catchError(() => verify(account));
      expect(error).toBeInstanceOf(AccountMismatchError);
      expect(error).toMatchObject({ message: expect.stringContaining("another account") });
    }
  });

  test("takes an account of null for none", () => {
    const event = eventBody({ account: null });
    expect(verifyWebhook(event, headerFor(event), { secret: SECRET, source: "account" }, { now }).id).toBe(
      "evt_1",
    );
  });

  test("does not lend its binding to another secret of the same receiver", () => {
    const ring: SigningSecret[] = [
      { secret: SECRET, mode: "test" },
      { secret: OTHER_SECRET, mode: "live" },
    ];
    const live = eventBody({ livemode: true });
    expect(verifyWebhook(live, headerFor(live, { secret: OTHER_SECRET }), ring, { now }).livemode).toBe(true);
    expect(catchError(() => verifyWebhook(live, headerFor(live), ring, { now }))).toBeInstanceOf(
      ModeMismatchError,
    );
  });
});
