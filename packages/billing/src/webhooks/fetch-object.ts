import { ConfigurationError, InvalidArgumentError } from "../errors.js";
import { readObject, type WebhookEvent } from "./events.js";

/** Makes the handler's `fetchObject`: one read through the tenant's service, however often it is called. */
export function objectFetcher(
  billing: unknown,
  event: WebhookEvent,
  signal: AbortSignal,
): () => Promise<object> {
  let fetched: Promise<object> | undefined;
  return () => {
    fetched ??= fetchObject(billing, event, signal);
    return fetched;
  };
}

async function fetchObject(billing: unknown, event: WebhookEvent, signal: AbortSignal): Promise<object> {
  const object = readObject(event);
  if (object === undefined) {
    throw new InvalidArgumentError(`A ${event.type} event names no object that could be read.`);
  }
  if (!canFetch(billing)) {
    throw new ConfigurationError(
      "billing.forTenant must return a service with fetchEventObject, as a StripeBillingService has, for fetchObject.",
    );
  }
  return billing.fetchEventObject(object, { signal });
}

interface FetchesObjects {
  fetchEventObject(
    object: { readonly type: string; readonly id: string },
    options: { readonly signal: AbortSignal },
  ): Promise<object>;
}

/** Whether a tenant's service reads objects of events. */
export function canFetch(billing: unknown): billing is FetchesObjects {
  return (
    typeof billing === "object" &&
    billing !== null &&
    typeof Reflect.get(billing, "fetchEventObject") === "function"
  );
}
