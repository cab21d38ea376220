import { stripeMockUrl } from "@repo/test-kit/servers";
import Stripe from "stripe";
import { describe } from "vitest";

/** `describe` for suites that talk to stripe-mock; they are skipped where the global set-up found none and said so. */
export const describeContract: ReturnType<typeof describe.skipIf> = describe.skipIf(
  stripeMockUrl() === undefined,
);

/** The real SDK, connected to stripe-mock. */
export function stripeOnMock(): Stripe {
  const url = stripeMockUrl();
  if (url === undefined) throw new Error("stripe-mock is not running: use describeContract");
  const { hostname, port } = new URL(url);
  // stripe-mock accepts any test key with exactly two underscores.
  return new Stripe("sk_test_123", {
    host: hostname,
    port,
    protocol: "http",
    maxNetworkRetries: 0,
    telemetry: false,
  });
}
