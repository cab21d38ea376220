import type { CallOptions } from "../../stripe/deadline.js";
import type { Customer } from "../../views/customer.js";
import type { UpdateCustomerOptions } from "./customers.js";
import type { EnsureCustomerOptions } from "./ensure-customer.js";

/** The service's methods for a tenant's customers. */
export interface CustomerMethods {
  /**
   * Returns the tenant's customer with this `reference`, creates it if there is none, and updates the details given. The
   * reference is the idempotency key: however many calls ask at once, in however many processes, Stripe gets one
   * customer.
   *
   * Sends one request if the customer was used lately; otherwise two, whether it is found or created, and one for each
   * further customer with the reference; one more to write details that differ. If several customers carry the
   * reference, uses the oldest and audits the others. Customers made elsewhere have no reference, and none is ever matched
   * by e-mail address.
   *
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConfigurationError when the tenancy's directory cannot be written to.
   * @see https://docs.stripe.com/api/customers/create
   */
  ensureCustomer(options: EnsureCustomerOptions): Promise<Customer>;

  /**
   * Reads one customer. One request.
   *
   * @throws NotFoundError when it is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/api/customers/retrieve
   */
  getCustomer(customerId?: string, options?: CallOptions): Promise<Customer>;

  /**
   * Changes the given details of a customer and leaves the others as they are. Two requests, or one if the customer was
   * used lately, under a directory or with `ownership.trustInWrites`.
   *
   * @throws NotFoundError when it is missing, deleted or another tenant's.
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when the idempotency key was used with other details.
   * @see https://docs.stripe.com/api/customers/update
   */
  updateCustomer(customerId: string | undefined, options: UpdateCustomerOptions): Promise<Customer>;
}
