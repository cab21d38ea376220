import type { WebhookEvent } from "./events.js";
import type { Handled } from "./handle-claim.js";
import type { DeliveryKey, InboxResult } from "./inbox/inbox.js";
import type { Delivered, Verdict } from "./outcome.js";
import { UnresolvedTenant } from "./resolve-tenant.js";
import { findUnknownVersion } from "./unknown-version.js";

/** What every outcome of the delivery says. */
export function toDelivered(delivery: DeliveryKey, eventType: string, event?: WebhookEvent): Delivered {
  const unknownApiVersion = event && findUnknownVersion(event);
  return { delivery, eventType, ...(unknownApiVersion !== undefined && { unknownApiVersion }) };
}

/** Words what the inbox says of a delivery as its outcome. */
export function toVerdict(subject: Delivered, result: InboxResult<Handled>): Verdict {
  switch (result.status) {
    case "handled": {
      const { attempt, value } = result;
      return "ignored" in value
        ? { ...subject, status: "ignored", reason: value.ignored }
        : { ...subject, status: "handled", tenantId: value.tenantId, attempt };
    }
    case "failed":
      return result.error instanceof UnresolvedTenant
        ? { ...subject, status: "unresolved", attempt: result.attempt }
        : { ...subject, ...result };
    default:
      return { ...subject, ...result };
  }
}
