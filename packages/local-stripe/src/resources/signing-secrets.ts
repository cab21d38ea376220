import type { Check } from "../check-options.js";
import { randomText } from "../ids.js";
import type { Transaction } from "../store/account-data.js";
import type { SigningSecrets } from "../store/records/webhooks.js";

export function newSecrets(): SigningSecrets {
  return { secret: newSecret(), previousSecret: null };
}

/** The id of what deliveries are signed for. */
export const isSignedFor: Check = (value) =>
  typeof value === "string" && /^(we|ed)_\w+$/.test(value)
    ? undefined
    : "the id of a webhook endpoint, we_…, or of an event destination, ed_…";

/** Does what "Roll secret" in the Dashboard does: deliveries are signed with the old secret too for a while. */
export function rollSecret(tx: Transaction, id: string, overlapSeconds: number): string {
  const name = id.startsWith("ed_") ? "v2.core.event_destination" : "webhook_endpoint";
  const { secret } = tx.account.getFromPath(name, id);
  const previousSecret = { secret, until: tx.now + overlapSeconds };
  return tx.change(name, id, { secret: newSecret(), previousSecret }).secret;
}

function newSecret(): string {
  return `whsec_${randomText(32)}`;
}
