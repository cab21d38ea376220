import * as z from "zod/mini";
import { ConflictError, InvalidArgumentError } from "../../errors.js";
import { callFields, callOptions, checkInput, onFirstUse, optionsObject, writeFields } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { refusalOf } from "../../stripe/refusal.js";
import type { CallerMetadata } from "../../tenancy/caller-metadata.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type Refund, toRefund } from "../../views/refund.js";
import { findCharge, type PaidBy, paidByFields, parsePaidBy } from "./refunded-charge.js";

export interface CreateRefundOptions extends PaidBy, CallOptions, IdempotencyOptions {
  /** In the minor unit of the payment's currency. Default: everything that has not been refunded yet. */
  readonly amount?: number | undefined;
  readonly reason?: "duplicate" | "fraudulent" | "requested_by_customer" | undefined;
  readonly metadata?: CallerMetadata | undefined;
}

export interface ListRefundsOptions extends PaidBy, CallOptions {}

const AMOUNT = "amount must be a whole number of 1 or more.";
const REASONS = ["duplicate", "fraudulent", "requested_by_customer"] as const;

const createOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    ...paidByFields(),
    amount: z.optional(z.int(AMOUNT).check(z.gte(1, AMOUNT))),
    reason: z.optional(z.enum(REASONS, `reason must be one of ${REASONS.join(", ")}.`)),
    metadata: z.optional(z.unknown()),
  }),
);

const listOptions = onFirstUse(() => optionsObject({ ...callFields(), ...paidByFields() }));

export async function createRefund(scope: TenantScope, options: CreateRefundOptions): Promise<Refund> {
  const { amount, reason, metadata, idempotencyKey, ...given } = checkInput(createOptions, options);
  const paidBy = parsePaidBy(given);
  // guard (argument of callerMetadata): a refund's metadata names no reserved key
  const ownMetadata = metadata === undefined ? undefined : scope.callerMetadata(metadata);
  // guard (as table): a charge to refund is of one of the tenant's customers
  const charge = await findCharge(scope, paidBy);
  if (amount !== undefined && amount > charge.amount_captured) {
    throw new InvalidArgumentError("amount is more than was paid.");
  }
  const params = {
    charge: charge.id,
    ...(amount !== undefined && { amount }),
    ...(reason && { reason }),
    ...(ownMetadata && { metadata: ownMetadata }),
    // The charge says whose the refund is.
    expand: ["charge"],
  };
  try {
    return toRefund(await scope.write("POST /v1/refunds", {}, params, idempotencyKey), scope);
  } catch (error) {
    const reason = whyNotRefundable(error);
    throw reason === undefined
      ? error
      : new ConflictError(reason, { cause: error, conflictingId: charge.id });
  }
}

export async function getRefund(scope: TenantScope, refund: string, options: CallOptions): Promise<Refund> {
  const refundId = parseObjectId("refund", refund);
  checkInput(callOptions, options);
  // guard (as table): a refund to read is of a charge of one of the tenant's customers
  return toRefund(await scope.payments.refund(refundId), scope);
}

/** More than anyone gives back of one charge. */
const MOST_REFUNDS = 100;

export async function listRefunds(
  scope: TenantScope,
  options: ListRefundsOptions,
): Promise<readonly Refund[]> {
  const paidBy = parsePaidBy(checkInput(listOptions, options));
  // guard (as table): refunds are listed of a charge of one of the tenant's customers
  const { id: charge } = await findCharge(scope, paidBy);
  const params = { charge, limit: MOST_REFUNDS, expand: ["data.charge"] };
  const { data } = await scope.list("GET /v1/refunds", params);
  return Object.freeze(data.map((refund) => toRefund(refund, scope)));
}

/** Reads from Stripe's refusal what stands in the way of a refund, if it is a matter of the charge. */
function whyNotRefundable(error: unknown): string | undefined {
  const { code, param } = refusalOf(error);
  if (code === "charge_disputed") return "The payment is disputed, so it cannot be refunded.";
  return code === "charge_already_refunded" || param === "amount"
    ? "The payment has been refunded already, or less than the amount is left to refund."
    : undefined;
}
