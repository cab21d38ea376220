import { NEWEST_API_VERSION, OLDEST_API_VERSION } from "../api-version.js";
import { isThin, type WebhookEvent } from "./events.js";

const [NEWEST_DATE, NEWEST_RELEASE] = NEWEST_API_VERSION.split(".");

/**
 * Reads an event's API version where it is one that this package does not know, so that the shape of its object may
 * differ. Monthly versions of a known release are compatible. A thin event has no version: its object is read anew.
 */
export function findUnknownVersion(event: WebhookEvent): string | undefined {
  if (isThin(event)) return undefined;
  const version = event.api_version ?? undefined;
  if (version === undefined) return undefined;
  const [date = "", release] = String(version).slice(0, 64).split(".");
  const isKnown = date >= OLDEST_API_VERSION && (date <= (NEWEST_DATE ?? "") || release === NEWEST_RELEASE);
  return isKnown && /^\d{4}-\d\d-\d\d$/.test(date) ? undefined : printable(String(version));
}

function printable(version: string): string {
  return version.slice(0, 64).replace(/[^\w.;= -]/g, "?");
}
