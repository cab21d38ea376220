import type Stripe from "stripe";
import * as z from "zod/mini";
import { ConflictError, InvalidArgumentError } from "../../errors.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { referencedId } from "../../stripe/reference.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";

/** Names a payment; give exactly one of these. */
export interface PaidBy {
  /** A paid invoice, such as a subscription's. */
  readonly invoiceId?: string | undefined;
  /** A payment, such as a Checkout session's `paymentIntentId`. */
  readonly paymentIntentId?: string | undefined;
  readonly chargeId?: string | undefined;
}

type PaidByFields = { readonly [Name in keyof PaidBy]-?: z.ZodMiniOptional<z.ZodMiniUnknown> };

export function paidByFields(): PaidByFields {
  const id = z.optional(z.unknown());
  return { invoiceId: id, paymentIntentId: id, chargeId: id };
}

export interface CheckedPaidBy {
  readonly kind: "invoice" | "payment_intent" | "charge";
  readonly id: string;
}

/** @throws InvalidArgumentError unless exactly one is given, and is well-formed. */
export function parsePaidBy(given: { readonly [Name in keyof PaidBy]?: unknown }): CheckedPaidBy {
  const { invoiceId, paymentIntentId, chargeId } = given;
  if ([invoiceId, paymentIntentId, chargeId].filter((id) => id !== undefined).length !== 1) {
    throw new InvalidArgumentError("Give exactly one of invoiceId, paymentIntentId and chargeId.");
  }
  if (invoiceId !== undefined) return { kind: "invoice", id: parseObjectId("invoice", invoiceId) };
  if (paymentIntentId === undefined) return { kind: "charge", id: parseObjectId("charge", chargeId) };
  return { kind: "payment_intent", id: parseObjectId("payment_intent", paymentIntentId, "paymentIntentId") };
}

/**
 * Finds and proves the charge. One request, or two for an invoice.
 *
 * @throws NotFoundError when it is missing or not of one of the tenant's customers.
 * @throws ConflictError when nothing was charged, or an invoice was paid by several payments.
 */
export async function findCharge(scope: TenantScope, paidBy: CheckedPaidBy): Promise<Stripe.Charge> {
  const found = await findPaid(scope, paidBy);
  const charge = typeof found === "string" ? await scope.payments.chargeOfIntent(found) : found;
  if (charge?.paid) return charge;
  throw new ConflictError("The payment has not succeeded, so there is nothing to refund.");
}

/** The payment intent, or the charge that was named or made without one. */
async function findPaid(scope: TenantScope, { kind, id }: CheckedPaidBy): Promise<string | Stripe.Charge> {
  if (kind === "charge") return scope.payments.charge(id);
  return kind === "invoice" ? findPayment(scope, id) : id;
}

/** The payment intent that paid an invoice, or the charge of one that was paid without. */
async function findPayment(scope: TenantScope, invoiceId: string): Promise<string | Stripe.Charge> {
  const { payments } = await scope.invoice(invoiceId, {}, ["payments"]);
  const paid = (payments?.data ?? []).filter(({ status }) => status === "paid");
  const [only, ...others] = paid.map(({ payment }) => payment);
  if (only === undefined) {
    throw new ConflictError("No payment was made for the invoice, so there is nothing to refund.");
  }
  if (others.length > 0) {
    throw new ConflictError(
      "The invoice was paid by several payments. Name one of them with paymentIntentId.",
    );
  }
  if (only.payment_intent !== undefined) return referencedId(only.payment_intent);
  if (only.charge !== undefined) return scope.payments.charge(referencedId(only.charge));
  throw new ConflictError("The invoice was paid outside of Stripe, so Stripe cannot refund it.");
}
