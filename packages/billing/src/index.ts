/**
 * Multi-tenant Stripe billing for servers: {@link StripeBillingService} with its options, results and errors. Webhooks
 * are in `@repo/billing/webhooks`.
 *
 * @module
 */
import { assertNode } from "./assert-node.js";

export type { BillingOperator } from "./billing-operator.js";
export { StripeBillingService } from "./billing-service.js";
export type { CatalogSettings } from "./capabilities/catalog/catalog.js";
export type { CatalogEvent } from "./capabilities/catalog/catalog-event.js";
export type { ListProductsOptions } from "./capabilities/catalog/list-products.js";
export type { NewAmount, NewPrice, NewRecurrence } from "./capabilities/catalog/new-price.js";
export type { CreatePriceOptions } from "./capabilities/catalog/prices.js";
export type { MetadataSchema, SchemaIssue, SchemaResult } from "./capabilities/catalog/product-metadata.js";
export type {
  CreateProductOptions,
  ProductDetails,
  UpdateProductOptions,
} from "./capabilities/catalog/products.js";
export type { ReplacePriceOptions } from "./capabilities/catalog/replace-price.js";
export type { CustomerUpdate } from "./capabilities/checkout/collection.js";
export type { EmbeddedFormOptions, HostedPageOptions } from "./capabilities/checkout/display.js";
export type { AdjustableQuantity, CheckoutItem } from "./capabilities/checkout/items.js";
export type {
  CheckoutPurpose,
  CreateCheckoutSessionOptions,
  CreateEmbeddedCheckoutSessionOptions,
  PaymentCheckoutOptions,
  SetupCheckoutOptions,
  SubscriptionCheckoutOptions,
} from "./capabilities/checkout/options.js";
export type { UpdateCustomerOptions } from "./capabilities/customers/customers.js";
export type { DeleteCustomerOptions, DeletedCustomer } from "./capabilities/customers/delete-customer.js";
export type { CustomerDetails } from "./capabilities/customers/details.js";
export type { EnsureCustomerOptions } from "./capabilities/customers/ensure-customer.js";
export type { CreateTaxIdOptions, DeletedTaxId } from "./capabilities/customers/tax-ids.js";
export type { FindPromotionCodeOptions } from "./capabilities/discounts/look-up.js";
export type { ListInvoicesOptions } from "./capabilities/invoices/read.js";
export type { PayInvoiceOptions } from "./capabilities/invoices/settle.js";
export type { PreviewUpcomingInvoiceOptions } from "./capabilities/invoices/upcoming.js";
export type { DetachPaymentMethodOptions } from "./capabilities/payment-methods/detach.js";
export type { ListPaymentMethodsOptions } from "./capabilities/payment-methods/list.js";
export type { SetDefaultPaymentMethodOptions } from "./capabilities/payment-methods/set-default.js";
export type { PortalCheck, PortalCheckName } from "./capabilities/portal/check.js";
export type {
  DeactivateUnusedOptions,
  EnsuredPortalConfiguration,
} from "./capabilities/portal/configuration.js";
export type {
  CancelFeature,
  CustomerDetail,
  OfferedProduct,
  PauseFeature,
  PauseInterval,
  PortalConfigurationSpec,
  PortalFeatures,
  ProrationBehavior,
  UpdateFeature,
} from "./capabilities/portal/configuration-spec.js";
export type { DiagnosePortalOptions, PortalDiagnosis } from "./capabilities/portal/diagnosis.js";
export type { AfterCompletion, PortalDiscount, PortalFlow } from "./capabilities/portal/flow.js";
export type { PortalConfig, PortalSession, PortalSessionOptions } from "./capabilities/portal/session.js";
export type { PortalSettings } from "./capabilities/portal/settings.js";
export type { PortalConfigurationIds } from "./capabilities/portal/stored-configuration.js";
export type { PaidBy } from "./capabilities/refunds/refunded-charge.js";
export type { CreateRefundOptions, ListRefundsOptions } from "./capabilities/refunds/refunds.js";
export type { CancelSubscriptionOptions } from "./capabilities/subscriptions/cancel.js";
export type { SubscriptionChange, UpdateSubscriptionOptions } from "./capabilities/subscriptions/change.js";
export type { SubscriptionConfirmation } from "./capabilities/subscriptions/confirmation.js";
export type { CreateSubscriptionOptions, NewSubscriptionItem } from "./capabilities/subscriptions/create.js";
export type { SubscriptionDiscount } from "./capabilities/subscriptions/discounts.js";
export type {
  AddedItem,
  ChangedItem,
  ItemReference,
  RemovedItem,
  SubscriptionItemChange,
} from "./capabilities/subscriptions/items.js";
export type {
  CollectionPauseOptions,
  FullPauseOptions,
  PauseSubscriptionOptions,
  UnpauseSubscriptionOptions,
} from "./capabilities/subscriptions/pause.js";
export type { SubscriptionPreview } from "./capabilities/subscriptions/preview.js";
export type { ListSubscriptionsOptions } from "./capabilities/subscriptions/read.js";
export type { ResumeSubscriptionOptions } from "./capabilities/subscriptions/resume.js";
export type { ReportUsageOptions } from "./capabilities/usage/report-usage.js";
export type { StripeBillingConfig } from "./config.js";
export {
  AbortedError,
  AccountMismatchError,
  type AnyBillingError,
  AuthenticationError,
  BillingError,
  type BillingErrorOptions,
  ConfigurationError,
  ConflictError,
  DeadlineError,
  DirectoryUnavailableError,
  IndeterminateError,
  InvalidArgumentError,
  IsolationError,
  isBillingError,
  ModeMismatchError,
  NotFoundError,
  NotImplementedError,
  PaymentRequiredError,
  type PaymentStep,
  PermissionError,
  PortalNotConfiguredError,
  RateLimitedError,
  ReservedMetadataError,
  ReturnUrlNotAllowedError,
  type StripeFailure,
  StripeUnavailableError,
  TenantContextError,
} from "./errors.js";
export type { AdoptOptions } from "./operator/adoption/adopt.js";
export type { AdoptionCounts, AdoptionProblem, AdoptionReport } from "./operator/adoption/ledger.js";
export type { RowSource } from "./operator/adoption/read-rows.js";
export type { AdoptionRow, CatalogRow, CustomerRow } from "./operator/adoption/rows.js";
export type { AuditMarksOptions } from "./operator/audit/audit-marks.js";
export type { AuditedKind, MarkFinding, MarkProblem, MarksReport } from "./operator/audit/findings.js";
export type { ObjectDiagnosis } from "./operator/diagnose.js";
export type { CreateCouponOptions, UpdateCouponOptions } from "./operator/discounts/coupons.js";
export type {
  CreatePromotionCodeOptions,
  ListPromotionCodesOptions,
  UpdatePromotionCodeOptions,
} from "./operator/discounts/promotion-codes.js";
export type { AccountCheck, AccountExamination } from "./operator/doctor/account-check.js";
export type { LinkCustomerOptions } from "./operator/link-customer.js";
export type { ListAllCustomersOptions } from "./operator/lists/list-customers.js";
export type { CreatedOptions } from "./operator/lists/list-fields.js";
export type { ListAllInvoicesOptions } from "./operator/lists/list-invoices.js";
export type { ListAllSubscriptionsOptions } from "./operator/lists/list-subscriptions.js";
export type { Revenue, SumRevenueOptions } from "./operator/lists/sum-revenue.js";
export type { Owned } from "./operator/owned.js";
export type { OperatorOptions } from "./operator-binding.js";
export type { PerTenant } from "./per-tenant.js";
export { sendProblemResponse, toProblemResponse } from "./problem-response.js";
export type { ReturnUrlSettings } from "./return-urls/tenant-return-urls.js";
export type { NewDiscount } from "./selling/prove-discount.js";
export type { SharedCatalog } from "./shared-catalog.js";
export type { CancellationReason } from "./stripe/cancellation-reasons.js";
export type { Mode, StripeClient, StripeRequestOptions } from "./stripe/client.js";
export type { CallOptions } from "./stripe/deadline.js";
export type { IdempotencyOptions } from "./stripe/idempotency.js";
export type { ListOptions, Page, Pages } from "./stripe/page.js";
export { type FieldLogger, type LineLogger, logRequests, type RequestLogger } from "./stripe/request-log.js";
export type { RequestListener, RequestRecord } from "./stripe/request-record.js";
export {
  type RequestSpan,
  type RequestSpanOptions,
  type RequestTracer,
  traceRequests,
} from "./stripe/request-trace.js";
export type { AuditEvent, AuditListener } from "./tenancy/audit.js";
export type { CallerMetadata } from "./tenancy/caller-metadata.js";
export { type AccountDirectory, connectTenancy } from "./tenancy/strategies/connect-tenancy.js";
export {
  type DirectoryTenancyOptions,
  directoryTenancy,
  type TenantDirectory,
} from "./tenancy/strategies/directory-tenancy.js";
export { type LinkableDirectory, memoryDirectory } from "./tenancy/strategies/memory-directory.js";
export { type MetadataTenancyOptions, metadataTenancy } from "./tenancy/strategies/metadata-tenancy.js";
export {
  type PostgresDirectory,
  type PostgresDirectoryOptions,
  postgresDirectory,
  type QueryRunner,
} from "./tenancy/strategies/postgres-directory.js";
export type {
  CustomerRecord,
  EventListQuery,
  EventObject,
  EventPage,
  OwnerFacts,
  OwnerProblem,
  ReceiverFacts,
  SubscriptionListQuery,
  SubscriptionPage,
  Tenancy,
  TenantOrigin,
  TenantResolution,
} from "./tenancy/tenancy.js";
export { formatAmount } from "./views/amount.js";
export type { CheckoutLineItem } from "./views/checkout-line-item.js";
export type {
  CheckoutSession,
  OpenCheckoutSession,
  OpenEmbeddedCheckoutSession,
} from "./views/checkout-session.js";
export type { Coupon } from "./views/coupon.js";
export type { Address, Customer } from "./views/customer.js";
export type { Entitlement } from "./views/entitlement.js";
export type { Invoice, InvoiceAmounts, InvoiceStatus, UpcomingInvoice } from "./views/invoice.js";
export type { InvoiceLine } from "./views/invoice-line.js";
export type { BankAccount, Card, PaymentMethod } from "./views/payment-method.js";
export type { ChangedSubscription, PendingPayment } from "./views/pending-payment.js";
export type { PortalConfiguration } from "./views/portal-configuration.js";
export type { Price, Recurrence } from "./views/price.js";
export type { PriceTier } from "./views/price-tier.js";
export type { MetadataIssue, MetadataOf, Product, RawMetadata } from "./views/product.js";
export type { PromotionCode } from "./views/promotion-code.js";
export type { Refund } from "./views/refund.js";
export type { ReportedUsage } from "./views/reported-usage.js";
export type { ScheduledChange, ScheduledItem } from "./views/scheduled-change.js";
export type {
  CancellationDetails,
  CollectionPause,
  Subscription,
  SubscriptionItem,
  SubscriptionStatus,
} from "./views/subscription.js";
export {
  type AccessPolicy,
  hasEnded,
  isEntitled,
  isIncomplete,
  isPastDue,
  onGracePeriod,
  onTrial,
  type SubscriptionState,
} from "./views/subscription-status.js";
export type { TaxId, TaxIdVerification } from "./views/tax-id.js";

assertNode();
