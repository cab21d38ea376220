import { BillingOperator } from "./billing-operator.js";
import type { CatalogEvent } from "./capabilities/catalog/catalog-event.js";
import type { CatalogMethods } from "./capabilities/catalog/catalog-methods.js";
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
import type { CheckoutMethods } from "./capabilities/checkout/checkout-methods.js";
import { createCheckoutSession } from "./capabilities/checkout/create.js";
import type {
  CreateCheckoutSessionOptions,
  CreateEmbeddedCheckoutSessionOptions,
} from "./capabilities/checkout/options.js";
import { getCheckoutSession, listCheckoutLineItems } from "./capabilities/checkout/read.js";
import type { CustomerMethods } from "./capabilities/customers/customer-methods.js";
import {
  getCustomer,
  type UpdateCustomerOptions,
  updateCustomer,
} from "./capabilities/customers/customers.js";
import {
  type DeleteCustomerOptions,
  type DeletedCustomer,
  deleteCustomer,
} from "./capabilities/customers/delete-customer.js";
import { type EnsureCustomerOptions, ensureCustomer } from "./capabilities/customers/ensure-customer.js";
import {
  type CreateTaxIdOptions,
  createTaxId,
  type DeletedTaxId,
  deleteTaxId,
  listTaxIds,
} from "./capabilities/customers/tax-ids.js";
import type { DiscountMethods } from "./capabilities/discounts/discount-methods.js";
import {
  type FindPromotionCodeOptions,
  findPromotionCode,
  getCoupon,
  getPromotionCode,
} from "./capabilities/discounts/look-up.js";
import type { EntitlementMethods } from "./capabilities/entitlements/entitlement-methods.js";
import { hasEntitlement, listEntitlements } from "./capabilities/entitlements/entitlements.js";
import type { EventMethods } from "./capabilities/events/event-methods.js";
import { fetchEventObject } from "./capabilities/events/fetch-event-object.js";
import type { InvoiceMethods } from "./capabilities/invoices/invoice-methods.js";
import { getInvoice, type ListInvoicesOptions, listInvoices } from "./capabilities/invoices/read.js";
import { type PayInvoiceOptions, payInvoice, voidInvoice } from "./capabilities/invoices/settle.js";
import {
  type PreviewUpcomingInvoiceOptions,
  previewUpcomingInvoice,
} from "./capabilities/invoices/upcoming.js";
import {
  type DetachPaymentMethodOptions,
  detachPaymentMethod,
} from "./capabilities/payment-methods/detach.js";
import { type ListPaymentMethodsOptions, listPaymentMethods } from "./capabilities/payment-methods/list.js";
import type { PaymentMethodMethods } from "./capabilities/payment-methods/payment-method-methods.js";
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
  toFailedDiagnosis,
} from "./capabilities/portal/diagnosis.js";
import type { PortalMethods } from "./capabilities/portal/portal-methods.js";
import {
  createCustomerPortalSession,
  type PortalConfig,
  type PortalSession,
  type PortalSessionOptions,
} from "./capabilities/portal/session.js";
import type { RefundMethods } from "./capabilities/refunds/refund-methods.js";
import {
  type CreateRefundOptions,
  createRefund,
  getRefund,
  type ListRefundsOptions,
  listRefunds,
} from "./capabilities/refunds/refunds.js";
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
import type { SubscriptionMethods } from "./capabilities/subscriptions/subscription-methods.js";
import { updateSubscription } from "./capabilities/subscriptions/update.js";
import { type ReportUsageOptions, reportUsage } from "./capabilities/usage/report-usage.js";
import type { UsageMethods } from "./capabilities/usage/usage-methods.js";
import type { StripeBillingConfig } from "./config.js";
import { copyOptions } from "./input.js";
import type { OperatorOptions } from "./operator-binding.js";
import type { CallOptions } from "./stripe/deadline.js";
import type { IdempotencyOptions } from "./stripe/idempotency.js";
import { parseObjectId } from "./stripe/object-id.js";
import { type Page, type Pages, pages } from "./stripe/page.js";
import type { TenantScope } from "./tenancy/scope/tenant-scope.js";
import type {
  EventListQuery,
  EventObject,
  EventPage,
  ReceiverFacts,
  SubscriptionListQuery,
  SubscriptionPage,
  TenantOrigin,
  TenantResolution,
} from "./tenancy/tenancy.js";
import { TenantBinding } from "./tenant-binding.js";
import type { CheckoutLineItem } from "./views/checkout-line-item.js";
import type {
  CheckoutSession,
  OpenCheckoutSession,
  OpenEmbeddedCheckoutSession,
} from "./views/checkout-session.js";
import type { Coupon } from "./views/coupon.js";
import type { Customer } from "./views/customer.js";
import type { Entitlement } from "./views/entitlement.js";
import type { Invoice, UpcomingInvoice } from "./views/invoice.js";
import type { PaymentMethod } from "./views/payment-method.js";
import type { ChangedSubscription } from "./views/pending-payment.js";
import type { PortalConfiguration } from "./views/portal-configuration.js";
import type { Price } from "./views/price.js";
import type { Product } from "./views/product.js";
import type { PromotionCode } from "./views/promotion-code.js";
import type { Refund } from "./views/refund.js";
import type { ReportedUsage } from "./views/reported-usage.js";
import type { Subscription } from "./views/subscription.js";
import type { TaxId } from "./views/tax-id.js";

/**
 * Stripe billing for one tenant at a time.
 *
 * Every method works for the bound tenant only and cannot reach another tenant's objects, whatever ids and options it is
 * given. Bind a tenant in the constructor (`tenantId`) or per request with {@link forTenant}.
 *
 * `customerId` may be left out if the tenancy's directory names exactly one customer for the tenant.
 *
 * Every method takes `timeoutMs` and `signal`. In addition to the errors listed with it, each method may throw
 * `TenantContextError` without a bound tenant, `InvalidArgumentError` before anything is sent, `RateLimitedError`,
 * `AuthenticationError`, `PermissionError`, `StripeUnavailableError`, `DeadlineError` and `AbortedError`; a writing
 * method also throws `IndeterminateError` when the outcome of a write is unknown. With a server that stands in for
 * Stripe, such as `@repo/local-stripe`, a method may also throw `NotImplementedError`.
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
export class StripeBillingService<TMetadata = undefined>
  implements
    PortalMethods,
    CustomerMethods,
    CheckoutMethods,
    SubscriptionMethods,
    InvoiceMethods,
    RefundMethods,
    PaymentMethodMethods,
    CatalogMethods<TMetadata>,
    DiscountMethods,
    EntitlementMethods,
    UsageMethods,
    EventMethods
{
  readonly #binding: TenantBinding<TMetadata>;

  /** Sends nothing. @throws ConfigurationError with one sentence per mistake. */
  constructor(config: StripeBillingConfig<TMetadata>);
  /** @internal */
  constructor(binding: TenantBinding<TMetadata>);
  constructor(config: StripeBillingConfig<TMetadata> | TenantBinding<TMetadata>) {
    this.#binding = config instanceof TenantBinding ? config : TenantBinding.create(config);
  }

  /**
   * Returns this service bound to one tenant for good. Sends nothing and is cheap: call it for every request.
   *
   * @throws TenantContextError when the id is malformed, or this service is bound to another tenant.
   */
  forTenant(tenantId: string): StripeBillingService<TMetadata> {
    return new StripeBillingService(this.#binding.forTenant(tenantId));
  }

  /**
   * Returns the methods for operators, which work across all tenants. Sends nothing. Each call's audit event names the
   * `actor`. Never call it while serving a tenant's request: nothing separates the tenants in what it returns.
   *
   * @throws TenantContextError when this service is bound to a tenant.
   * @throws InvalidArgumentError without an actor.
   * @throws ConfigurationError under `connectTenancy`, where each tenant has an account of its own.
   */
  asOperator(options: OperatorOptions): BillingOperator<TMetadata> {
    return new BillingOperator(this.#binding.asOperator(options));
  }

  /**
   * Opens Stripe's hosted portal for a customer, at its front page or straight at one task (`flow`). Every call creates a
   * new session, because links expire.
   *
   * Two requests; one if the customer or the flow's subscription was used recently, with `directoryTenancy` or
   * `ownership.trustInWrites`. One more for each price, coupon and promotion code that a flow names; a
   * `subscription_update_confirm` always reads its subscription. A `configuration` given by its id takes one more; one
   * given as a specification takes those of `ensurePortalConfiguration`.
   *
   * @throws NotFoundError when the customer is missing, deleted or another tenant's, or the flow names a subscription or
   *   item that is not this customer's, or a price, coupon, promotion code or configuration that the tenant may not use.
   * @throws ConflictError when the flow's subscription is not in a state for it, or its coupon or promotion code can no
   *   longer be redeemed.
   * @throws ReturnUrlNotAllowedError when the return URL is not on an allowed origin.
   * @throws PortalNotConfiguredError when Stripe has no portal configuration to use.
   * @see https://docs.stripe.com/api/customer_portal/sessions/create
   */
  createCustomerPortalSession(customerId?: string, options?: PortalSessionOptions): Promise<PortalSession>;
  /**
   * Opens Stripe's hosted portal, with the tenant, the customer and the options in one object. Works on a service without
   * a tenant, and on one bound to this tenant.
   *
   * @throws TenantContextError when this service is bound to another tenant.
   */
  createCustomerPortalSession(config: PortalConfig): Promise<PortalSession>;
  async createCustomerPortalSession(
    target?: string | PortalConfig,
    options: PortalSessionOptions = {},
  ): Promise<PortalSession> {
    if (typeof target === "object" && target !== null) {
      const { tenantId, customerId, ...rest } = copyOptions(target);
      // A customer object passed in place of its id has no tenantId: names the argument that is wrong.
      if (tenantId === undefined && "id" in target) parseObjectId("customer", target);
      return this.forTenant(tenantId).createCustomerPortalSession(customerId, rest);
    }
    return this.#binding.runWithPortal(options, (scope, portal) =>
      createCustomerPortalSession(scope, target, options, portal),
    );
  }

  ensurePortalConfiguration(
    spec: PortalConfigurationSpec,
    options: CallOptions & IdempotencyOptions = {},
  ): Promise<EnsuredPortalConfiguration> {
    return this.#binding.runWithPortal(options, (scope, portal) =>
      ensurePortalConfiguration(scope, spec, options, portal),
    );
  }

  async deactivateUnusedPortalConfigurations(
    options: DeactivateUnusedOptions,
  ): Promise<readonly PortalConfiguration[]> {
    if (copyOptions(options).shared === true) {
      return this.#binding.runAsOperator(options, (scope) =>
        deactivateUnusedPortalConfigurations(scope, options, undefined),
      );
    }
    return this.#binding.runWithPortal(options, (scope, { policy }) =>
      deactivateUnusedPortalConfigurations(scope, options, policy),
    );
  }

  async diagnosePortal(options: DiagnosePortalOptions = {}): Promise<PortalDiagnosis> {
    const { schema } = this.#binding.catalog;
    try {
      return await this.#binding.runWithPortal(options, (scope, portal) =>
        diagnosePortal(scope, options, portal, (metadata) => refusedKeys(scope, schema, metadata)),
      );
    } catch (error) {
      return toFailedDiagnosis(error);
    }
  }

  ensureCustomer(options: EnsureCustomerOptions): Promise<Customer> {
    return this.#binding.run(options, (scope) => ensureCustomer(scope, options, this.#binding.singleFlight));
  }

  getCustomer(customerId?: string, options: CallOptions = {}): Promise<Customer> {
    return this.#call(options, getCustomer, customerId);
  }

  updateCustomer(customerId: string | undefined, options: UpdateCustomerOptions): Promise<Customer> {
    return this.#call(options, updateCustomer, customerId);
  }

  deleteCustomer(customerId: string, options: DeleteCustomerOptions = {}): Promise<DeletedCustomer> {
    return this.#binding.run(options, async (scope) => {
      const deleted = await deleteCustomer(scope, customerId, options);
      this.#binding.forgetCustomer(deleted.id, scope.account);
      return deleted;
    });
  }

  createTaxId(customerId: string | undefined, options: CreateTaxIdOptions): Promise<TaxId> {
    return this.#call(options, createTaxId, customerId);
  }

  listTaxIds(customerId?: string, options: CallOptions = {}): Promise<readonly TaxId[]> {
    return this.#call(options, listTaxIds, customerId);
  }

  deleteTaxId(taxIdId: string, options: CallOptions = {}): Promise<DeletedTaxId> {
    return this.#call(options, deleteTaxId, taxIdId);
  }

  /**
   * Opens Stripe's page on which a customer subscribes, pays once or saves a card, depending on `mode`. While a page
   * with the same options is open, returns that one. A call for the same product with other options closes the earlier
   * page, so that nobody pays on both.
   *
   * Sends six requests in subscription mode, two of which check that no other page or subscription was created
   * meanwhile; one more for each price, for a discount, and for each open page that it closes. Two fewer in the other
   * modes; three fewer with `allowSecond`, and if the page is open already.
   *
   * @throws NotFoundError when a price, discount or customer is missing or not the tenant's to use.
   * @throws ReturnUrlNotAllowedError when the success, cancel or return URL is not on an allowed origin.
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when a price is archived, the customer has a current subscription to the same product, or is
   *   completing another page for it at this moment; or when the page that was created with the idempotency key has
   *   ended.
   * @see https://docs.stripe.com/api/checkout/sessions/create
   */
  createCheckoutSession(options: CreateCheckoutSessionOptions): Promise<OpenCheckoutSession>;
  /**
   * Opens Checkout as a form in the application's own page, with `uiMode: "embedded"`: Stripe.js shows it with the
   * session's `clientSecret`. Requests and errors are those of a hosted page. A new form closes an open page for the
   * same product, and a new page closes an open form.
   *
   * @see https://docs.stripe.com/js/embedded_checkout/create
   */
  createCheckoutSession(options: CreateEmbeddedCheckoutSessionOptions): Promise<OpenEmbeddedCheckoutSession>;
  /** For options whose `uiMode` is only known at run time; the session's `uiMode` says which of the two it is. */
  createCheckoutSession(
    options: CreateCheckoutSessionOptions | CreateEmbeddedCheckoutSessionOptions,
  ): Promise<OpenCheckoutSession | OpenEmbeddedCheckoutSession>;
  createCheckoutSession(
    options: CreateCheckoutSessionOptions | CreateEmbeddedCheckoutSessionOptions,
  ): Promise<OpenCheckoutSession | OpenEmbeddedCheckoutSession> {
    return this.#binding.runWithReturnUrls(options, (scope, urls) =>
      createCheckoutSession(scope, options, urls),
    );
  }

  getCheckoutSession(checkoutSessionId: string, options: CallOptions = {}): Promise<CheckoutSession> {
    return this.#call(options, getCheckoutSession, checkoutSessionId);
  }

  listCheckoutLineItems(
    checkoutSessionId: string,
    options: CallOptions = {},
  ): Promise<readonly CheckoutLineItem[]> {
    return this.#call(options, listCheckoutLineItems, checkoutSessionId);
  }

  listCustomerSubscriptions(
    customerId?: string,
    options: ListSubscriptionsOptions = {},
  ): Pages<Subscription> {
    return this.#list(options, listCustomerSubscriptions, customerId);
  }

  getSubscription(subscriptionId: string, options: CallOptions = {}): Promise<Subscription> {
    return this.#call(options, getSubscription, subscriptionId);
  }

  createSubscription(options: CreateSubscriptionOptions): Promise<ChangedSubscription> {
    return this.#call(options, createSubscription);
  }

  updateSubscription(
    subscriptionId: string,
    options: UpdateSubscriptionOptions,
  ): Promise<ChangedSubscription> {
    return this.#call(options, updateSubscription, subscriptionId);
  }

  previewSubscriptionChange(
    subscriptionId: string,
    options: UpdateSubscriptionOptions,
  ): Promise<SubscriptionPreview> {
    return this.#call(options, previewSubscriptionChange, subscriptionId);
  }

  resumeSubscription(subscriptionId: string, options: ResumeSubscriptionOptions = {}): Promise<Subscription> {
    return this.#call(options, resumeSubscription, subscriptionId);
  }

  pauseSubscription(subscriptionId: string, options: PauseSubscriptionOptions = {}): Promise<Subscription> {
    return this.#call(options, pauseSubscription, subscriptionId);
  }

  unpauseSubscription(
    subscriptionId: string,
    options: UnpauseSubscriptionOptions = {},
  ): Promise<Subscription> {
    return this.#call(options, unpauseSubscription, subscriptionId);
  }

  cancelSubscription(subscriptionId: string, options: CancelSubscriptionOptions = {}): Promise<Subscription> {
    return this.#call(options, cancelSubscription, subscriptionId);
  }

  listInvoices(customerId?: string, options: ListInvoicesOptions = {}): Pages<Invoice> {
    return this.#list(options, listInvoices, customerId);
  }

  getInvoice(invoiceId: string, options: CallOptions = {}): Promise<Invoice> {
    return this.#call(options, getInvoice, invoiceId);
  }

  payInvoice(invoiceId: string, options: PayInvoiceOptions = {}): Promise<Invoice> {
    return this.#call(options, payInvoice, invoiceId);
  }

  voidInvoice(invoiceId: string, options: CallOptions & IdempotencyOptions = {}): Promise<Invoice> {
    return this.#call(options, voidInvoice, invoiceId);
  }

  createRefund(options: CreateRefundOptions): Promise<Refund> {
    return this.#call(options, createRefund);
  }

  getRefund(refundId: string, options: CallOptions = {}): Promise<Refund> {
    return this.#call(options, getRefund, refundId);
  }

  listRefunds(options: ListRefundsOptions): Promise<readonly Refund[]> {
    return this.#call(options, listRefunds);
  }

  previewUpcomingInvoice(
    customerId?: string,
    options: PreviewUpcomingInvoiceOptions = {},
  ): Promise<UpcomingInvoice | null> {
    return this.#call(options, previewUpcomingInvoice, customerId);
  }

  listPaymentMethods(customerId?: string, options: ListPaymentMethodsOptions = {}): Pages<PaymentMethod> {
    return this.#list(options, listPaymentMethods, customerId);
  }

  setDefaultPaymentMethod(
    paymentMethodId: string,
    options: SetDefaultPaymentMethodOptions = {},
  ): Promise<PaymentMethod> {
    return this.#binding.run(options, (scope) =>
      setDefaultPaymentMethod(
        scope,
        paymentMethodId,
        options,
        (subscriptionId, defaultPaymentMethodId, idempotencyKey) =>
          updateSubscription(scope, subscriptionId, { defaultPaymentMethodId, idempotencyKey }),
      ),
    );
  }

  detachPaymentMethod(
    paymentMethodId: string,
    options: DetachPaymentMethodOptions = {},
  ): Promise<PaymentMethod> {
    return this.#call(options, detachPaymentMethod, paymentMethodId);
  }

  listTenantProducts(options: ListProductsOptions = {}): Pages<Product<TMetadata>> {
    const { catalog } = this.#binding;
    return this.#list(options, (scope, page: ListProductsOptions) =>
      listTenantProducts(scope, page, catalog),
    );
  }

  listSharedProducts(options: ListProductsOptions = {}): Pages<Product<TMetadata>> {
    const load = (page: ListProductsOptions) =>
      this.#binding.runForVisitors(page, (scope, catalog) => listTenantProducts(scope, page, catalog));
    return pages((after) => load(after === undefined ? options : { ...options, after }));
  }

  getProduct(productId: string, options: CallOptions = {}): Promise<Product<TMetadata>> {
    return this.#binding.run(options, (scope, catalog) => getProduct(scope, productId, options, catalog));
  }

  createProduct(options: CreateProductOptions): Promise<Product<TMetadata>> {
    return this.#binding.changeCatalog(options, (scope, catalog) => createProduct(scope, options, catalog));
  }

  updateProduct(productId: string, options: UpdateProductOptions): Promise<Product<TMetadata>> {
    return this.#binding.changeCatalog(options, (scope, catalog) =>
      updateProduct(scope, productId, options, catalog),
    );
  }

  archiveProduct(
    productId: string,
    options: CallOptions & IdempotencyOptions = {},
  ): Promise<Product<TMetadata>> {
    return this.#binding.changeCatalog(options, (scope, catalog) =>
      archiveProduct(scope, productId, options, catalog),
    );
  }

  createPrice(productId: string, options: CreatePriceOptions): Promise<Price> {
    return this.#binding.changeCatalog(options, (scope) => createPrice(scope, productId, options));
  }

  replacePrice(priceId: string, options: ReplacePriceOptions): Promise<Price> {
    return this.#binding.changeCatalog(options, (scope) => replacePrice(scope, priceId, options));
  }

  archivePrice(priceId: string, options: CallOptions & IdempotencyOptions = {}): Promise<Price> {
    return this.#binding.changeCatalog(options, (scope) => archivePrice(scope, priceId, options));
  }

  setDefaultPrice(
    priceId: string,
    options: CallOptions & IdempotencyOptions = {},
  ): Promise<Product<TMetadata>> {
    return this.#binding.changeCatalog(options, (scope, catalog) =>
      setDefaultPrice(scope, priceId, options, catalog),
    );
  }

  getCoupon(couponId: string, options: CallOptions = {}): Promise<Coupon> {
    return this.#call(options, getCoupon, couponId);
  }

  getPromotionCode(promotionCodeId: string, options: CallOptions = {}): Promise<PromotionCode> {
    return this.#call(options, getPromotionCode, promotionCodeId);
  }

  findPromotionCode(options: FindPromotionCodeOptions): Promise<PromotionCode | null> {
    return this.#call(options, findPromotionCode);
  }

  listEntitlements(customerId?: string, options: CallOptions = {}): Promise<readonly Entitlement[]> {
    return this.#call(options, listEntitlements, customerId);
  }

  hasEntitlement(
    customerId: string | undefined,
    lookupKey: string,
    options: CallOptions = {},
  ): Promise<boolean> {
    return this.#call(options, hasEntitlement, customerId, lookupKey);
  }

  reportUsage(customerId: string | undefined, options: ReportUsageOptions): Promise<ReportedUsage> {
    return this.#call(options, reportUsage, customerId);
  }

  forgetCatalog(event?: CatalogEvent): Promise<void> {
    return this.#binding.forgetCatalog(event);
  }

  forgetCustomer(customerId: string, account?: string): void {
    this.#binding.forgetCustomer(parseObjectId("customer", customerId), account);
  }

  resolveTenant(origin: TenantOrigin, options: CallOptions = {}): Promise<TenantResolution> {
    return this.#binding.resolveTenant(origin, options);
  }

  fetchEventObject(object: EventObject, options: CallOptions = {}): Promise<object> {
    return this.#call(options, fetchEventObject, object);
  }

  listEvents(query: EventListQuery, options: CallOptions = {}): Promise<EventPage> {
    return this.#binding.listEvents(query, options);
  }

  listAccountSubscriptions(
    query: SubscriptionListQuery = {},
    options: CallOptions = {},
  ): Promise<SubscriptionPage> {
    return this.#binding.listSubscriptions(query, options);
  }

  receiverFacts(): ReceiverFacts {
    return this.#binding.receiverFacts;
  }

  /** Runs a capability whose only arguments are ids and the call's options. */
  #call<Ids extends readonly unknown[], Options extends CallOptions, T>(
    options: Options,
    capability: Capability<Ids, Options, T>,
    ...ids: Ids
  ): Promise<T> {
    return this.#binding.run(options, (scope) => capability(scope, ...ids, options));
  }

  #list<Ids extends readonly unknown[], Options extends CallOptions, T extends { readonly id: string }>(
    options: Options,
    capability: Capability<Ids, Options, Page<T>>,
    ...ids: Ids
  ): Pages<T> {
    return pages((after) =>
      this.#call(after === undefined ? options : { ...options, after }, capability, ...ids),
    );
  }
}

type Capability<Ids extends readonly unknown[], Options, T> = (
  scope: TenantScope,
  ...args: [...ids: Ids, options: Options]
) => Promise<T>;
