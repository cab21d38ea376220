import { describe, expect, it } from "vitest";
import { StripeBillingService } from "../../src/index.js";
import { runCli } from "./run-cli.js";

const KEY = "sk_test_0123456789abcdef";

describe("STRIPE_API_BASE of the command and apiBase of the service", () => {
  it.each([
    "http://stripe.example.com",
    "http://10.0.0.1:4243",
    "http://localhost.example.com:4243",
    "http://user@127.0.0.1:4243",
    "https://user:password@api.example.com",
    "https://api.example.com/v1",
    "ftp://127.0.0.1",
    "127.0.0.1:4243",
    "",
  ])("refuse %s, which could show the key to somebody", async (apiBase) => {
    expect(() => new StripeBillingService({ secretKey: KEY, apiBase })).toThrow(
      "apiBase must be an origin with https, or with http on this machine",
    );
    const { code, out, err } = await doctor(apiBase);
    expect(err).toContain("STRIPE_API_BASE must be an origin with https, or with http on this machine");
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  it("take http on this machine", async () => {
    const apiBase = "http://127.0.0.1:1";
    expect(() => new StripeBillingService({ secretKey: KEY, apiBase })).not.toThrow();
    // Nobody answers there.
    expect((await doctor(apiBase)).err).not.toContain("STRIPE_API_BASE");
  });
});

function doctor(apiBase: string) {
  return runCli({ STRIPE_SECRET_KEY: KEY, STRIPE_API_BASE: apiBase }, ["doctor"]);
}
