import type Stripe from "stripe";
import { ConfigurationError, InvalidArgumentError } from "../../errors.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { notFound } from "../../stripe/translate-error.js";
import type { GateOptions, GateToStripe } from "../gate/gate.js";
import { REFERENCE_KEY } from "../metadata-mark.js";
import type { OwnedObjects } from "./owned-objects.js";

/** Resolves, reads and proves the customers of a {@link TenantScope}'s tenant. */
export class ScopedCustomers {
  readonly #options: GateOptions;
  readonly #gate: Pick<GateToStripe, "retrieve" | "proveForWrite">;
  readonly #owned: OwnedObjects;
  readonly #reads = new Map<string, Promise<Stripe.Customer>>();

  constructor(
    options: GateOptions,
    gate: Pick<GateToStripe, "retrieve" | "proveForWrite">,
    owned: OwnedObjects,
  ) {
    this.#options = options;
    this.#gate = gate;
    this.#owned = owned;
  }

  /**
   * Resolves the customer's id: the given one, else the only one that the directory names for the tenant.
   *
   * @throws InvalidArgumentError when the id is malformed, or is left out and not known.
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
      "customerId is missing. It may be left out only if the tenancy's directory names exactly one customer for the tenant.",
    );
  }

  /** Reads a customer. One request. @throws NotFoundError when it is missing, deleted or another tenant's. */
  async read(customerId: string): Promise<Stripe.Customer> {
    const customer = await this.#gate.retrieve("GET /v1/customers/{customer}", { customer: customerId }, {});
    // guard (operand 2): a customer is the tenant's; guard (if table): a customer is not deleted
    if (customer.deleted || !(await this.#owned.owns(customer))) throw notFound();
    return customer;
  }

  /** Sends no request when the customer was proved lately, else one. @throws NotFoundError as {@link read} does. */
  async prove(customerId: string): Promise<void> {
    // guard: a customer is proved before it is used
    if (!this.#owned.isKnown(customerId)) await this.#readOnce(customerId);
  }

  /**
   * Proves a customer that is going to be written to, in this call. Sends one request, or none if the tenancy's own record
   * confirms a customer that was proved lately. @throws NotFoundError as {@link read} does.
   */
  async proveForWrite(customerId: string): Promise<void> {
    await this.prove(customerId);
    await this.#gate.proveForWrite([customerId]);
  }

  /** Tells if a customer that this call proved is deleted by now. One request. */
  async isDeleted(customerId: string): Promise<boolean> {
    const customer = await this.#gate.retrieve("GET /v1/customers/{customer}", { customer: customerId }, {});
    return customer.deleted === true;
  }

  /** Shares the read among proofs that run side by side. */
  #readOnce(customerId: string): Promise<Stripe.Customer> {
    const reading = this.#reads.get(customerId) ?? this.read(customerId);
    this.#reads.set(customerId, reading);
    return reading;
  }

  /** Finds the customer that had a reference lately; `undefined` if this process does not know. */
  findByReference(reference: string): string | undefined {
    // guard (as this.#owned.findCustomer(reference)): a reference is remembered under no object's id
    return this.#owned.findCustomer(`${REFERENCE_KEY} ${reference}`);
  }

  /** Remembers a customer of the tenant's by its reference. */
  rememberReference(reference: string, customerId: string): void {
    // guard (if true): a reference is remembered with a proved customer alone
    if (this.#owned.isKnown(customerId)) this.#owned.remember(`${REFERENCE_KEY} ${reference}`, customerId);
  }

  /** @throws ConfigurationError when the tenancy cannot record a new customer's owner. */
  assertCanMake(): void {
    if (this.#options.tenancy.readOnly !== true) return;
    throw new ConfigurationError(
      "Customers cannot be created, because the tenancy's directory has no link function. Add one to it.",
    );
  }
}
