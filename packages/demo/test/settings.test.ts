import { describe, expect, it } from "vitest";
import { readSettings } from "../src/settings.js";

const KEYS = { STRIPE_SECRET_KEY: "sk_test_made_up", STRIPE_WEBHOOK_SECRET: "whsec_made_up" };

describe("the settings from the environment", () => {
  it("are a local Stripe on port 4242 when nothing is set", () => {
    expect(readSettings({})).toEqual({ port: 4242 });
    expect(readSettings({ PORT: "", STRIPE_SECRET_KEY: "", STRIPE_WEBHOOK_SECRET: "" })).toEqual({
      port: 4242,
    });
  });

  it("are Stripe's test mode when both keys are set", () => {
    expect(readSettings({ ...KEYS, PORT: "8080" })).toEqual({
      port: 8080,
      testMode: { secretKey: "sk_test_made_up", webhookSecret: "whsec_made_up" },
    });
  });

  it("name the inbox's file and the back office's password", () => {
    expect(readSettings({ DATABASE_FILE: "billing.db", OPERATOR_PASSWORD: "secret" })).toEqual({
      port: 4242,
      databaseFile: "billing.db",
      operatorPassword: "secret",
    });
  });

  it.each(["sk_live_made_up", "rk_live_made_up", "pk_test_made_up", "whsec_made_up"])(
    "refuse the key %s, and do not repeat it",
    (key) => {
      const read = () => readSettings({ ...KEYS, STRIPE_SECRET_KEY: key });
      expect(read).toThrow("must be a key of Stripe's test mode");
      expect(read).not.toThrow(key);
    },
  );

  it.each(["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"] as const)("refuse %s alone", (name) => {
    expect(() => readSettings({ [name]: KEYS[name] })).toThrow("Set both");
  });

  it.each(["http", "80.5", "-1", "65536"])("refuse the port %j", (port) => {
    expect(() => readSettings({ PORT: port })).toThrow("PORT must be");
  });
});
