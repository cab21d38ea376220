import type Stripe from "stripe";
import * as z from "zod/mini";
import { ConflictError, InvalidArgumentError, NotFoundError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, writeFields, writeOptions } from "../../input.js";
import { assertFuture } from "../../selling/assert-future.js";
import { Steps } from "../../steps.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { toEpochSeconds } from "../../views/epoch.js";
import { type CollectionPause, type Subscription, toSubscription } from "../../views/subscription.js";
import { unlessChangedMeanwhile } from "./changed-meanwhile.js";
import { assertAlive } from "./resume.js";

/**
 * - `collection` (the default): the subscription goes on, but its invoices are not collected.
 * - `subscription`: the subscription itself stops, with the status `paused`, without periods and invoices. Only for
 *   flexible billing, and not while a change is scheduled; needs `stripe` 23, whose API version supports it.
 */
export type PauseSubscriptionOptions = CallOptions &
  IdempotencyOptions &
  (CollectionPauseOptions | FullPauseOptions);

export interface CollectionPauseOptions {
  readonly pause?: "collection" | undefined;
  /**
   * What happens to invoices meanwhile: `"void"` (the default) to give the time for free, `"mark_uncollectible"` to
   * write the invoices off, `"keep_as_draft"` to collect them later.
   */
  readonly invoices?: CollectionPause["invoices"] | undefined;
  /** When collection resumes by itself. Default: never; call `unpauseSubscription`. */
  readonly until?: Date | undefined;
}

export interface FullPauseOptions {
  readonly pause: "subscription";
  /**
   * How the credit for unused time is settled: `"pending_invoice_item"` (the default) puts it on the next invoice,
   * `"invoice"` settles it at once.
   */
  readonly settle?: "pending_invoice_item" | "invoice" | undefined;
}

export interface UnpauseSubscriptionOptions extends CallOptions, IdempotencyOptions {}

const INVOICES = ["void", "mark_uncollectible", "keep_as_draft"] as const;
const SETTLE = ["pending_invoice_item", "invoice"] as const;

const pauseOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    pause: z.optional(
      z.enum(["collection", "subscription"], 'pause must be "collection" or "subscription".'),
    ),
    invoices: z.optional(z.enum(INVOICES, `invoices must be one of ${INVOICES.join(", ")}.`)),
    until: z.optional(z.date("until must be a Date.")),
    settle: z.optional(z.enum(SETTLE, `settle must be one of ${SETTLE.join(", ")}.`)),
  }),
);

export async function pauseSubscription(
  scope: TenantScope,
  subscription: string,
  options: PauseSubscriptionOptions,
): Promise<Subscription> {
  const subscriptionId = parseObjectId("subscription", subscription);
  const wanted = checkPause(options);
  const before = await scope.subscription(subscriptionId, ["schedule"]);
  assertAlive(before);
  await assertFuture(wanted.until, "until must be a Date in the future.", async () => before);
  if (wanted.pause === "subscription") {
    return toSubscription(await pauseWhole(scope, before, wanted.settle, wanted.idempotencyKey), scope);
  }
  const { invoices = "void", until } = wanted;
  const pause = { behavior: invoices, ...(until && { resumes_at: toEpochSeconds(until) }) };
  if (isPausedSo(before, pause)) return toSubscription(before, scope);
  const ids = { subscription: subscriptionId };
  const params = { pause_collection: pause, expand: ["schedule"] };
  const call = "POST /v1/subscriptions/{subscription}";
  const after = await unlessChangedMeanwhile(scope, subscriptionId, assertAlive, () =>
    scope.write(call, ids, params, wanted.idempotencyKey, "pause"),
  );
  return toSubscription(after, scope);
}

export async function unpauseSubscription(
  scope: TenantScope,
  subscription: string,
  options: UnpauseSubscriptionOptions,
): Promise<Subscription> {
  const subscriptionId = parseObjectId("subscription", subscription);
  const { idempotencyKey } = checkInput(writeOptions, options);
  const ids = { subscription: subscriptionId };
  const steps = new Steps(idempotencyKey);
  let after = await scope.subscription(subscriptionId, ["schedule"]);
  assertAlive(after);
  if (after.pause_collection !== null) {
    const params = { pause_collection: "" as const, expand: ["schedule"] };
    const call = "POST /v1/subscriptions/{subscription}";
    after = await steps.take("the end of the pause of collection", () =>
      unlessChangedMeanwhile(scope, subscriptionId, assertAlive, () =>
        scope.write(call, ids, params, steps.key, "unpause"),
      ),
    );
  }
  if (after.status === "paused") {
    const params = { expand: ["schedule"] };
    const call = "POST /v1/subscriptions/{subscription}/resume";
    after = await steps.take("the end of the subscription's pause", () =>
      unlessChangedMeanwhile(scope, subscriptionId, unlessPaused, () =>
        scope.write(call, ids, params, steps.key),
      ),
    );
  }
  return toSubscription(after, scope);
}

function unlessPaused(now: Stripe.Subscription): Stripe.Subscription | undefined {
  assertAlive(now);
  return now.status === "paused" ? undefined : now;
}

/** The subscription, if it is paused already. @throws ConflictError when Stripe cannot pause it. */
function ifPaused(now: Stripe.Subscription): Stripe.Subscription | undefined {
  assertAlive(now);
  if (now.status === "paused") return now;
  // API versions before 2025-06-30 have only classic billing, and do not name it.
  if (now.billing_mode?.type !== "flexible") {
    throw new ConflictError(
      'Stripe can pause a subscription itself only in flexible billing mode. Use pause: "collection".',
    );
  }
  if (now.schedule === null) return undefined;
  throw new ConflictError(
    'Stripe cannot pause a subscription that has a schedule. Drop the scheduled change first, or use pause: "collection".',
  );
}

async function pauseWhole(
  scope: TenantScope,
  before: Stripe.Subscription,
  settle: (typeof SETTLE)[number] | undefined,
  idempotencyKey: string | undefined,
): Promise<Stripe.Subscription> {
  const paused = ifPaused(before);
  if (paused !== undefined) return paused;
  const ids = { subscription: before.id };
  const params = { ...(settle && { invoicing_behavior: settle }), expand: ["schedule"] };
  const call = "POST /v1/subscriptions/{subscription}/pause";
  try {
    return await unlessChangedMeanwhile(scope, before.id, ifPaused, () =>
      scope.write(call, ids, params, idempotencyKey),
    );
  } catch (error) {
    // The subscription was just read, so it is the call that does not exist.
    if (!(error instanceof NotFoundError)) throw error;
    throw new ConflictError(
      'The Stripe client uses an API version that cannot pause a subscription itself. Use stripe 23, or pause: "collection".',
      { cause: error },
    );
  }
}

function checkPause(options: PauseSubscriptionOptions) {
  const wanted = checkInput(pauseOptions, options);
  const { pause, invoices, until, settle } = wanted;
  if (pause === "subscription" && (invoices !== undefined || until !== undefined)) {
    throw new InvalidArgumentError('invoices and until can only be given with pause: "collection".');
  }
  if (pause !== "subscription" && settle !== undefined) {
    throw new InvalidArgumentError('settle can only be given with pause: "subscription".');
  }
  return wanted;
}

function isPausedSo(
  { pause_collection: now }: Stripe.Subscription,
  wanted: { readonly behavior: string; readonly resumes_at?: number },
): boolean {
  return now?.behavior === wanted.behavior && (now.resumes_at ?? undefined) === wanted.resumes_at;
}
