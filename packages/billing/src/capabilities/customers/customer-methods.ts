import type { CallOptions } from "../../stripe/deadline.js";
import type { Customer } from "../../views/customer.js";
import type { TaxId } from "../../views/tax-id.js";
import type { UpdateCustomerOptions } from "./customers.js";
import type { DeleteCustomerOptions, DeletedCustomer } from "./delete-customer.js";
import type { EnsureCustomerOptions } from "./ensure-customer.js";
import type { CreateTaxIdOptions, DeletedTaxId } from "./tax-ids.js";

/** The service's methods for a tenant's customers. */
export interface CustomerMethods {
  /**
   * Returns the tenant's customer with this `reference`, creates it if there is none, and updates the details given. The
   * reference is the idempotency key: however many calls ask at once, in however many processes, Stripe gets one
   * customer.
   *
   * Sends one request if the customer was used recently; otherwise two, whether it is found or created, and one for
   * each further customer with the reference; one more to write details that differ. If several customers carry the
   * reference, uses the oldest and reports the others to `onAudit`. Never matches a customer by e-mail address; a
   * customer that was created elsewhere has no reference until an operator links it.
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
   * used recently, with `directoryTenancy` or `ownership.trustInWrites`.
   *
   * @throws NotFoundError when it is missing, deleted or another tenant's.
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when the idempotency key was used with other details.
   * @see https://docs.stripe.com/api/customers/update
   */
  updateCustomer(customerId: string | undefined, options: UpdateCustomerOptions): Promise<Customer>;

  /**
   * Deletes a customer for good, with its payment methods. Closes its open Checkout pages; with `cancelSubscriptions`,
   * ends its subscriptions at once, without a refund. Open invoices stay, and nobody is charged for them any more.
   * Nothing can be written to it afterwards. Open no Checkout page for the customer during the call: one that is opened
   * after the open pages were listed stays open.
   *
   * Four requests, and one more for each open page. If Stripe's answer is lost, reads the customer to see whether it
   * was deleted. A call for a customer that is already deleted throws NotFoundError. Keep the customer's row in your
   * directory until `customer.deleted` was handled: the last events find their tenant by it.
   *
   * @throws NotFoundError when it is missing, deleted or another tenant's.
   * @throws ConflictError when it has a current subscription, whose id is the `conflictingId`, and `cancelSubscriptions` is
   *   not set; or when it is completing a Checkout page at this moment.
   * @throws IndeterminateError when pages were closed and the customer was not deleted: call it again.
   * @see https://docs.stripe.com/api/customers/delete
   */
  deleteCustomer(customerId: string, options?: DeleteCustomerOptions): Promise<DeletedCustomer>;

  /**
   * Adds a tax id to a customer, which Stripe prints on invoices finalized from then on. If the customer has the same
   * tax id already, returns that one. Two requests, or one if the customer was used recently, with `directoryTenancy`
   * or `ownership.trustInWrites`.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @throws InvalidArgumentError when Stripe does not know the type, or the number does not have the form of that type.
   * @throws ConflictError when the idempotency key was used for another tax id.
   * @see https://docs.stripe.com/api/tax_ids/customer_create
   */
  createTaxId(customerId: string | undefined, options: CreateTaxIdOptions): Promise<TaxId>;

  /**
   * Lists a customer's tax ids, newest first. One request, or two if the customer was not used recently.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/api/tax_ids/customer_list
   */
  listTaxIds(customerId?: string, options?: CallOptions): Promise<readonly TaxId[]>;

  /**
   * Removes a tax id, `"txi_…"`, from its customer. Invoices that were finalized before keep it. Two requests, and one
   * more if Stripe's answer is lost. A call for a tax id that is already removed throws NotFoundError.
   *
   * @throws NotFoundError when it is missing or belongs to another tenant's customer.
   * @see https://docs.stripe.com/api/tax_ids/delete
   */
  deleteTaxId(taxIdId: string, options?: CallOptions): Promise<DeletedTaxId>;
}
