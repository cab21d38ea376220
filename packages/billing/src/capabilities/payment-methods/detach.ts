import type Stripe from "stripe";
import * as z from "zod/mini";
import { ConflictError, NotFoundError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, writeFields } from "../../input.js";
import { listCurrentSubscriptions } from "../../selling/current-subscriptions.js";
import { Steps } from "../../steps.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { referencedId } from "../../stripe/reference.js";
import { type CallMark, isResultOf, markCall, toMetadata } from "../../tenancy/call-mark.js";
import type { AttachedPaymentMethod } from "../../tenancy/scope/scoped-payment-methods.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { unlessOvertaken } from "../../unless-overtaken.js";
import { chargedMethodId, type PaymentMethod, toPaymentMethod } from "../../views/payment-method.js";

export interface DetachPaymentMethodOptions extends CallOptions, IdempotencyOptions {
  /** Detaches it even if it pays a subscription, whose next payment may then fail. Default: false. */
  readonly allowInUse?: boolean | undefined;
}

const detachOptions = onFirstUse(() =>
  optionsObject({ ...writeFields(), allowInUse: z.optional(z.boolean("allowInUse must be true or false.")) }),
);

export async function detachPaymentMethod(
  scope: TenantScope,
  paymentMethod: string,
  options: DetachPaymentMethodOptions,
): Promise<PaymentMethod> {
  const paymentMethodId = parseObjectId("payment_method", paymentMethod, "paymentMethodId");
  const { allowInUse = false, idempotencyKey } = checkInput(detachOptions, options);
  const steps = new Steps(idempotencyKey);
  const mark = markCall(scope, "detachPaymentMethod", steps.key, { paymentMethodId });
  const method = await findMethod(scope, paymentMethodId, idempotencyKey === undefined ? undefined : mark);
  if (method.customer === null) return toPaymentMethod(method);
  if (!allowInUse) await assertNotInUse(scope, method);
  const ids = { payment_method: paymentMethodId };
  if (takesMetadata(paymentMethodId)) {
    const metadata = toMetadata(mark);
    await steps.take("the mark of this call on the payment method", () =>
      unlessDetached(scope, paymentMethodId, () =>
        scope.write("POST /v1/payment_methods/{payment_method}", ids, { metadata }, steps.key),
      ),
    );
  }
  const detached = await steps.take("the detachment", () =>
    unlessDetached(scope, paymentMethodId, () =>
      scope.write("POST /v1/payment_methods/{payment_method}/detach", ids, {}, steps.key),
    ),
  );
  return toPaymentMethod(detached);
}

/**
 * Makes a write that Stripe refuses once another call has detached the payment method.
 *
 * @throws NotFoundError then, as when it had been detached before.
 */
function unlessDetached(
  scope: TenantScope,
  paymentMethodId: string,
  write: () => Promise<Stripe.PaymentMethod>,
): Promise<Stripe.PaymentMethod> {
  return unlessOvertaken(() => scope.paymentMethods.attached(paymentMethodId).then(() => undefined), write);
}

type DetachedPaymentMethod = Stripe.PaymentMethod & { readonly customer: null };

/** Reads the payment method; a detached one only for a retry of the call that detached it. */
async function findMethod(
  scope: TenantScope,
  paymentMethodId: string,
  retried: CallMark | undefined,
): Promise<AttachedPaymentMethod | DetachedPaymentMethod> {
  try {
    // guard (as table): a payment method is proved before it is detached
    return await scope.paymentMethods.attached(paymentMethodId);
  } catch (error) {
    if (retried === undefined || !(error instanceof NotFoundError)) throw error;
    const method = await scope.paymentMethods.detached(paymentMethodId);
    // guard: only the call that detached a payment method finds it again
    if (!isResultOf(retried, method)) throw error;
    return { ...method, customer: null };
  }
}

/** Cards and sources from before there were payment methods can be read as payment methods, but not updated. */
function takesMetadata(paymentMethodId: string): boolean {
  return paymentMethodId.startsWith("pm_");
}

/** Stripe would detach it silently, and the next renewal would have nothing to charge. */
async function assertNotInUse(scope: TenantScope, { id, customer }: AttachedPaymentMethod): Promise<void> {
  for (const subscription of await listCurrentSubscriptions(scope, customer.id)) {
    if (subscription.collection_method !== "charge_automatically") continue;
    if (chargedOn(subscription, customer) !== id) continue;
    throw new ConflictError(
      "A subscription is charged on this payment method. Give the subscription another one first, or pass allowInUse: true.",
      { conflictingId: subscription.id },
    );
  }
}

function chargedOn(subscription: Stripe.Subscription, customer: Stripe.Customer): string | null {
  const own = subscription.default_payment_method ?? subscription.default_source;
  return referencedId(own) ?? chargedMethodId(customer);
}
