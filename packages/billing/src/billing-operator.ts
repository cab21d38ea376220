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
 * What whoever operates the service may do over all tenants: adopt what was made before, and find out whose things are.
 * `billing.asOperator({ actor })` makes one. It is no {@link StripeBillingService} and cannot be had from one that is bound
 * to a tenant, so that no tenant's request reaches it by accident. Every call is an `operator_call` of `onAudit`.
 *
 * Beside the errors listed with it, each method throws what the service's methods throw.
 */
export class BillingOperator<TMetadata = undefined> {
  readonly #binding: OperatorBinding<TMetadata>;
  /** What all tenants share: the same plans for all of them, coupons and promotion codes. */
  readonly sharedCatalog: SharedCatalog<TMetadata>;

  /** @internal */
  constructor(binding: OperatorBinding<TMetadata>) {
    this.#binding = binding;
    this.sharedCatalog = new SharedCatalog(binding);
  }

  /**
   * Gives a customer that is nobody's to a tenant, under the tenant's reference, so that `ensureCustomer` finds it: links it
   * in the directory, where there is one, and marks it in Stripe. Two or three requests; one where it is so already, which
   * succeeds and changes nothing.
   *
   * Calls of this process find it at once; others by Stripe's search, which lags by up to a minute.
   *
   * @throws NotFoundError when it is missing or deleted.
   * @throws ConflictError when it is another tenant's or has another reference, or another customer has this one.
   * @see https://docs.stripe.com/api/customers/update
   */
  linkCustomer(customerId: string, options: LinkCustomerOptions): Promise<Owned<Customer>> {
    return this.#binding.run("linkCustomer", options, (scope) => linkCustomer(scope, customerId, options));
  }

  /**
   * Gives customers, products with their prices, coupons and promotion codes that were made before to their tenants, as the
   * application's own rows say. A dry run unless told otherwise. Whatever bears another mark is refused and reported, and
   * nothing else of an object is changed.
   *
   * Safe to repeat, after a failure or a stop as well: what was adopted is passed over. Reads customers by the hundred: a
   * dry run over 10,000 sends 100 requests, and adopting them 10,100, in 9 minutes at 20 a second. A product takes a request
   * for each hundred prices besides, and one more for each mark.
   *
   * @param rows such as the application's own query. A row names one object and its tenant; `"*"` shares a product, coupon
   *   or promotion code with all.
   * @throws IndeterminateError | StripeUnavailableError, among others, where a request failed for good: call it again.
   */
  async adopt(rows: RowSource<AdoptionRow>, options: AdoptOptions = {}): Promise<AdoptionReport> {
    const { requestsPerSecond, ...run } = parseAdoptOptions(options);
    const open = this.#binding.opener(options, requestsPerSecond);
    this.#binding.audit("adopt");
    return adopt(open, rows, run);
  }

  /**
   * Tells whose a customer, subscription, invoice, product, price or promotion code is, or why no tenant can see it. A
   * tenant's own calls say "missing" of all of these. One request.
   *
   * @throws InvalidArgumentError for an id of another kind.
   */
  diagnose(objectId: string, options: CallOptions = {}): Promise<ObjectDiagnosis> {
    return this.#binding.run("diagnose", options, (scope) => diagnose(scope, objectId, options));
  }

  /**
   * Looks at every customer, product, price, coupon, promotion code and subscription of the account, and reports those with
   * no mark, a malformed one, one against the directory or against what they belong to, or one of a tenant that the
   * application does not know; and customers that share a reference. Changes nothing. One request for each hundred objects.
   */
  async auditMarks(options: AuditMarksOptions = {}): Promise<MarksReport> {
    const settings = parseAuditOptions(options);
    const open = this.#binding.opener(options, settings.requestsPerSecond);
    this.#binding.audit("auditMarks");
    return auditMarks(open, settings);
  }

  /**
   * Checks what a service needs of its account: that Stripe accepts the key and it may read what is needed, which version of
   * the API answers, that the portal has a configuration, and that the newest objects say whose they are. Changes nothing.
   * Twelve requests. What cannot be looked at is a warning, and never an error.
   */
  async examineAccount(options: CallOptions = {}): Promise<AccountExamination> {
    const open = this.#binding.opener(options);
    this.#binding.audit("examineAccount");
    return examineAccount(open, options);
  }

  /**
   * Lists the customers of all tenants, newest first, each with its tenant; null for one that is nobody's. One request a page.
   *
   * @throws InvalidArgumentError when `after` is no cursor of such a list.
   * @see https://docs.stripe.com/api/customers/list
   */
  listCustomers(options: ListAllCustomersOptions = {}): Pages<Owned<Customer>> {
    return this.#list("listCustomers", options, listCustomers);
  }

  /**
   * Lists the subscriptions of all tenants, newest first, each with its tenant: for a nightly sync or an admin's page. One
   * request a page.
   *
   * @throws InvalidArgumentError as {@link listCustomers}.
   * @see https://docs.stripe.com/api/subscriptions/list
   */
  listSubscriptions(options: ListAllSubscriptionsOptions = {}): Pages<Owned<Subscription>> {
    return this.#list("listSubscriptions", options, listSubscriptions);
  }

  /**
   * Lists the invoices of all tenants, newest first, each with its tenant. One request a page.
   *
   * @throws InvalidArgumentError as {@link listCustomers}.
   * @see https://docs.stripe.com/api/invoices/list
   */
  listInvoices(options: ListAllInvoicesOptions = {}): Pages<Owned<Invoice>> {
    return this.#list("listInvoices", options, listInvoices);
  }

  /**
   * Adds up what each tenant paid, by currency: the paid invoices that were created in a span of time. One request for each
   * hundred of them.
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
