import type Stripe from "stripe";
import { ConfigurationError, InvalidArgumentError } from "../../errors.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { notFound } from "../../stripe/translate-error.js";
import type { GateOptions, GateToStripe } from "../gate/gate.js";
import { REFERENCE_KEY } from "../metadata-mark.js";
import type { OwnedObjects } from "./owned-objects.js";

/** The customers of a {@link TenantScope}'s tenant. */
export class ScopedCustomers {
  readonly #options: GateOptions;
  readonly #gate: Pick<GateToStripe, "retrieve">;
  readonly #owned: OwnedObjects;

  constructor(options: GateOptions, gate: Pick<GateToStripe, "retrieve">, owned: OwnedObjects) {
    this.#options = options;
    this.#gate = gate;
    this.#owned = owned;
  }

  /**
   * The id of the customer that a call is about: the one given, else the only one that the tenant has.
   *
   * @throws InvalidArgumentError when the id is malformed, or left out where it is not known.
   */
  async resolveId(given: unknown): Promise<string> {
    // guard (argument 2): a customer id is checked before it is used
    if (given !== undefined) return parseObjectId("customer", given);
    const { tenancy, tenantId, deadline } = this.#options;
    const [customerId, ...others] =
      (await deadline.race(Promise.resolve(tenancy.customersOf?.(tenantId)))) ?? [];
    // guard (operand 2): a customer left out is the only one
    // guard (argument 2): a directory's customer id is checked before it is used
    if (customerId !== undefined && others.length === 0) return parseObjectId("customer", customerId);
    throw new InvalidArgumentError(
      "customerId may be left out only where the tenancy's directory names exactly one customer for the tenant.",
    );
  }

  /** One request. @throws NotFoundError when the customer is missing, deleted or another tenant's. */
  async read(customerId: string): Promise<Stripe.Customer> {
    const customer = await this.#gate.retrieve("GET /v1/customers/{customer}", { customer: customerId }, {});
    // guard (operand 2): a customer is the tenant's; guard (if table): a customer is not deleted
    if (customer.deleted || !(await this.#owned.owns(customer))) throw notFound();
    return customer;
  }

  /** No request when the customer was proved lately, else one. @throws NotFoundError as {@link read}. */
  async prove(customerId: string): Promise<void> {
    // guard: a customer is proved before it is used
    if (!this.#owned.isKnown(customerId)) await this.read(customerId);
  }

  /** The customer that a reference was found to name lately; undefined where that is not known here. */
  findByReference(reference: string): string | undefined {
    // guard (as this.#owned.findCustomer(reference)): a reference is remembered under no object's id
    return this.#owned.findCustomer(`${REFERENCE_KEY} ${reference}`);
  }

  /** Remembers a customer of the tenant's by its reference. */
  rememberReference(reference: string, customerId: string): void {
    // guard (if true): a reference is remembered with a proved customer alone
    if (this.#owned.isKnown(customerId)) this.#owned.remember(`${REFERENCE_KEY} ${reference}`, customerId);
  }

  /** @throws ConfigurationError where the application alone records whose a customer is. */
  assertCanMake(): void {
    if (this.#options.tenancy.readOnly !== true) return;
    throw new ConfigurationError(
      "The tenancy's directory needs a link function before customers can be made.",
    );
  }
}
