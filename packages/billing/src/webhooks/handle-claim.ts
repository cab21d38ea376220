import { Deadline } from "../deadline.js";
import { ConfigurationError } from "../errors.js";
import type { WebhookEvent } from "./events.js";
import { canFetch, objectFetcher } from "./fetch-object.js";
import { type Claim, toIdempotencyKey } from "./inbox/inbox.js";
import { orderEvent } from "./order.js";
import type { Pipeline } from "./pipeline.js";
import { isSynthetic } from "./reconcile/synthetic-event.js";
import { readOrigin, UnresolvedTenant } from "./resolve-tenant.js";
import { inSpan } from "./tracing.js";

/** How far Stripe's clock may be ahead of ours; an event that is taken for late by mistake costs no more than a read. */
const CLOCKS_DIFFER_MS = 60_000;

/** What came of a delivery that was handled. */
export type Handled = { readonly tenantId: string } | { readonly ignored: "foreign" };

/** Finds the tenant of a claimed delivery and runs its handler. Throws when another attempt may succeed. */
export function handleClaim<TBilling, Tx>(
  { handlerFor, billing, handlerTimeoutMs, objects, now, tracer }: Pipeline<TBilling, Tx>,
  { key, tx, attempt, newestHandledAtMs, sawObjectAt, signal: claimSignal }: Claim<Tx>,
  delivered: WebhookEvent,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<Handled> {
  const { type } = delivered;
  const words = { what: `Handling ${type}` };
  const deadline = new Deadline(handlerTimeoutMs, [claimSignal, options.signal], words);
  return inSpan(tracer, `webhook handle ${type}`, () =>
    deadline.run(async (signal) => {
      const handler = handlerFor(type);
      const origin = readOrigin(delivered);
      // Both existed when the event was received, but a requeue may come after its handler was removed.
      if (handler === undefined || origin === undefined) {
        throw new ConfigurationError(
          `on has no handler for ${type} any more. Register one again, then requeue the delivery.`,
        );
      }
      const resolution = await billing.resolveTenant(origin, { signal });
      if (resolution.status === "nobody") return { ignored: "foreign" };
      if (resolution.status === "unknown") throw new UnresolvedTenant(type);
      const { tenantId } = resolution;
      const bound = billing.forTenant(tenantId);
      const fetchObject = objectFetcher(bound, delivered, signal, () => {
        // What comes as delivered after this must not be older. An event that is read anew never is.
        if (objects === "delivered") sawObjectAt(Math.ceil(now()) + CLOCKS_DIFFER_MS);
      });
      const { event, isStale } = await orderEvent(delivered, {
        objects,
        newestHandledAtMs,
        nowMs: now(),
        fetchObject: canFetch(bound, delivered) ? fetchObject : undefined,
      });
      // After the deadline nobody waits for the handler, so it must not start.
      signal.throwIfAborted();
      const idempotencyKey = toIdempotencyKey(key);
      const context = {
        tenantId,
        billing: bound,
        tx,
        signal,
        attempt,
        isStale,
        isSynthetic: isSynthetic(event),
        fetchObject,
        idempotencyKey,
      };
      await handler(event, context);
      return { tenantId };
    }),
  );
}
