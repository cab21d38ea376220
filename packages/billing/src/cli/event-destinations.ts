import type { StripeClient } from "../stripe/client.js";
import { withQuery } from "../stripe/query-string.js";

const PATH = "/v2/core/event_destinations";

/** An endpoint that gets events of one family; the fields of Stripe's that matter here. */
export interface EventDestination {
  readonly id: string;
  readonly status: string;
  readonly event_payload: "snapshot" | "thin";
  readonly events_from?: readonly string[] | null;
  readonly enabled_events: readonly string[];
  readonly snapshot_api_version?: string | null;
  readonly webhook_endpoint?: {
    readonly url?: string | null;
    readonly signing_secret?: string | null;
  } | null;
}

export interface NewDestination {
  readonly url: string;
  readonly family: "snapshot" | "thin";
  readonly source: "@self" | "@accounts";
  readonly events: readonly string[];
  readonly apiVersion: string;
}

/** Lists every endpoint of the account, with its URL. */
export async function listDestinations(stripe: StripeClient): Promise<readonly EventDestination[]> {
  const found: EventDestination[] = [];
  let path: string | null = withQuery(PATH, { include: ["webhook_endpoint.url"] });
  while (path !== null) {
    const page = (await stripe.rawRequest("GET", path)) as DestinationPage; // as Stripe's reference has it
    found.push(...page.data);
    path = page.next_page_url ?? null;
  }
  return found;
}

interface DestinationPage {
  readonly data: readonly EventDestination[];
  readonly next_page_url?: string | null;
}

/** Creates an endpoint. The answer has its signing secret, which Stripe shows this once. */
export async function createDestination(
  stripe: StripeClient,
  { url, family, source, events, apiVersion }: NewDestination,
): Promise<EventDestination> {
  const created = await stripe.rawRequest("POST", PATH, {
    name: `${new URL(url).host} ${family} events`,
    type: "webhook_endpoint",
    event_payload: family,
    events_from: [source],
    enabled_events: events,
    webhook_endpoint: { url },
    include: ["webhook_endpoint.signing_secret"],
    ...(family === "snapshot" ? { snapshot_api_version: apiVersion } : {}),
  });
  return created as EventDestination; // as Stripe's reference has it
}

export async function setEvents(stripe: StripeClient, id: string, events: readonly string[]): Promise<void> {
  await stripe.rawRequest("POST", `${PATH}/${id}`, { enabled_events: events });
}
