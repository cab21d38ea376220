import type { DemoOptions } from "./demo.js";

/** @throws Error with a sentence for the person who started the demo. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): DemoOptions {
  const port = Number(env["PORT"] || 4242);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("PORT must be a port number.");
  const kept = {
    ...(env["DATABASE_FILE"] && { databaseFile: env["DATABASE_FILE"] }),
    ...(env["OPERATOR_PASSWORD"] && { operatorPassword: env["OPERATOR_PASSWORD"] }),
  };
  const secretKey = env["STRIPE_SECRET_KEY"];
  const webhookSecret = env["STRIPE_WEBHOOK_SECRET"];
  if (!secretKey && !webhookSecret) return { port, ...kept };
  if (!secretKey || !webhookSecret) {
    throw new Error(
      "Set both STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET, or neither to use a local Stripe.",
    );
  }
  if (!/^(?:sk|rk)_test_/.test(secretKey)) {
    throw new Error(
      "STRIPE_SECRET_KEY must be a key of Stripe's test mode (sk_test_… or rk_test_…): " +
        "the demo creates customers and subscriptions, so it refuses live keys.",
    );
  }
  return { port, ...kept, testMode: { secretKey, webhookSecret } };
}
