import { inVersion, previousInVersion } from "../declare/versions.js";
import type { AccountData } from "../store/account-data.js";
import type { EventRecord } from "../store/records/events.js";
import type { AnyEvent } from "./endpoints.js";

/** The body of a delivery. Thin events are the same in every API version, so theirs is `null`. */
export function payload(event: AnyEvent, version: string | null, account: AccountData): string {
  const body =
    event.object === "event" && version !== null
      ? snapshotInVersion(event, version, account)
      : account.render(event.object, event);
  return JSON.stringify(body, undefined, 2);
}

function snapshotInVersion(event: EventRecord, version: string, account: AccountData): object {
  const { object, previous_attributes: previous } = event.data;
  return {
    ...event,
    api_version: version,
    data: {
      object: inVersion(object, version, account),
      ...(previous && { previous_attributes: previousInVersion(previous, object, version, account) }),
    },
  };
}
