import type Stripe from "stripe";
import { referencedId } from "../../stripe/reference.js";
import { notFound } from "../../stripe/translate-error.js";
import type { GateToStripe } from "../gate/gate.js";
import type { OwnedObjects } from "./owned-objects.js";

/** Reads the charges and refunds of a tenant's customers. */
export class ScopedPayments {
  readonly #gate: Pick<GateToStripe, "retrieve">;
  readonly #owned: OwnedObjects;

  constructor(gate: Pick<GateToStripe, "retrieve">, owned: OwnedObjects) {
    this.#gate = gate;
    this.#owned = owned;
  }

  /** One request. @throws NotFoundError when the charge is missing or not of one of the tenant's customers. */
  charge(chargeId: string): Promise<Stripe.Charge> {
    return this.#owned.read("GET /v1/charges/{charge}", { charge: chargeId });
  }

  /** Reads a payment and its last charge; null before there is one. One request. @throws NotFoundError as {@link charge} does. */
  async chargeOfIntent(intentId: string): Promise<Stripe.Charge | null> {
    const call = "GET /v1/payment_intents/{payment_intent}";
    const intent = await this.#owned.read(call, { payment_intent: intentId }, ["latest_charge"]);
    const { latest_charge: charge } = intent;
    if (typeof charge === "string") throw notFound();
    if (charge !== null) this.#owned.remember(charge.id, referencedId(intent.customer) ?? "");
    return charge;
  }

  /** Reads a refund with its charge, which proves it. One request. @throws NotFoundError as {@link charge} does. */
  async refund(refundId: string): Promise<Stripe.Refund> {
    const params = { expand: ["charge.customer"] };
    const refund = await this.#gate.retrieve("GET /v1/refunds/{refund}", { refund: refundId }, params);
    const { charge } = refund;
    // guard (operand 3): a refund's charge is of one of the tenant's customers
    if (charge === null || typeof charge === "string" || !(await this.#isOwn(charge))) throw notFound();
    return refund;
  }

  async #isOwn({ customer }: Stripe.Charge): Promise<boolean> {
    // guard (as true): a charge without a customer is nobody's
    return customer !== null && (await this.#owned.owns(customer));
  }
}
