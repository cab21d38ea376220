import { findEventType, findSimilarEventType } from "../events/event-types.js";
import type { StripeClient } from "../stripe/client.js";
import { NEWEST_API_VERSION } from "../webhooks/api-version.js";
import { type Command, defineCommand } from "./command.js";
import {
  createDestination,
  type EventDestination,
  listDestinations,
  type NewDestination,
  setEvents,
} from "./event-destinations.js";
import { EXIT } from "./exit-codes.js";
import { withReceiver } from "./receiver.js";
import { openClient } from "./service.js";
import { UsageError } from "./usage-error.js";

const DETAILS = `Makes the endpoints that send your handlers their events: one for snapshot events, in API version ${NEWEST_API_VERSION}, and one
for thin events, as far as there are handlers of either. An endpoint that has the URL already is kept, and gets exactly
these events. Call it after every deploy; nothing is made twice.

The signing secret of a new endpoint is printed once, to stdout, and cannot be had again: give it to the receiver's
signingSecrets before Stripe's first delivery is given up.

  billing webhooks ensure --url https://app.example.com/webhooks/stripe --events-from ./webhooks.mjs
  billing webhooks ensure --url https://app.example.com/webhooks/stripe --events invoice.paid,v1.invoice.paid

Uses the key in STRIPE_SECRET_KEY (and STRIPE_API_BASE, for another server), which makes endpoints of its mode. Exit code 1
says that an endpoint is disabled, doubled, or of another API version, which you have to change by hand.`;

interface Ensured {
  readonly id: string;
  readonly family: "snapshot" | "thin";
  readonly change: "created" | "events changed" | "none";
  readonly secret?: string;
  readonly problems: readonly string[];
}

/** Makes the endpoints that send the handlers their events. */
export const webhooksEnsure: Command = defineCommand({
  name: "webhooks ensure",
  summary: "makes the endpoints that send your handlers their events",
  details: DETAILS,
  options: {
    url: { value: "<url>", help: "where your application receives webhooks", required: true },
    "events-from": { value: "<module>", help: 'a module that exports your receiver as "webhooks"' },
    events: { value: "<types>", help: "the event types, with commas between, instead of the receiver's" },
    connect: { help: "the events of connected accounts, instead of those of your own" },
    json: { help: "print what was done as JSON" },
  },
  run: async (values, terminal) => {
    const url = readUrl(values.url);
    const types = await readTypes(values["events-from"], values.events);
    const { stripe } = openClient(terminal.env);
    const existing = await listDestinations(stripe);
    const ensured: Ensured[] = [];
    for (const family of ["snapshot", "thin"] as const) {
      const events = types.filter((type) => findEventType(type)?.family === family).sort();
      const source = values.connect ? "@accounts" : "@self";
      const wanted = { url, family, source, events, apiVersion: NEWEST_API_VERSION } as const;
      if (events.length > 0) ensured.push(await ensure(stripe, existing, wanted));
    }
    // The secrets are what was asked for, so they are not cut out.
    terminal.secret(
      values.json ? `${JSON.stringify(ensured, undefined, 2)}\n` : ensured.map(describe).join(""),
    );
    return ensured.every(({ problems }) => problems.length === 0) ? EXIT.ok : EXIT.found;
  },
});

function readUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError('--url must be a URL such as "https://app.example.com/webhooks/stripe".');
}

async function readTypes(module: string | undefined, list: string | undefined): Promise<readonly string[]> {
  if ((module === undefined) === (list === undefined)) {
    throw new UsageError("Either --events-from or --events is needed.");
  }
  const types =
    module === undefined
      ? (list ?? "").split(",").map((type) => type.trim())
      : await withReceiver("events-from", module, async ({ eventTypes }) => eventTypes);
  for (const type of types) {
    if (findEventType(type) !== undefined) continue;
    const similar = findSimilarEventType(type);
    throw new UsageError(
      `"${type}" is no event type${similar === undefined ? "." : `. Did you mean ${similar}?`}`,
    );
  }
  if (types.length === 0)
    throw new UsageError("The receiver has no handlers, so there are no events to send.");
  return types;
}

async function ensure(
  stripe: StripeClient,
  existing: readonly EventDestination[],
  wanted: NewDestination,
): Promise<Ensured> {
  const { url, family, source, events } = wanted;
  const [found, ...doubles] = existing.filter(
    (one) =>
      one.webhook_endpoint?.url === url &&
      one.event_payload === family &&
      (one.events_from ?? ["@self"]).includes(source),
  );
  if (found === undefined) {
    const { id, webhook_endpoint: endpoint } = await createDestination(stripe, wanted);
    const secret = endpoint?.signing_secret;
    return { id, family, change: "created", ...(secret ? { secret } : {}), problems: [] };
  }
  const isSame = found.enabled_events.toSorted().join() === events.join();
  if (!isSame) await setEvents(stripe, found.id, events);
  const problems = [
    ...(found.status === "enabled" ? [] : [`It is ${found.status}: enable it in the Dashboard.`]),
    ...(family === "thin" || found.snapshot_api_version === wanted.apiVersion
      ? []
      : [
          `It sends API version ${found.snapshot_api_version ?? "of the account"}, which cannot be changed: delete it, and call this again.`,
        ]),
    ...doubles.map(({ id }) => `${id} has the same URL and family: delete one of them.`),
  ];
  return { id: found.id, family, change: isSame ? "none" : "events changed", problems };
}

function describe({ id, family, change, secret, problems }: Ensured): string {
  const lines = [
    `${family} ${id}: ${change === "none" ? "as it should be" : change}`,
    ...(secret === undefined ? [] : [`${family} signing secret: ${secret}`]),
    ...problems.map((problem) => `→ ${id}: ${problem}`),
  ];
  return `${lines.join("\n")}\n`;
}
