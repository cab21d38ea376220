import { NEWEST_API_VERSION } from "../api-version.js";
import { findEventType } from "../events/event-types.js";
import { type AccountCheck, found } from "../operator/doctor/account-check.js";
import type { StripeClient } from "../stripe/client.js";
import { withQuery } from "../stripe/query-string.js";
import { type Command, defineCommand } from "./command.js";
import { type EventDestination, listDestinations } from "./event-destinations.js";
import { EXIT } from "./exit-codes.js";
import { withReceiver } from "./receiver.js";
import { openClient } from "./service.js";

const DETAILS = `Sends the URL one request without a signature, which your receiver answers with 400, and compares Stripe's endpoints
with your handlers: families, event lists, API version, and what was not delivered. Changes nothing.

  billing webhooks check --url https://app.example.com/webhooks/stripe --events-from ./webhooks.mjs

Uses the key in STRIPE_SECRET_KEY (and STRIPE_API_BASE, for another server). Exit code 1 says that something failed.`;

const TIMEOUT_MS = 10_000;

/** Checks that Stripe's events reach the handlers. */
export const webhooksCheck: Command = defineCommand({
  name: "webhooks check",
  summary: "checks that Stripe's events reach your handlers",
  details: DETAILS,
  options: {
    url: { value: "<url>", help: "where your application receives webhooks", required: true },
    "events-from": {
      value: "<module>",
      help: 'a module that exports your receiver as "webhooks"',
      required: true,
    },
    json: { help: "print the checks as JSON" },
  },
  run: async (values, terminal) => {
    const { url, "events-from": module } = values;
    const types = await withReceiver("events-from", module, async ({ eventTypes }) => eventTypes);
    const { stripe } = openClient(terminal.env);
    const own = (await listDestinations(stripe)).filter((one) => one.webhook_endpoint?.url === url);
    const checks = [
      await checkAnswer(url),
      ...(["snapshot", "thin"] as const).flatMap((family) => checkFamily(family, types, own)),
      await checkDelivered(stripe, types),
    ];
    const lines = checks.flatMap(({ check, status, fact, advice }) => [
      `  ${status.padEnd(8)} ${check.padEnd(9)} ${fact}\n`,
      ...(advice === null ? [] : [`${" ".repeat(21)}→ ${advice}\n`]),
    ]);
    terminal.out(values.json ? `${JSON.stringify(checks, undefined, 2)}\n` : lines.join(""));
    return checks.some(({ status }) => status === "failure") ? EXIT.found : EXIT.ok;
  },
});

async function checkAnswer(url: string): Promise<AccountCheck> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const { status } = await fetch(url, { method: "POST", body: "{}", redirect: "manual", signal });
    if (status === 400) return found("answer", "ok", "An unsigned request is answered with 400.");
    const fact = `An unsigned request is answered with ${status} instead of 400.`;
    if (status >= 300 && status < 400) {
      return found("answer", "failure", fact, "Stripe follows no redirects: give it the final URL.");
    }
    if (status >= 200 && status < 300) {
      return found(
        "answer",
        "failure",
        fact,
        "Something else than the receiver answers: its events are lost.",
      );
    }
    return found(
      "answer",
      "failure",
      fact,
      "Stripe gives up after three days: see that the URL leads to the receiver.",
    );
  } catch {
    return found("answer", "failure", "The URL does not answer.", "See that it can be reached from outside.");
  }
}

/** Compares the endpoints of one family with the handlers of it. */
function checkFamily(
  family: "snapshot" | "thin",
  types: readonly string[],
  destinations: readonly EventDestination[],
): readonly AccountCheck[] {
  const handled = types.filter((type) => findEventType(type)?.family === family);
  const own = destinations.filter((one) => one.event_payload === family);
  if (handled.length === 0 && own.length === 0) return [];
  if (own.length === 0) {
    const fact = `No endpoint sends ${family} events to the URL, and ${handled.length} handlers wait for them.`;
    return [found(family, "failure", fact, "Run billing webhooks ensure.")];
  }
  return own.map((one) => {
    const sent = new Set(one.enabled_events);
    const missing = sent.has("*") ? [] : handled.filter((type) => !sent.has(type));
    const unheard = one.enabled_events.filter((type) => !handled.includes(type));
    if (one.status !== "enabled") {
      return found(family, "failure", `${one.id} is ${one.status}.`, "Enable it in the Dashboard.");
    }
    if (missing.length > 0) {
      const fact = `${one.id} does not send ${missing.join(", ")}.`;
      return found(family, "failure", fact, "Run billing webhooks ensure.");
    }
    if (family === "snapshot" && one.snapshot_api_version !== NEWEST_API_VERSION) {
      const fact = `${one.id} sends API version ${one.snapshot_api_version ?? "of the account"}.`;
      return found(family, "warning", fact, `Make an endpoint with ${NEWEST_API_VERSION}.`);
    }
    if (unheard.length > 0) {
      const fact = `${one.id} sends ${unheard.join(", ")}, for which there is no handler.`;
      return found(family, "warning", fact, "Run billing webhooks ensure.");
    }
    return found(family, "ok", `${one.id} sends what the handlers wait for.`);
  });
}

/** Looks for events that some endpoint has not acknowledged yet. */
async function checkDelivered(stripe: StripeClient, types: readonly string[]): Promise<AccountCheck> {
  const snapshots = types.filter((type) => findEventType(type)?.family === "snapshot").slice(0, 20);
  const filter = {
    delivery_success: false,
    limit: 100,
    ...(snapshots.length > 0 ? { types: snapshots } : {}),
  };
  // As Stripe's reference has it.
  const { data } = (await stripe.rawRequest("GET", withQuery("/v1/events", filter))) as {
    readonly data: readonly { readonly created: number }[];
  };
  const oldest = data.at(-1);
  if (oldest === undefined) return found("delivered", "ok", "Every event was acknowledged.");
  const since = new Date(oldest.created * 1000).toISOString();
  const count = data.length === 100 ? "100 or more" : `${data.length}`;
  const fact = `Not acknowledged by every endpoint yet: ${count} of the events, since ${since} or before.`;
  return found("delivered", "warning", fact, "Run billing events reconcile once the cause is gone.");
}
