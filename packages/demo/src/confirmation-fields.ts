import type { SubscriptionPreview, UpdateSubscriptionOptions } from "@repo/billing";
import { HTTPException } from "hono/http-exception";

/** The fields that carry a preview's confirmation through the form. */
export function toConfirmationFields({
  confirmation,
}: SubscriptionPreview): Readonly<Record<string, string>> {
  const { idempotencyKey, prorationDate } = confirmation;
  return { key: idempotencyKey, ...(prorationDate && { at: prorationDate.toISOString() }) };
}

/** The amounts are reckoned from the preview's instant, and a form that is sent twice changes the plan once. */
export function readConfirmation(values: URLSearchParams): UpdateSubscriptionOptions {
  const at = values.get("at");
  const prorationDate = at === null ? undefined : new Date(at);
  if (prorationDate !== undefined && Number.isNaN(Number(prorationDate))) {
    throw new HTTPException(400, { message: "Open the preview again." });
  }
  return { idempotencyKey: values.get("key") ?? undefined, prorationDate };
}
