import { NEWEST_API_VERSION } from "../api-version.js";
import { findEventType } from "../events/event-types.js";
import { type AccountCheck, found } from "../operator/doctor/account-check.js";
import type { StripeClient } from "../stripe/client.js";
import { withQuery } from "../stripe/query-string.js";
import { type EventDestination, listDestinations } from "./event-destinations.js";
import { findMessage } from "./find-message.js";
import type { EventsReceiver } from "./receiver.js";
import { UsageError } from "./usage-error.js";

const TIMEOUT_MS = 10_000;

/** What the options of such a command are called. */
export const WEBHOOK_OPTIONS = {
  url: { value: "<url>", help: "where your application receives webhooks" },
  "events-from": { value: "<module>", help: 'a module that exports your receiver as "webhooks"' },
} as const;

/** Looks whether what Stripe sends to a URL is what the receiver handles, and whether the receiver keeps it. */
export async function checkWebhooks(
  stripe: StripeClient,
  url: string,
  receiver: EventsReceiver,
): Promise<readonly AccountCheck[]> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageError('--url must be a URL such as "https://app.example.com/webhooks/stripe".');
  }
  const { eventTypes } = receiver;
  const own = (await listDestinations(stripe)).filter((one) => one.webhook_endpoint?.url === url);
  return [
    await checkAnswer(url),
    ...(["snapshot", "thin"] as const).flatMap((family) => checkFamily(family, eventTypes, own)),
    await checkDelivered(stripe, eventTypes),
    await checkInbox(receiver),
  ];
}

/** The receiver's inbox; an answer of its server's has a Redis inbox judge the server's settings, too. */
async function checkInbox(receiver: EventsReceiver): Promise<AccountCheck> {
  if (!receiver.isDurable) {
    const fact = "The receiver's inbox lasts as long as its process.";
    return found("inbox", "warning", fact, "Use one that outlives it, such as postgresInbox.");
  }
  try {
    const { held, waiting, dead } = (await receiver.readStats()).inbox;
    const fact = `The inbox outlives its process: ${held} events at work, ${waiting} waiting, ${dead} dead.`;
    return dead === 0
      ? found("inbox", "ok", fact)
      : found("inbox", "warning", fact, "Run billing events list, and requeue them once the cause is gone.");
  } catch (error) {
    const reason = findMessage(error) ?? "it does not say why.";
    return found("inbox", "failure", `The inbox cannot be used: ${reason}`, "Events fail until it can.");
  }
}

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
        "Something other than the receiver answers, so events are lost.",
      );
    }
    return found(
      "answer",
      "failure",
      fact,
      "Stripe gives up after three days: check that the URL leads to the receiver.",
    );
  } catch {
    return found(
      "answer",
      "failure",
      "The URL does not answer.",
      "Check that it can be reached from outside.",
    );
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
