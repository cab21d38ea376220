import { NEWEST_API_VERSION } from "../../api-version.js";
import { findEventType, findSimilarEventType } from "../../events/event-types.js";
import type { StripeClient } from "../../stripe/client.js";
import { type Command, defineCommand } from "../command.js";
import {
  createDestination,
  type EventDestination,
  listDestinations,
  type NewDestination,
  setEvents,
} from "../event-destinations.js";
import { EXIT } from "../exit-codes.js";
import { withReceiver } from "../receiver.js";
import { createSecretFile, type SecretFile } from "../secret-file.js";
import { openClient } from "../service.js";
import { UsageError } from "../usage-error.js";

const DETAILS = `Creates the endpoints that send your handlers their events: one for snapshot events, in API version ${NEWEST_API_VERSION}, and
one for thin events, if there are handlers for them. An existing endpoint with the URL is kept, and gets exactly these
events. Call it after every deploy, one at a time: of two first runs at the same moment each would create one, and the next
would end with 1.

Stripe shows the signing secret of a new endpoint only once. It is written to the file that --secrets-to names, which only
you can read, in the form of an environment file; an existing file is never overwritten, and no secret is printed. Pass the
secrets to the receiver's signingSecrets within three days, before Stripe stops retrying, and delete the file.

  billing webhooks ensure --url https://app.example.com/webhooks/stripe --events-from ./webhooks.mjs \\
    --secrets-to ./webhook-secrets.env
  billing webhooks ensure --url https://app.example.com/webhooks/stripe --events invoice.paid,v1.invoice.paid

Uses the key in STRIPE_SECRET_KEY (and STRIPE_API_BASE, for another server), whose mode the endpoints get. Exit code 1 says
that an endpoint is disabled, a duplicate, or of another API version, which you have to change by hand.`;

interface Ensured {
  readonly id: string;
  readonly family: "snapshot" | "thin";
  readonly change: "created" | "events changed" | "none";
  /** The variable that has its signing secret in the file of secrets. */
  readonly secretIn?: string;
  readonly problems: readonly string[];
}

/** Makes the endpoints that send the handlers their events. */
export const webhooksEnsure: Command = defineCommand({
  name: "webhooks ensure",
  summary: "creates the endpoints that send your handlers their events",
  details: DETAILS,
  options: {
    url: { value: "<url>", help: "where your application receives webhooks", required: true },
    "events-from": { value: "<module>", help: 'a module that exports your receiver as "webhooks"' },
    events: { value: "<types>", help: "the event types, separated by commas, instead of the receiver's" },
    connect: { help: "the events of connected accounts instead of your own" },
    "secrets-to": {
      value: "<file>",
      help: "a new file for the signing secrets; required to create an endpoint",
    },
    json: { help: "print what was done as JSON" },
  },
  run: async (values, terminal) => {
    const url = readUrl(values.url);
    const types = await readTypes(values["events-from"], values.events);
    const { stripe } = openClient(terminal.env);
    const existing = await listDestinations(stripe);
    const wanted = (["snapshot", "thin"] as const)
      .map(
        (family) =>
          ({
            url,
            family,
            source: values.connect ? "@accounts" : "@self",
            events: types.filter((type) => findEventType(type)?.family === family).sort(),
            apiVersion: NEWEST_API_VERSION,
          }) satisfies NewDestination,
      )
      .filter(({ events }) => events.length > 0);
    const isNew = wanted.some((one) => findOwn(existing, one).length === 0);
    // Made before any endpoint is: a secret that cannot be kept is lost.
    const secrets = isNew ? await createSecretFile(values["secrets-to"]) : undefined;
    const ensured: Ensured[] = [];
    try {
      for (const one of wanted) ensured.push(await ensure(stripe, existing, one, secrets));
    } finally {
      await secrets?.close();
    }
    terminal.out(values.json ? `${JSON.stringify(ensured, undefined, 2)}\n` : ensured.map(describe).join(""));
    if (secrets !== undefined) terminal.err(`The signing secrets are in ${secrets.file}.\n`);
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
      `"${type}" is not an event type${similar === undefined ? "." : `. Did you mean ${similar}?`}`,
    );
  }
  if (types.length === 0)
    throw new UsageError("The receiver has no handlers, so there are no events to send.");
  return types;
}

/** The endpoints that send a family's events from there to the URL: one, or none, or doubles. */
function findOwn(
  existing: readonly EventDestination[],
  { url, family, source }: NewDestination,
): readonly EventDestination[] {
  return existing.filter(
    (one) =>
      one.webhook_endpoint?.url === url &&
      one.event_payload === family &&
      (one.events_from ?? ["@self"]).includes(source),
  );
}

async function ensure(
  stripe: StripeClient,
  existing: readonly EventDestination[],
  wanted: NewDestination,
  secrets: SecretFile | undefined,
): Promise<Ensured> {
  const { family, events } = wanted;
  const [found, ...doubles] = findOwn(existing, wanted);
  if (found === undefined) {
    const { id, webhook_endpoint: endpoint } = await createDestination(stripe, wanted);
    const secret = endpoint?.signing_secret;
    if (!secret) {
      const problem = "Stripe did not hand out its signing secret: read it in the Dashboard.";
      return { id, family, change: "created", problems: [problem] };
    }
    const secretIn = nameSecret(wanted);
    try {
      await secrets?.add(secretIn, secret, `${family} events, ${id}`);
    } catch (error) {
      throw new Error(`The signing secret of ${id} could not be written: roll it in the Dashboard.`, {
        cause: error,
      });
    }
    return { id, family, change: "created", secretIn, problems: [] };
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

/** The usual name for the snapshot events of one's own account, and others beside it. */
function nameSecret({ family, source }: NewDestination): string {
  const connect = source === "@accounts" ? "CONNECT_" : "";
  return `STRIPE_${connect}${family === "thin" ? "THIN_" : ""}WEBHOOK_SECRET`;
}

function describe({ id, family, change, secretIn, problems }: Ensured): string {
  const lines = [
    `${family} ${id}: ${change === "none" ? "as it should be" : change}`,
    ...(secretIn === undefined ? [] : [`${family} signing secret: ${secretIn}`]),
    ...problems.map((problem) => `→ ${id}: ${problem}`),
  ];
  return `${lines.join("\n")}\n`;
}
