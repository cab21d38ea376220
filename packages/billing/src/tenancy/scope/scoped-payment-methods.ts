import type Stripe from "stripe";
import { notFound } from "../../stripe/translate-error.js";
import type { GateToStripe } from "../gate/gate.js";
import type { Tenancy } from "../tenancy.js";
import type { OwnedObjects } from "./owned-objects.js";

/** A payment method with its customer, which names the default one. */
export type AttachedPaymentMethod = Stripe.PaymentMethod & { readonly customer: Stripe.Customer };

const CALL = "GET /v1/payment_methods/{payment_method}";

/** Reads the payment methods of a tenant's customers, and those that were theirs. */
export class ScopedPaymentMethods {
  readonly #options: { readonly tenancy: Tenancy; readonly tenantId: string };
  readonly #gate: Pick<GateToStripe, "retrieve">;
  readonly #owned: OwnedObjects;

  constructor(
    options: { readonly tenancy: Tenancy; readonly tenantId: string },
    gate: Pick<GateToStripe, "retrieve">,
    owned: OwnedObjects,
  ) {
    this.#options = options;
    this.#gate = gate;
    this.#owned = owned;
  }

  /** One request. @throws NotFoundError when it is missing, or attached to none of the tenant's customers. */
  async attached(paymentMethodId: string): Promise<AttachedPaymentMethod> {
    const method = await this.#owned.read(CALL, { payment_method: paymentMethodId });
    const { customer } = method;
    // The read above expands it, which its type does not tell.
    if (customer === null || typeof customer === "string") throw notFound();
    return { ...method, customer };
  }

  /** One request. @throws NotFoundError when it is missing, attached, or was never the tenant's. */
  async detached(paymentMethodId: string): Promise<Stripe.PaymentMethod> {
    const method = await this.#gate.retrieve(CALL, { payment_method: paymentMethodId }, {});
    const { tenancy, tenantId } = this.#options;
    // guard (operand 1): a detached payment method has no customer
    // guard (operand 2): a detached payment method is marked for the tenant
    if (method.customer !== null || tenancy.productAccess(tenantId, method) !== "own") throw notFound();
    return method;
  }

  /** Sends no request when it was proved lately, else one. @throws NotFoundError when it is not the customer's. */
  proveFor(customerId: string, paymentMethodId: string): Promise<void> {
    return this.#owned.proveFor(customerId, CALL, { payment_method: paymentMethodId });
  }
}
