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

  /**
   * Deletes a customer for good: its payment methods go with it, open Checkout pages are closed, and with
   * `cancelSubscriptions` its subscriptions end at once, without a refund. Open invoices stay, and nobody is charged for them
   * any more. Nothing can be written to it afterwards. Open no page for it meanwhile: one that is opened between this call's
   * look and the deletion stays open.
   *
   * Four requests, and one more for each open page. A lost answer is looked for, so that it need not be called again; once a
   * customer is gone, every call is told NotFoundError, this one too. A directory keeps its row, by which the last events find
   * their tenant: remove it once `customer.deleted` was handled.
   *
   * @throws NotFoundError when it is missing, deleted or another tenant's.
   * @throws ConflictError when it has a current subscription, whose id is the `conflictingId`, and `cancelSubscriptions` is
   *   not set; or when it is completing a Checkout page at this moment.
   * @throws IndeterminateError when pages were closed and the customer was not deleted: call it again.
   * @see https://docs.stripe.com/api/customers/delete
   */
  deleteCustomer(customerId: string, options?: DeleteCustomerOptions): Promise<DeletedCustomer>;

  /**
   * Gives a customer a tax id, which Stripe prints on the invoices that are finalized from then on. Returns the one that is
   * there already where the customer has the same. Two requests, or one if the customer was used lately, under a directory or
   * with `ownership.trustInWrites`.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @throws InvalidArgumentError when Stripe does not know the kind, or the number is none of that kind.
   * @throws ConflictError when the idempotency key was used for another one.
   * @see https://docs.stripe.com/api/tax_ids/customer_create
   */
  createTaxId(customerId: string | undefined, options: CreateTaxIdOptions): Promise<TaxId>;

  /**
   * Lists a customer's tax ids, newest first. One request, or two if the customer was not used lately.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/api/tax_ids/customer_list
   */
  listTaxIds(customerId?: string, options?: CallOptions): Promise<readonly TaxId[]>;

  /**
   * Takes a tax id, `"txi_…"`, from its customer. Invoices that were finalized before keep it. Two requests, and one more to
   * look for a lost answer; once it is gone, every call is told NotFoundError.
   *
   * @throws NotFoundError when it is missing or of none of the tenant's customers.
   * @see https://docs.stripe.com/api/tax_ids/delete
   */
  deleteTaxId(taxIdId: string, options?: CallOptions): Promise<DeletedTaxId>;
}
