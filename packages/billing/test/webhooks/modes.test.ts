import { describe, expect, test, vi } from "vitest";
import { StripeBillingService } from "../../src/index.js";
import { ModeMismatchError, memoryInbox, type TenantResolver } from "../../src/webhooks.js";
import { delivering } from "./delivering.js";
import { type BoundBilling, SECRET, twoTenants } from "./signed-delivery.js";

function inMode(mode: "live" | "test" | undefined): TenantResolver<BoundBilling> {
  return { ...twoTenants(), receiverFacts: () => ({ mode, tenantsBy: "customer" }) };
}

const CONNECTED = { account: "acct_acme", livemode: false };

describe("a receiver in live mode", () => {
  test.each([
    ["whose secret is bound to nothing", SECRET],
    ["whose secret is bound to live mode", { secret: SECRET, mode: "live" }],
  ] as const)(
    "%s acknowledges the test events of connected accounts, and hands them to nobody",
    async (_, secret) => {
      const handler = vi.fn();
      const { deliver, readStats } = delivering(handler, {
        billing: inMode("live"),
        signingSecrets: [secret],
      });
      expect(await deliver(CONNECTED)).toMatchObject({ status: "ignored", reason: "other_mode" });
      expect((await readStats()).ignored.other_mode).toBe(1);
      expect(handler).not.toHaveBeenCalled();
      expect(await deliver({ account: "acct_acme", livemode: true })).toMatchObject({ status: "handled" });
    },
  );

  test("refuses a test event of its own account", async () => {
    const handler = vi.fn();
    const { deliver } = delivering(handler, { billing: inMode("live") });
    expect(await deliver({ livemode: false })).toMatchObject({
      status: "rejected",
      error: new ModeMismatchError("A test-mode event arrived, and billing has a live-mode key."),
    });
    expect(handler).not.toHaveBeenCalled();
  });

  test("refuses a test event of a connected account that its secret may not sign for another reason", async () => {
    const { deliver } = delivering(vi.fn(), {
      billing: inMode("live"),
      signingSecrets: [{ secret: SECRET, mode: "live", source: "account" }],
    });
    expect((await deliver(CONNECTED)).status).toBe("rejected");
  });
});

test("a receiver in test mode refuses live events, also of connected accounts", async () => {
  const handler = vi.fn();
  const { deliver } = delivering(handler, { billing: inMode("test") });
  for (const from of [{}, { account: "acct_acme" }]) {
    expect((await deliver({ ...from, livemode: true })).status).toBe("rejected");
  }
  expect(handler).not.toHaveBeenCalled();
});

test("a receiver whose service does not say its mode takes both", async () => {
  const { deliver } = delivering(vi.fn(), { billing: inMode(undefined), inbox: memoryInbox() });
  for (const livemode of [true, false]) expect((await deliver({ livemode })).status).toBe("handled");
});

test("a receiver whose service does not say its mode still refuses what its secret may not sign", async () => {
  const handler = vi.fn();
  const { deliver } = delivering(handler, {
    billing: inMode(undefined),
    signingSecrets: [{ secret: SECRET, mode: "live" }],
  });
  expect(await deliver()).toMatchObject({ status: "rejected", error: expect.any(ModeMismatchError) });
  expect(await deliver(CONNECTED)).toMatchObject({ status: "ignored", reason: "other_mode" });
  expect(handler).not.toHaveBeenCalled();
});

test("a service tells its mode by its key, or by that of the client it is given", async () => {
  const { default: Stripe } = await import("stripe");
  for (const mode of ["live", "test"] as const) {
    const secretKey = `sk_${mode}_0123456789abcdef`;
    expect(new StripeBillingService({ secretKey }).receiverFacts().mode).toBe(mode);
    expect(new StripeBillingService({ stripe: new Stripe(secretKey) }).receiverFacts().mode).toBe(mode);
  }
  const authenticator = async () => undefined;
  const stripe = new Stripe("", { authenticator });
  expect(new StripeBillingService({ stripe }).receiverFacts().mode).toBeUndefined();
});
