import type { CatalogEvent } from "./capabilities/catalog/catalog-event.js";
import { type ListProductsOptions, listTenantProducts } from "./capabilities/catalog/list-products.js";
import {
  archivePrice,
  type CreatePriceOptions,
  createPrice,
  setDefaultPrice,
} from "./capabilities/catalog/prices.js";
import { refusedKeys } from "./capabilities/catalog/product-metadata.js";
import {
  archiveProduct,
  type CreateProductOptions,
  createProduct,
  getProduct,
  type UpdateProductOptions,
  updateProduct,
} from "./capabilities/catalog/products.js";
import { type ReplacePriceOptions, replacePrice } from "./capabilities/catalog/replace-price.js";
import { createCheckoutSession } from "./capabilities/checkout/create.js";
import type { CreateCheckoutSessionOptions } from "./capabilities/checkout/options.js";
import { getCheckoutSession } from "./capabilities/checkout/read.js";
import {
  getCustomer,
  type UpdateCustomerOptions,
  updateCustomer,
} from "./capabilities/customers/customers.js";
import { type EnsureCustomerOptions, ensureCustomer } from "./capabilities/customers/ensure-customer.js";
import { hasEntitlement, listEntitlements } from "./capabilities/entitlements/entitlements.js";
import { getInvoice, type ListInvoicesOptions, listInvoices } from "./capabilities/invoices/read.js";
import {
  type PreviewUpcomingInvoiceOptions,
  previewUpcomingInvoice,
} from "./capabilities/invoices/upcoming.js";
import {
  type DetachPaymentMethodOptions,
  detachPaymentMethod,
} from "./capabilities/payment-methods/detach.js";
import { type ListPaymentMethodsOptions, listPaymentMethods } from "./capabilities/payment-methods/list.js";
import {
  type SetDefaultPaymentMethodOptions,
  setDefaultPaymentMethod,
} from "./capabilities/payment-methods/set-default.js";
import {
  type DeactivateUnusedOptions,
  deactivateUnusedPortalConfigurations,
  type EnsuredPortalConfiguration,
  ensurePortalConfiguration,
} from "./capabilities/portal/configuration.js";
import type { PortalConfigurationSpec } from "./capabilities/portal/configuration-spec.js";
import {
  type DiagnosePortalOptions,
  diagnosePortal,
  type PortalDiagnosis,
  undiagnosed,
} from "./capabilities/portal/diagnosis.js";
import {
  createCustomerPortalSession,
  type PortalConfig,
  type PortalSession,
  type PortalSessionOptions,
} from "./capabilities/portal/session.js";
import { type CancelSubscriptionOptions, cancelSubscription } from "./capabilities/subscriptions/cancel.js";
import type { UpdateSubscriptionOptions } from "./capabilities/subscriptions/change.js";
import { type CreateSubscriptionOptions, createSubscription } from "./capabilities/subscriptions/create.js";
import {
  type PauseSubscriptionOptions,
  pauseSubscription,
  type UnpauseSubscriptionOptions,
  unpauseSubscription,
} from "./capabilities/subscriptions/pause.js";
import { previewSubscriptionChange, type SubscriptionPreview } from "./capabilities/subscriptions/preview.js";
import {
  getSubscription,
  type ListSubscriptionsOptions,
  listCustomerSubscriptions,
} from "./capabilities/subscriptions/read.js";
import { type ResumeSubscriptionOptions, resumeSubscription } from "./capabilities/subscriptions/resume.js";
import { updateSubscription } from "./capabilities/subscriptions/update.js";
import { type ReportUsageOptions, reportUsage } from "./capabilities/usage/report-usage.js";
import { copyOptions } from "./input.js";
import type { StripeBillingConfig } from "./settings.js";
import type { CallOptions } from "./stripe/deadline.js";
import type { IdempotencyOptions } from "./stripe/idempotency.js";
import { type Pages, pages } from "./stripe/page.js";
import type { TenantOrigin, TenantResolution } from "./tenancy/tenancy.js";
import { TenantBinding } from "./tenant-binding.js";
import type { CheckoutSession, OpenCheckoutSession } from "./views/checkout-session.js";
import type { Customer } from "./views/customer.js";
import type { Entitlement } from "./views/entitlement.js";
import type { Invoice, UpcomingInvoice } from "./views/invoice.js";
import type { PaymentMethod } from "./views/payment-method.js";
import type { ChangedSubscription } from "./views/pending-payment.js";
import type { PortalConfiguration } from "./views/portal-configuration.js";
import type { Price } from "./views/price.js";
import type { Product } from "./views/product.js";
import type { ReportedUsage } from "./views/reported-usage.js";
import type { Subscription } from "./views/subscription.js";

/**
 * Stripe billing for one tenant at a time.
 *
 * Every method works for the bound tenant alone and reaches nothing of any other, whatever ids and options it is given.
 * Bind one in the constructor (`tenantId`) or per request with {@link forTenant}.
 *
 * Where the tenancy's directory names exactly one customer for the tenant, `customerId` may be left out.
 *
 * All methods take `timeoutMs` and `signal`, and throw, beside what each names: `TenantContextError` without a bound
 * tenant, `InvalidArgumentError` before anything is sent, `RateLimitedError`, `AuthenticationError`, `PermissionError`,
 * `StripeUnavailableError`, `DeadlineError` and `AbortedError`; writing ones `IndeterminateError` as well, when the
 * outcome is unknown.
 *
 * @example
 * import { StripeBillingService } from "@repo/billing";
 *
 * const billing = new StripeBillingService({
 *   secretKey: process.env.STRIPE_SECRET_KEY,
 *   portal: { returnUrl: "https://app.example.com/billing" },
 * });
 * const { url } = await billing.forTenant("acme").createCustomerPortalSession(customerId);
 */
export class StripeBillingService<TMetadata = undefined> {
  readonly #binding: TenantBinding<TMetadata>;

  /** No I/O. @throws ConfigurationError with one sentence per mistake. */
  constructor(config: StripeBillingConfig<TMetadata>);
  /** @internal */
  constructor(binding: TenantBinding<TMetadata>);
  constructor(config: StripeBillingConfig<TMetadata> | TenantBinding<TMetadata>) {
    this.#binding = config instanceof TenantBinding ? config : TenantBinding.of(config);
  }

  /**
   * This service, bound to one tenant: cheap, no I/O, meant to be made per request. A bound service stays with its
   * tenant.
   *
   * @throws TenantContextError when the id is malformed, or this service is bound to another tenant.
   */
  forTenant(tenantId: string): StripeBillingService<TMetadata> {
    return new StripeBillingService(this.#binding.forTenant(tenantId));
  }

  /**
   * Opens Stripe's hosted portal for a customer, at its front page or straight at one task (`flow`). Two requests, one
   * when the customer, or the flow's subscription, was seen lately; a flow needs one more for each price, coupon and
   * promotion code it names, and reads the subscription of a change to confirm each time. Each call makes a new session:
   * links expire, so none is ever reused.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's, or the flow names a subscription or
   *   item that is not this customer's, or a price, coupon or promotion code that the tenant may not sell with.
   * @throws ReturnUrlNotAllowedError when the return URL is not on an allowed origin.
   * @throws PortalNotConfiguredError when Stripe has no portal configuration to use.
   * @see https://docs.stripe.com/api/customer_portal/sessions/create
   */
  createCustomerPortalSession(customerId?: string, options?: PortalSessionOptions): Promise<PortalSession>;
  /** The same in one object, with the tenant named in the call. */
  createCustomerPortalSession(config: PortalConfig): Promise<PortalSession>;
  async createCustomerPortalSession(
    target?: string | PortalConfig,
    options: PortalSessionOptions = {},
  ): Promise<PortalSession> {
    if (typeof target === "object" && target !== null) {
      const { tenantId, customerId, ...rest } = copyOptions(target);
      return this.forTenant(tenantId).createCustomerPortalSession(customerId, rest);
    }
    return this.#binding.withinPortal(options, (scope, portal) =>
      createCustomerPortalSession(scope, target, options, portal),
    );
  }

  /**
   * The tenant's customer under a reference of its own, made where there is none, and told the details given. However
   * many ask for it at once, in however many processes, it is made once; the reference is the idempotency key.
   *
   * One request when it was asked for lately, else two, three to make it; one more to tell an existing one what has
   * changed. Where there are more than one under the reference, the oldest is used, and the others are audited. A
   * customer that was made elsewhere has no reference, and is never taken for one by its e-mail address.
   *
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConfigurationError when the tenancy's directory cannot be written to.
   * @see https://docs.stripe.com/api/customers/create
   */
  ensureCustomer(options: EnsureCustomerOptions): Promise<Customer> {
    return this.#binding.within(options, (scope) =>
      ensureCustomer(scope, options, this.#binding.singleFlight),
    );
  }

  /**
   * One customer, as it is now. One request.
   *
   * @throws NotFoundError when it is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/api/customers/retrieve
   */
  getCustomer(customerId?: string, options: CallOptions = {}): Promise<Customer> {
    return this.#binding.within(options, (scope) => getCustomer(scope, customerId, options));
  }

  /**
   * Changes a customer's details; what is left out stays as it is. Two requests, one when the customer was seen lately.
   *
   * @throws NotFoundError when it is missing, deleted or another tenant's.
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when the idempotency key was used with other details.
   * @see https://docs.stripe.com/api/customers/update
   */
  updateCustomer(customerId: string | undefined, options: UpdateCustomerOptions): Promise<Customer> {
    return this.#binding.within(options, (scope) => updateCustomer(scope, customerId, options));
  }

  /**
   * Makes Stripe agree with a portal configuration as code, and returns the one that does. It is found again by a hash of
   * its content, among the active configurations of the account, and made only where there is none, so that any number
   * of deploys and processes end with one; another specification makes another one. One that offers none of the tenant's
   * own products is shared by all tenants that ask for the same.
   *
   * No request while it is remembered; else one for every hundred active configurations (the newest hundred come first),
   * and where it has to be made two more, and one for each price made within the last minute. With
   * `portal.configurationIds` one to find it and at most three to make it, however many there are. Safe to repeat.
   *
   * @throws NotFoundError when a product or price is missing or another tenant's.
   * @throws ConflictError when one is archived.
   * @throws InvalidArgumentError for more than ten products, or two prices of one product with the same interval.
   * @throws ReturnUrlNotAllowedError when its return URL is not on an allowed origin.
   * @see https://docs.stripe.com/api/customer_portal/configurations
   */
  ensurePortalConfiguration(
    spec: PortalConfigurationSpec,
    options: CallOptions = {},
  ): Promise<EnsuredPortalConfiguration> {
    return this.#binding.withinPortal(options, (scope, portal) =>
      ensurePortalConfiguration(scope, spec, options, portal),
    );
  }

  /**
   * Finds the tenant's portal configurations that were made by {@link ensurePortalConfiguration} and that no
   * specification in use names any more, twins of those in use included, and with `dryRun: false` deactivates them. What
   * was made otherwise, the account's default and what is younger than a day stay as they are.
   *
   * With `shared: true`, on a service that no tenant is bound to, those that all tenants share: then `inUse` has to name
   * the specifications of all of them. One deactivated by mistake is made again by whoever ensures it.
   *
   * One request for every hundred active configurations, and one for each that is deactivated.
   *
   * @throws TenantContextError for `shared` on a bound service, since what all tenants use is none of theirs to change.
   */
  async deactivateUnusedPortalConfigurations(
    options: DeactivateUnusedOptions,
  ): Promise<readonly PortalConfiguration[]> {
    if (copyOptions(options).shared === true) {
      return this.#binding.asOperator(options, (scope) =>
        deactivateUnusedPortalConfigurations(scope, options, undefined),
      );
    }
    return this.#binding.withinPortal(options, (scope, { policy }) =>
      deactivateUnusedPortalConfigurations(scope, options, policy),
    );
  }

  /**
   * Looks at everything that has to be right for a customer to reach the portal: the key, the customer, the return URL,
   * the flow and what it names, the portal configuration and its features, and the products it offers. Nothing is written
   * unless `createSession` is set. Another tenant's customer reads like a missing one. Four requests or so.
   *
   * It never throws: what is wrong with the call itself is a failed check as well.
   *
   * @example
   * const { ok, checks } = await billing.forTenant("acme").diagnosePortal({ customerId });
   * for (const { check, status, fact, advice } of checks) console.log(status, check, fact, advice ?? "");
   */
  async diagnosePortal(options: DiagnosePortalOptions = {}): Promise<PortalDiagnosis> {
    const { schema } = this.#binding.catalog;
    try {
      return await this.#binding.withinPortal(options, (scope, portal) =>
        diagnosePortal(scope, options, portal, (metadata) => refusedKeys(scope, schema, metadata)),
      );
    } catch (error) {
      return undiagnosed(error);
    }
  }

  /**
   * Opens a page of Stripe's on which a customer subscribes, pays once or saves a card, by `mode`. Asked again with the
   * same options, it answers with the same page while that is open; asked for the same product with others, it closes
   * the page from before, so that nobody pays on both.
   *
   * Three requests; one more for each price, for a discount, the first time the customer is seen, and for each open page
   * that is closed; one less with `allowSecond` and for what is no subscription, and for a page that is open already.
   *
   * @throws NotFoundError when anything it names is missing or not the tenant's to sell or give away.
   * @throws ReturnUrlNotAllowedError when the success or cancel URL is not on an allowed origin.
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when a price is archived, the customer has a current subscription to the same product, or is
   *   just completing another page for it.
   * @see https://docs.stripe.com/api/checkout/sessions/create
   */
  createCheckoutSession(options: CreateCheckoutSessionOptions): Promise<OpenCheckoutSession> {
    return this.#binding.withinUrls(options, (scope, urls) => createCheckoutSession(scope, options, urls));
  }

  /**
   * What came of a page that {@link createCheckoutSession} opened, as it is now, for the page that the customer comes
   * back to. One request.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/api/checkout/sessions/retrieve
   */
  getCheckoutSession(checkoutSessionId: string, options: CallOptions = {}): Promise<CheckoutSession> {
    return this.#binding.within(options, (scope) => getCheckoutSession(scope, checkoutSessionId, options));
  }

  /**
   * A customer's subscriptions, newest first. One request a page; one more the first time the customer is seen.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/api/subscriptions/list
   */
  listCustomerSubscriptions(
    customerId?: string,
    options: ListSubscriptionsOptions = {},
  ): Pages<Subscription> {
    return pages((after) =>
      this.#binding.within(options, (scope) =>
        listCustomerSubscriptions(scope, customerId, nextPage(options, after)),
      ),
    );
  }

  /**
   * One subscription, as it is now. One request.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/api/subscriptions/retrieve
   */
  getSubscription(subscriptionId: string, options: CallOptions = {}): Promise<Subscription> {
    return this.#binding.within(options, (scope) => getSubscription(scope, subscriptionId, options));
  }

  /**
   * Subscribes a customer, with the customer's own default payment method or the one given. Two requests; one more for
   * each price, coupon, promotion code and payment method it names, and the first time the customer is seen; one less
   * with `allowSecond`. Without an `idempotencyKey` two calls at the same instant may make two subscriptions.
   *
   * When the first payment needs the customer, the subscription is `incomplete`, `pendingPayment` says how to go on, and
   * Stripe gives it up after 23 hours.
   *
   * @throws NotFoundError when anything it names is missing or not the tenant's to sell, charge or give away.
   * @throws ConflictError when a price is archived, or the customer has a current subscription to the same product.
   * @throws PaymentRequiredError when the payment fails with `paymentBehavior: "error_if_incomplete"`.
   * @see https://docs.stripe.com/billing/subscriptions/build-subscriptions
   */
  createSubscription(options: CreateSubscriptionOptions): Promise<ChangedSubscription> {
    return this.#binding.within(options, (scope) => createSubscription(scope, options));
  }

  /**
   * Changes a subscription: its plan and quantities, trial, discounts, payment method or metadata; now, or its items,
   * discounts, payment method and metadata at the end of the period. Two requests; one more for each price, coupon,
   * promotion code and payment method it names, for a schedule to begin, and for one to drop or to tell of a payment
   * method. When a payment is left to the customer, `pendingPayment` says how to go on.
   *
   * An idempotency key makes the change once. Without one a retry is harmless too, but for prorations, which are
   * reckoned again.
   *
   * @throws NotFoundError when anything it names is missing or not the tenant's to sell, charge or give away.
   * @throws ConflictError when the subscription has ended, has several items to choose from, is to end or to change by
   *   itself, or a price is archived.
   * @throws PaymentRequiredError when the payment fails with `paymentBehavior: "error_if_incomplete"`.
   * @see https://docs.stripe.com/billing/subscriptions/change
   */
  updateSubscription(
    subscriptionId: string,
    options: UpdateSubscriptionOptions,
  ): Promise<ChangedSubscription> {
    return this.#binding.within(options, (scope) => updateSubscription(scope, subscriptionId, options));
  }

  /**
   * What {@link updateSubscription} would cost with the same options, and how to confirm it. Changes nothing. Three
   * requests, two for a change at the end of the period; one more for each price, coupon, promotion code and payment
   * method it names.
   *
   * @throws NotFoundError | ConflictError as {@link updateSubscription} would.
   * @see https://docs.stripe.com/api/invoices/create_preview
   */
  previewSubscriptionChange(
    subscriptionId: string,
    options: UpdateSubscriptionOptions,
  ): Promise<SubscriptionPreview> {
    return this.#binding.within(options, (scope) =>
      previewSubscriptionChange(scope, subscriptionId, options),
    );
  }

  /**
   * Takes back a scheduled cancellation, in whichever form it was scheduled. Two requests, and up to two more where it
   * was scheduled in several; one, when it is not going to end, which succeeds and changes nothing.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @throws ConflictError when it has ended already, for then only a new one helps.
   * @see https://docs.stripe.com/billing/subscriptions/cancel#reactivating-canceled-subscriptions
   */
  resumeSubscription(subscriptionId: string, options: ResumeSubscriptionOptions = {}): Promise<Subscription> {
    return this.#binding.within(options, (scope) => resumeSubscription(scope, subscriptionId, options));
  }

  /**
   * Pauses the collection of a subscription's payments, or the subscription itself. Two requests; one when it is paused
   * so already, which succeeds and changes nothing.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @throws ConflictError when it has ended, or is not such that Stripe can pause the subscription itself.
   * @see https://docs.stripe.com/billing/subscriptions/pause-payment
   */
  pauseSubscription(subscriptionId: string, options: PauseSubscriptionOptions = {}): Promise<Subscription> {
    return this.#binding.within(options, (scope) => pauseSubscription(scope, subscriptionId, options));
  }

  /**
   * Ends every pause of a subscription, of its collection and of itself, the latter with a new period from now on that is
   * billed at once; until that is paid it may stay `paused`. Two requests, three where both were paused; one when
   * neither is, which succeeds and changes nothing.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @throws ConflictError when it has ended.
   * @see https://docs.stripe.com/api/subscriptions/resume
   */
  unpauseSubscription(
    subscriptionId: string,
    options: UnpauseSubscriptionOptions = {},
  ): Promise<Subscription> {
    return this.#binding.within(options, (scope) => unpauseSubscription(scope, subscriptionId, options));
  }

  /**
   * Cancels a subscription at the end of its period, now, or on a date. Two requests, one when the subscription was seen
   * lately; three more where a change was scheduled, which is dropped. Canceling what has ended already succeeds and
   * changes nothing, so a retry is harmless.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/billing/subscriptions/cancel
   */
  cancelSubscription(subscriptionId: string, options: CancelSubscriptionOptions = {}): Promise<Subscription> {
    return this.#binding.within(options, (scope) => cancelSubscription(scope, subscriptionId, options));
  }

  /**
   * A customer's invoices, newest first. One request a page; one more the first time the customer is seen, and where
   * `subscriptionId` was not seen lately.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's, or the subscription none of its own.
   * @see https://docs.stripe.com/api/invoices/list
   */
  listInvoices(customerId?: string, options: ListInvoicesOptions = {}): Pages<Invoice> {
    return pages((after) =>
      this.#binding.within(options, (scope) => listInvoices(scope, customerId, nextPage(options, after))),
    );
  }

  /**
   * One invoice, as it is now, with all its lines and the links to see, pay and print it. One request; where it has more
   * than ten lines, one more for each hundred.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/api/invoices/retrieve
   */
  getInvoice(invoiceId: string, options: CallOptions = {}): Promise<Invoice> {
    return this.#binding.within(options, (scope) => getInvoice(scope, invoiceId, options));
  }

  /**
   * What a customer's next invoice would be if nothing changed until then, or that of one of its subscriptions; null when
   * none will come, as after a cancellation. Changes nothing. Two requests, and one more for each subscription that ends
   * before the one that is billed; one with a `subscriptionId` that was seen lately; one more the first time the customer
   * is seen. What a change would cost says {@link previewSubscriptionChange}.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's, or the subscription none of its own.
   * @see https://docs.stripe.com/api/invoices/create_preview
   */
  previewUpcomingInvoice(
    customerId?: string,
    options: PreviewUpcomingInvoiceOptions = {},
  ): Promise<UpcomingInvoice | null> {
    return this.#binding.within(options, (scope) => previewUpcomingInvoice(scope, customerId, options));
  }

  /**
   * What a customer can be charged on, the default among it marked, newest first. One request a page; one more the first
   * time the customer is seen.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/api/payment_methods/list
   */
  listPaymentMethods(customerId?: string, options: ListPaymentMethodsOptions = {}): Pages<PaymentMethod> {
    return pages((after) =>
      this.#binding.within(options, (scope) =>
        listPaymentMethods(scope, customerId, nextPage(options, after)),
      ),
    );
  }

  /**
   * Makes a payment method its customer's default, which all is charged on that names nothing else; with
   * `subscriptionId`, that subscription is charged on it as well. Two requests, one when it is the default already, which
   * succeeds with the same view; for a subscription three more, four where it was not seen lately, and one where a change
   * of it is scheduled. Safe to repeat.
   *
   * @throws NotFoundError when it is missing, another tenant's or attached to no customer, or the subscription none of
   *   its customer's.
   * @throws ConflictError when the subscription has ended.
   * @see https://docs.stripe.com/billing/subscriptions/payment-methods-setting
   */
  setDefaultPaymentMethod(
    paymentMethodId: string,
    options: SetDefaultPaymentMethodOptions = {},
  ): Promise<PaymentMethod> {
    return this.#binding.within(options, (scope) =>
      setDefaultPaymentMethod(scope, paymentMethodId, options, (subscriptionId, defaultPaymentMethodId) =>
        updateSubscription(scope, subscriptionId, { defaultPaymentMethodId }),
      ),
    );
  }

  /**
   * Takes a payment method away from its customer for good: it can be neither charged nor attached again. Three requests,
   * two with `allowInUse`, and one more for each further hundred subscriptions of the customer.
   *
   * What is detached has no owner left to prove, so a repeated call is a NotFoundError, and after an
   * {@link IndeterminateError} that one says that it was done.
   *
   * @throws NotFoundError when it is missing, another tenant's or attached to no customer.
   * @throws ConflictError when a subscription that has not ended is charged on it, by its own choice or by its customer's
   *   default; `conflictingId` names it.
   * @see https://docs.stripe.com/api/payment_methods/detach
   */
  detachPaymentMethod(
    paymentMethodId: string,
    options: DetachPaymentMethodOptions = {},
  ): Promise<PaymentMethod> {
    return this.#binding.within(options, (scope) => detachPaymentMethod(scope, paymentMethodId, options));
  }

  /**
   * The products that the tenant may see, its own and the shared ones, with their active prices, the default among them.
   *
   * No request while a page is remembered (`catalog.cacheSeconds`). Else one for the page and one for the prices of each
   * ten products; more than twenty take one for each hundred of the tenant's prices, up to two, and then more only for
   * products whose prices are not found so. So a hundred products with two hundred prices take three, however many
   * other tenants have.
   *
   * A product or price is found up to a minute after it was made, which is how far Stripe's search lags behind. Of a page
   * of more than twenty, a price that was made elsewhere is left out where the product's default price was made here;
   * {@link getProduct} has them all, at once.
   *
   * @see https://docs.stripe.com/search
   */
  listTenantProducts(options: ListProductsOptions = {}): Pages<Product<TMetadata>> {
    return pages((after) =>
      this.#binding.within(options, (scope) =>
        listTenantProducts(scope, nextPage(options, after), this.#binding.catalog),
      ),
    );
  }

  /**
   * One product that the tenant may see, with all its active prices, as it is now. Two requests; one more for each
   * hundred prices.
   *
   * @throws NotFoundError when it is missing or another tenant's.
   * @see https://docs.stripe.com/api/products/retrieve
   */
  getProduct(productId: string, options: CallOptions = {}): Promise<Product<TMetadata>> {
    return this.#binding.within(options, (scope) =>
      getProduct(scope, productId, options, this.#binding.catalog),
    );
  }

  /**
   * Makes a product of the tenant's own, with its first price where one is given. One request.
   *
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when the idempotency key was used with other options.
   * @see https://docs.stripe.com/api/products/create
   */
  createProduct(options: CreateProductOptions): Promise<Product<TMetadata>> {
    return this.#binding.changingCatalog(options, (scope) =>
      createProduct(scope, options, this.#binding.catalog),
    );
  }

  /**
   * Changes a product; what is left out stays as it is. Three requests: to prove it, to change it, and for its prices.
   *
   * @throws NotFoundError when it is missing, another tenant's or shared by all.
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when the idempotency key was used with other options.
   * @see https://docs.stripe.com/api/products/update
   */
  updateProduct(productId: string, options: UpdateProductOptions): Promise<Product<TMetadata>> {
    return this.#binding.changingCatalog(options, (scope) =>
      updateProduct(scope, productId, options, this.#binding.catalog),
    );
  }

  /**
   * Takes a product off sale; what is subscribed to goes on. Three requests, two when it is archived already, which
   * succeeds with the same view. `updateProduct` with `active: true` takes it back.
   *
   * @throws NotFoundError when it is missing, another tenant's or shared by all.
   * @see https://docs.stripe.com/api/products/update
   */
  archiveProduct(
    productId: string,
    options: CallOptions & IdempotencyOptions = {},
  ): Promise<Product<TMetadata>> {
    return this.#binding.changingCatalog(options, (scope) =>
      archiveProduct(scope, productId, options, this.#binding.catalog),
    );
  }

  /**
   * Adds a price to a product of the tenant's own. Two requests.
   *
   * @throws NotFoundError when the product is missing, another tenant's or shared by all.
   * @throws ConflictError when the lookup key is another price's, or the idempotency key was used with other options.
   * @see https://docs.stripe.com/api/prices/create
   */
  createPrice(productId: string, options: CreatePriceOptions): Promise<Price> {
    return this.#binding.changingCatalog(options, (scope) => createPrice(scope, productId, options));
  }

  /**
   * Puts a new price in the place of another, since Stripe's prices never change what they cost: the new one takes over
   * its terms but for those given, its nickname, metadata and lookup key, and its place as the product's default, and the
   * old one is archived. Subscriptions stay with the old price until they are changed. Four requests, or five when the
   * old price is the default.
   *
   * It may be stopped anywhere and repeated: the same replacement, with the same idempotency key or with none, makes one
   * price and completes what is not done yet.
   *
   * @throws NotFoundError when the price is missing, another tenant's or of a shared product.
   * @throws ConflictError for a price with tiers, a meter or amounts in several currencies, and when the idempotency key
   *   was used with other options.
   * @see https://docs.stripe.com/products-prices/manage-prices
   */
  replacePrice(priceId: string, options: ReplacePriceOptions): Promise<Price> {
    return this.#binding.changingCatalog(options, (scope) => replacePrice(scope, priceId, options));
  }

  /**
   * Takes a price off sale; what is subscribed to goes on. Two requests, one when it is archived already, which succeeds
   * with the same view.
   *
   * @throws NotFoundError when it is missing, another tenant's or of a shared product.
   * @throws ConflictError when it is its product's default price.
   * @see https://docs.stripe.com/api/prices/update
   */
  archivePrice(priceId: string, options: CallOptions & IdempotencyOptions = {}): Promise<Price> {
    return this.#binding.changingCatalog(options, (scope) => archivePrice(scope, priceId, options));
  }

  /**
   * Makes a price its product's default. Three requests, two when it is that already.
   *
   * @throws NotFoundError when the price is missing, another tenant's or of a shared product.
   * @throws ConflictError when the price is archived.
   * @see https://docs.stripe.com/api/products/update
   */
  setDefaultPrice(
    priceId: string,
    options: CallOptions & IdempotencyOptions = {},
  ): Promise<Product<TMetadata>> {
    return this.#binding.changingCatalog(options, (scope) =>
      setDefaultPrice(scope, priceId, options, this.#binding.catalog),
    );
  }

  /**
   * All features that a customer has access to by its subscriptions, never a part of them. One request for each hundred;
   * one more the first time the customer is seen.
   *
   * Stripe works them out from the features of the products that are subscribed to. A feature that is attached to a
   * product reaches those who subscribe already with their next period.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @see https://docs.stripe.com/billing/entitlements
   */
  listEntitlements(customerId?: string, options: CallOptions = {}): Promise<readonly Entitlement[]> {
    return this.#binding.within(options, (scope) => listEntitlements(scope, customerId, options));
  }

  /**
   * Whether a customer has access to the feature with this lookup key, by exact text. Requests as
   * {@link listEntitlements}; an application that asks often keeps the list until the customer's next
   * `entitlements.active_entitlement_summary.updated`, which itself holds only the first ten.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's. A feature that does not exist is one
   *   that nobody has.
   * @see https://docs.stripe.com/api/entitlements/active-entitlement/list
   */
  hasEntitlement(
    customerId: string | undefined,
    lookupKey: string,
    options: CallOptions = {},
  ): Promise<boolean> {
    return this.#binding.within(options, (scope) => hasEntitlement(scope, customerId, lookupKey, options));
  }

  /**
   * Tells Stripe what a customer used, for the prices that are billed by a meter. One request; one more the first time
   * the customer is seen.
   *
   * Usage with the same `identifier` counts once, however often it is reported: a repeated call succeeds with the same
   * view. Neither another tenant nor another customer or meter can take an identifier away. Stripe adds usage up a little
   * later, so that it may not show at once.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's.
   * @throws InvalidArgumentError when no active meter has this event name, or the timestamp lies outside Stripe's window.
   * @throws ConflictError when the identifier was reported lately with another value or timestamp.
   * @see https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api
   */
  reportUsage(customerId: string | undefined, options: ReportUsageOptions): Promise<ReportedUsage> {
    return this.#binding.within(options, (scope) => reportUsage(scope, customerId, options));
  }

  /**
   * Makes `listTenantProducts` ask Stripe again: for the bound tenant; else for the tenant that a `product.*` or `price.*`
   * event is about; else for all. It sends nothing and never fails.
   *
   * A webhook receiver that is given this service calls it with each such event that it verifies, so have Stripe send
   * them to the endpoint. Each process remembers for itself: those that an event does not reach go on for the rest of
   * `catalog.cacheSeconds`.
   */
  forgetCatalog(event?: CatalogEvent): Promise<void> {
    return this.#binding.forgetCatalog(event);
  }

  /**
   * Whose a webhook event is, for the receiver of `@repo/billing/webhooks`. At most one request, without a bound tenant.
   */
  resolveTenant(origin: TenantOrigin, options: CallOptions = {}): Promise<TenantResolution> {
    return this.#binding.resolveTenant(origin, options);
  }
}

function nextPage<T extends object>(options: T, after: string | undefined): T {
  return after === undefined ? options : { ...options, after };
}
