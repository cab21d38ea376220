import { describe, expect } from "vitest";
import { type LocalStripeOptions, startLocalStripe } from "../src/index.js";
import { OPTION_CHECKS } from "../src/options.js";
import { RESOURCES } from "../src/resources/all.js";
import { it } from "./support/it.js";
import { startLocal } from "./support/local.js";

/** Options as a program without types may pass them. */
type Loose<T> = T & Record<string, unknown>;

describe("startLocalStripe", () => {
  it("refuses an option that it does not have, by name, and lists those that it has", async () => {
    const misspelled: Loose<LocalStripeOptions> = { prot: 4243 };
    await expect(startLocalStripe(misspelled)).rejects.toThrow(
      /^startLocalStripe has no option "prot" \(did you mean "port"\?\)\. Its options are port, secretKey, .*taxRates\.$/,
    );
  });

  it.each<[keyof LocalStripeOptions, unknown, string]>([
    ["port", "4243", "a whole number from 0 to 65535"],
    ["port", 65_536, "a whole number from 0 to 65535"],
    ["secretKey", "sk_live_0123456789", "a key: sk_test_ and at least eight letters or digits"],
    ["liveSecretKey", "sk_test_0123456789", "a key: sk_live_ and at least eight letters or digits"],
    ["businessName", 1, "a string"],
    ["accounts", "acct_1", "a list, each an account's id, acct_…"],
    ["accounts", [1], "a list, each an account's id, acct_…"],
    ["defaultPortalConfiguration", "no", "true or false"],
    ["requirePaymentMethod", 1, "true or false"],
    ["afterLastAttempt", "explode", 'one of "cancel", "past_due", "unpaid"'],
    ["searchDelayMs", -1, "a whole number of at least 0"],
    ["webhookRetryDelaysMs", 100, "a list, each a whole number of at least 0"],
    ["webhookTimeoutMs", 0, "a whole number from 1 to 2147483647"],
    ["recordedRequests", 1.5, "a whole number of at least 0"],
    ["onAnswer", "log", "a function"],
    ["clock", 0, "a function"],
    ["managedPayments", "on", "true or false"],
    ["taxRates", { Germany: 19 }, "percentages by country, such as DE with 19"],
    ["taxRates", { DE: "19" }, "percentages by country, such as DE with 19"],
  ])("refuses for %s the value %j", async (name, value, expected) => {
    await expect(startLocalStripe({ [name]: value })).rejects.toThrow(
      new TypeError(`The option "${name}" of startLocalStripe must be ${expected}.`),
    );
  });

  it("takes undefined for an option that is left out", async () => {
    const left = Object.fromEntries(Object.keys(OPTION_CHECKS).map((name) => [name, undefined]));
    const local = await startLocalStripe(left);
    await local.close();
    expect(local.secretKey).toMatch(/^sk_test_/);
  });
});

describe("what a test plans to go wrong", () => {
  it.each([
    [{ kind: "latency", ms: 60 }, 'faults.add with the kind "latency" has no option "ms"'],
    [{ kind: "latency" }, 'faults.add with the kind "latency" needs the option "milliseconds"'],
    [
      { kind: "reset", when: "during" },
      'The option "when" of faults.add with the kind "reset" must be one of',
    ],
    [{ kind: "conflict", pth: "/v1/customers" }, 'faults.add with the kind "conflict" has no option "pth"'],
    [{ kind: "conflict", path: "v1/customers" }, "must be a path such as /v1/customers, or a regular"],
    [{ kind: "conflict", method: "get" }, 'The option "method" of faults.add with the kind "conflict"'],
    [{ kind: "confict" }, 'The option "kind" of faults.add must be one of "rate_limit", "lock_timeout"'],
    [{}, 'faults.add needs the option "kind"'],
  ])("is refused as a fault where it is %j", async (fault, message) => {
    const { local } = await startLocal();
    // Types would not let these pass, which programs without types do not have.
    expect(() => local.faults.add(fault as never)).toThrow(message);
  });

  it.each([
    [{ kind: "delay" }, 'webhooks.add with the kind "delay" needs the option "milliseconds"'],
    [{ kind: "loss", tpye: "customer.created" }, 'webhooks.add with the kind "loss" has no option "tpye"'],
    [{ kind: "duplicate", copies: 1 }, "must be a whole number of at least 2"],
    [{ kind: "lost" }, 'The option "kind" of webhooks.add must be one of "loss", "delay", "duplicate"'],
  ])("is refused as a mishap of deliveries where it is %j", async (mishap, message) => {
    const { local } = await startLocal();
    expect(() => local.webhooks.add(mishap as never)).toThrow(message);
  });

  it("is refused where the other controls are misspelled", async ({ local }) => {
    const key: Loose<{ livemode?: boolean }> = { liveMode: true };
    expect(() => local.createRestrictedKey(["customer_read"], key)).toThrow(
      'createRestrictedKey has no option "liveMode"',
    );
    const roll: Loose<{ overlapMs?: number }> = { overlap: 1 };
    expect(() => local.webhooks.rollSecret("we_1", roll)).toThrow(
      'webhooks.rollSecret has no option "overlap"',
    );
  });

  it("is refused where it is a time that a timer cannot hold, and would be no time at all", async ({
    local,
  }) => {
    const milliseconds = Number.MAX_SAFE_INTEGER;
    expect(() => local.faults.add({ kind: "latency", milliseconds })).toThrow(
      '"milliseconds" of faults.add with the kind "latency" must be a whole number from 0 to 2147483647.',
    );
    await expect(startLocalStripe({ webhookTimeoutMs: milliseconds })).rejects.toThrow(
      '"webhookTimeoutMs" of startLocalStripe must be a whole number from 1 to 2147483647.',
    );
  });

  it.each([
    ["invoice.payd", '"invoice.paid"'],
    ["v1.invoice.payd", '"v1.invoice.paid"'],
    ["subscription.updated", '"customer.subscription.updated"'],
  ])("is refused where it is an event type that Stripe does not have: %s", async (type, meant) => {
    const { local } = await startLocal();
    expect(() => local.webhooks.add({ kind: "loss", type })).toThrow(
      'The option "type" of webhooks.add with the kind "loss" must be an event type that Stripe has, such as ' +
        `"customer.created" or "v1.customer.created" (did you mean ${meant}?).`,
    );
  });

  it.each([
    ["invoice.paid", ' (did you mean "v1.invoice.paid"?)'],
    ["v2.core.acount.closed", ' (did you mean "v2.core.account.closed"?)'],
    ["nothing", ""],
  ])("is refused where it is emitted as a thin event and is none: %s", async (type, hint) => {
    const { local } = await startLocal();
    expect(() => local.webhooks.emitThin(type)).toThrow(
      'The argument "type" of webhooks.emitThin must be the type of a thin event that Stripe has, such as ' +
        `"v2.core.account.updated"${hint}.`,
    );
  });

  it("is refused where it is a permission that no call needs, and all that are there are named", async ({
    local,
  }) => {
    expect(() => local.createRestrictedKey(["plan_read", "custmer_read"])).toThrow(
      'of createRestrictedKey must be a list of permissions, without "custmer_read" (did you mean "customer_read"?); ' +
        "a permission is _read or _write after billing_clock, ",
    );
    for (const wrong of [["customer"], [["customer_read"]], [undefined], ["constructor"]]) {
      expect(() => local.createRestrictedKey(wrong as never)).toThrow(", subscription, webhook.");
    }
    for (const { permission } of Object.values(RESOURCES)) {
      const both = [`${permission}_read`, `${permission}_write`];
      expect(local.createRestrictedKey(both)).toMatch(/^rk_test_/);
    }
  });

  it("is refused where it is another id than an account's", async ({ local }) => {
    for (const wrong of ["cus_1", "", "acct_", "acct_1/..", "acct 1"]) {
      expect(() => local.connectAccount(wrong)).toThrow(
        'The argument "id" of connectAccount must be an account\'s id, acct_….',
      );
      expect(() => local.faults.add({ kind: "conflict", account: wrong })).toThrow(
        'The option "account" of faults.add with the kind "conflict" must be an account\'s id, acct_….',
      );
      await expect(startLocalStripe({ accounts: [wrong] })).rejects.toThrow(
        'The option "accounts" of startLocalStripe must be a list, each an account\'s id, acct_….',
      );
    }
  });

  it("is refused where an argument is missing", async ({ local }) => {
    expect(() => local.createRestrictedKey(undefined as never)).toThrow(
      'The argument "permissions" of createRestrictedKey must be a list of permissions, such as ["customer_read"].',
    );
    for (const wrong of [undefined, "cus_1"]) {
      expect(() => local.webhooks.rollSecret(wrong as never)).toThrow(
        'The argument "endpointId" of webhooks.rollSecret must be the id of a webhook endpoint, we_…, or of an event',
      );
    }
  });

  it("is refused where an argument is misspelled", async ({ local }) => {
    await expect(local.webhooks.release("reverse" as never)).rejects.toThrow(
      'The argument "order" of webhooks.release must be one of "as it happened", "reversed".',
    );
    expect(() => local.connectAccount({ account: "acct_1" } as never)).toThrow(
      'The argument "id" of connectAccount must be an account\'s id, acct_….',
    );
    expect(() => local.setSearchDelay("1s" as never)).toThrow(
      'The argument "milliseconds" of setSearchDelay must be a whole number of at least 0.',
    );
    for (const wrong of ["1s", "1000", Number.POSITIVE_INFINITY, -1, undefined]) {
      expect(() => local.advanceBy(wrong as never)).toThrow("advanceBy needs a number of milliseconds");
    }
    const type = "v2.core.account.closed";
    const related = { id: "acct_1", type: "v2.core.account", uri: "/v2/core/accounts/acct_1" };
    expect(() => local.webhooks.emitThin(type, related as never)).toThrow(
      'webhooks.emitThin has no option "uri" (did you mean "url"?). Its options are id, type, url.',
    );
    expect(() => local.webhooks.emitThin(type, { id: "acct_1" } as never)).toThrow(
      'webhooks.emitThin needs the option "type".',
    );
  });
});
