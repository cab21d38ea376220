import { ConfigurationError, InvalidArgumentError } from "../errors.js";
import { readSummaryCustomer, toStripeSummary } from "./entitlement-summary.js";
import { readObject, type WebhookEvent } from "./events.js";
import { listsEntitlements } from "./lists-entitlements.js";

/**
 * Makes the handler's `fetchObject`: one read through the tenant's service, however often it is called. `onFetched` is
 * called when Stripe has answered.
 */
export function objectFetcher(
  billing: unknown,
  event: WebhookEvent,
  signal: AbortSignal,
  onFetched: () => void,
): () => Promise<object> {
  let fetched: Promise<object> | undefined;
  return () => {
    fetched ??= fetchObject(billing, event, signal).then((object) => {
      onFetched();
      return object;
    });
    return fetched;
  };
}

async function fetchObject(billing: unknown, event: WebhookEvent, signal: AbortSignal): Promise<object> {
  const customerId = readSummaryCustomer(event);
  if (customerId !== undefined) {
    if (!listsEntitlements(billing)) throw lacks("listEntitlements");
    return toStripeSummary(
      customerId,
      await billing.listEntitlements(customerId, { signal }),
      event.livemode,
    );
  }
  const object = readObject(event);
  if (object === undefined) {
    throw new InvalidArgumentError(`A ${event.type} event names no object that could be read.`);
  }
  if (!fetchesObjects(billing)) throw lacks("fetchEventObject");
  return billing.fetchEventObject(object, { signal });
}

function lacks(method: string): ConfigurationError {
  return new ConfigurationError(
    `billing.forTenant must return a service with ${method}, as a StripeBillingService has, for fetchObject.`,
  );
}

/** Whether a tenant's service can read what an event is about. */
export function canFetch(billing: unknown, event: WebhookEvent): boolean {
  return readSummaryCustomer(event) === undefined ? fetchesObjects(billing) : listsEntitlements(billing);
}

interface FetchesObjects {
  fetchEventObject(
    object: { readonly type: string; readonly id: string },
    options: { readonly signal: AbortSignal },
  ): Promise<object>;
}

function fetchesObjects(billing: unknown): billing is FetchesObjects {
  return (
    typeof billing === "object" &&
    billing !== null &&
    typeof Reflect.get(billing, "fetchEventObject") === "function"
  );
}
