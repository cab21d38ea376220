import { type AdoptOptions, adopt, parseAdoptOptions } from "./operator/adoption/adopt.js";
import type { AdoptionReport } from "./operator/adoption/ledger.js";
import type { RowSource } from "./operator/adoption/read-rows.js";
import type { AdoptionRow } from "./operator/adoption/rows.js";
import { type AuditMarksOptions, auditMarks, parseAuditOptions } from "./operator/audit/audit-marks.js";
import type { MarksReport } from "./operator/audit/findings.js";
import { diagnose, type ObjectDiagnosis } from "./operator/diagnose.js";
import type { AccountExamination } from "./operator/doctor/account-check.js";
import { examineAccount } from "./operator/doctor/examine-account.js";
import { type LinkCustomerOptions, linkCustomer } from "./operator/link-customer.js";
import { type ListAllCustomersOptions, listCustomers } from "./operator/lists/list-customers.js";
import { type ListAllInvoicesOptions, listInvoices } from "./operator/lists/list-invoices.js";
import { type ListAllSubscriptionsOptions, listSubscriptions } from "./operator/lists/list-subscriptions.js";
import {
  parseSumOptions,
  type Revenue,
  type SumRevenueOptions,
  sumRevenue,
} from "./operator/lists/sum-revenue.js";
import type { Owned } from "./operator/owned.js";
import type { OperatorBinding } from "./operator-binding.js";
import { SharedCatalog } from "./shared-catalog.js";
import type { CallOptions } from "./stripe/deadline.js";
import { type Page, type Pages, pages } from "./stripe/page.js";
import type { OperatorScope } from "./tenancy/scope/operator-scope.js";
import type { Customer } from "./views/customer.js";
import type { Invoice } from "./views/invoice.js";
import type { Subscription } from "./views/subscription.js";

/**
 * The methods for operators of the service, across all tenants: assign existing objects to tenants, find out who owns
 * an object, and list everything. Get one from `billing.asOperator({ actor })`. It is not a {@link
 * StripeBillingService} and a service that is bound to a tenant cannot create it, so that no tenant's request reaches
 * it by accident. Every call is reported to `onAudit` as an `operator_call`.
 *
 * In addition to the errors listed with it, each method throws what all methods of the service may throw.
 */
export class BillingOperator<TMetadata = undefined> {
  readonly #binding: OperatorBinding<TMetadata>;
  /** Manages the products, prices, coupons and promotion codes that all tenants share. */
  readonly sharedCatalog: SharedCatalog<TMetadata>;

  /** @internal */
  constructor(binding: OperatorBinding<TMetadata>) {
    this.#binding = binding;
    this.sharedCatalog = new SharedCatalog(binding);
  }

  /**
   * Assigns a customer without an owner to a tenant, under the tenant's reference, so that `ensureCustomer` finds it:
   * links it in the directory, if there is one, and marks it in Stripe. Two or three requests. If it is assigned this
   * way already, succeeds after one request and changes nothing.
   *
   * This process finds it by its reference at once; other processes use Stripe's search, which lags by up to a minute.
   *
   * @throws NotFoundError when it is missing or deleted.
   * @throws ConflictError when it is another tenant's or has another reference, or another customer has this one.
   * @see https://docs.stripe.com/api/customers/update
   */
  linkCustomer(customerId: string, options: LinkCustomerOptions): Promise<Owned<Customer>> {
    return this.#binding.run("linkCustomer", options, (scope) => linkCustomer(scope, customerId, options));
  }

  /**
   * Assigns existing customers, products with their prices, coupons and promotion codes to the tenants that the
   * application's rows name. A dry run by default. Refuses and reports an object that carries another mark, and changes
   * nothing of an object but its mark.
   *
   * Safe to repeat, also after a failure or an abort: skips what was adopted before. Reads customers by the hundred: a
   * dry run over 10,000 sends 100 requests, and adopting them 10,100, in 9 minutes at 20 a second. A product takes a
   * request for each hundred prices besides, and one more for each mark.
   *
   * @param rows for example the result of a database query. A row names one object and its tenant; the tenant `"*"`
   *   shares a product, coupon or promotion code with all tenants.
   * @throws IndeterminateError | StripeUnavailableError, among others, when a request failed and was not retried any
   *   more: call it again.
   */
  async adopt(rows: RowSource<AdoptionRow>, options: AdoptOptions = {}): Promise<AdoptionReport> {
    const { requestsPerSecond, ...run } = parseAdoptOptions(options);
    const open = this.#binding.opener(options, requestsPerSecond);
    this.#binding.audit("adopt");
    return adopt(open, rows, run);
  }

  /**
   * Finds out which tenant owns a customer, subscription, invoice, product, price or promotion code, or why no tenant
   * can see it. A tenant's own call would only say that it is missing. One request, or two for a price.
   *
   * @throws InvalidArgumentError for an id of another kind.
   */
  diagnose(objectId: string, options: CallOptions = {}): Promise<ObjectDiagnosis> {
    return this.#binding.run("diagnose", options, (scope) => diagnose(scope, objectId, options));
  }

  /**
   * Reads every customer, product, price, coupon, promotion code and subscription of the account. Reports those whose
   * mark is missing or malformed, contradicts the directory or the object they belong to, or names a tenant that the
   * application does not know; also customers that share a reference. Changes nothing. One request for each hundred
   * objects.
   */
  async auditMarks(options: AuditMarksOptions = {}): Promise<MarksReport> {
    const settings = parseAuditOptions(options);
    const open = this.#binding.opener(options, settings.requestsPerSecond);
    this.#binding.audit("auditMarks");
    return auditMarks(open, settings);
  }

  /**
   * Checks the Stripe account that a service uses: that Stripe accepts the key, that the key has the read permissions
   * needed, which API version answers, that the portal has a configuration, and that the newest objects are marked with
   * their tenants. Changes nothing. Twelve requests. A check that cannot be made is reported as a warning, never
   * thrown.
   */
  async examineAccount(options: CallOptions = {}): Promise<AccountExamination> {
    const open = this.#binding.opener(options);
    this.#binding.audit("examineAccount");
    return examineAccount(open, options);
  }

  /**
   * Lists the customers of all tenants, newest first, each with its `tenantId`, which is null if no tenant owns it. One
   * request a page.
   *
   * @throws InvalidArgumentError when `after` is not a `nextCursor` of this list.
   * @see https://docs.stripe.com/api/customers/list
   */
  listCustomers(options: ListAllCustomersOptions = {}): Pages<Owned<Customer>> {
    return this.#list("listCustomers", options, listCustomers);
  }

  /**
   * Lists the subscriptions of all tenants, newest first, each with its `tenantId`, for example for a nightly sync or
   * an admin page. One request a page.
   *
   * @throws InvalidArgumentError as {@link listCustomers}.
   * @see https://docs.stripe.com/api/subscriptions/list
   */
  listSubscriptions(options: ListAllSubscriptionsOptions = {}): Pages<Owned<Subscription>> {
    return this.#list("listSubscriptions", options, listSubscriptions);
  }

  /**
   * Lists the invoices of all tenants, newest first, each with its `tenantId`. One request a page.
   *
   * @throws InvalidArgumentError as {@link listCustomers}.
   * @see https://docs.stripe.com/api/invoices/list
   */
  listInvoices(options: ListAllInvoicesOptions = {}): Pages<Owned<Invoice>> {
    return this.#list("listInvoices", options, listInvoices);
  }

  /**
   * Adds up what each tenant paid in each currency, from the paid invoices that were created in a span of time. One
   * request for each hundred invoices.
   *
   * @throws InvalidArgumentError for a span that ends before it begins.
   */
  async sumRevenue(options: SumRevenueOptions): Promise<readonly Revenue[]> {
    const { requestsPerSecond, ...settings } = parseSumOptions(options);
    const open = this.#binding.opener(options, requestsPerSecond);
    this.#binding.audit("sumRevenue");
    return sumRevenue(open, settings);
  }

  #list<Options extends CallOptions, T extends { readonly id: string }>(
    method: string,
    options: Options,
    capability: (scope: OperatorScope, options: Options) => Promise<Page<T>>,
  ): Pages<T> {
    return pages((after) => {
      const page = after === undefined ? options : { ...options, after };
      return this.#binding.run(method, page, (scope) => capability(scope, page));
    });
  }
}
