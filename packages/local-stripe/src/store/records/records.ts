import type Stripe from "stripe";
import type { AccountRecord, TestClockRecord } from "./account.js";
import type { PriceRecord, ProductRecord } from "./catalog.js";
import type { CheckoutSessionRecord } from "./checkout.js";
import type { CustomerRecord, TaxIdRecord } from "./customers.js";
import type { CouponRecord, DiscountRecord, PromotionCodeRecord } from "./discounts.js";
import type {
  ActiveEntitlementRecord,
  EntitlementSummaryRecord,
  FeatureRecord,
  ProductFeatureRecord,
} from "./entitlements.js";
import type { EventRecord, ThinEventRecord } from "./events.js";
import type { InvoicePaymentRecord, InvoiceRecord } from "./invoices.js";
import type {
  ChargeRecord,
  DisputeRecord,
  PaymentIntentRecord,
  PaymentMethodRecord,
  RefundRecord,
  SetupIntentRecord,
} from "./payments.js";
import type { PortalConfigurationRecord, PortalSessionRecord } from "./portal.js";
import type { SubscriptionRecord, SubscriptionScheduleRecord } from "./subscriptions.js";
import type { MeterEventRecord, MeterRecord } from "./usage.js";
import type { EventDestinationRecord, WebhookEndpointRecord } from "./webhooks.js";

/** Every kind of object that is kept, by the name Stripe gives it in `object`. */
export interface Records {
  account: AccountRecord;
  coupon: CouponRecord;
  discount: DiscountRecord;
  promotion_code: PromotionCodeRecord;
  customer: CustomerRecord;
  invoice: InvoiceRecord;
  payment_method: PaymentMethodRecord;
  "test_helpers.test_clock": TestClockRecord;
  product: ProductRecord;
  price: PriceRecord;
  subscription: SubscriptionRecord;
  tax_id: TaxIdRecord;
  subscription_schedule: SubscriptionScheduleRecord;
  "billing.meter": MeterRecord;
  "billing.meter_event": MeterEventRecord;
  "billing_portal.configuration": PortalConfigurationRecord;
  "billing_portal.session": PortalSessionRecord;
  "checkout.session": CheckoutSessionRecord;
  charge: ChargeRecord;
  dispute: DisputeRecord;
  invoice_payment: InvoicePaymentRecord;
  payment_intent: PaymentIntentRecord;
  refund: RefundRecord;
  setup_intent: SetupIntentRecord;
  "entitlements.active_entitlement": ActiveEntitlementRecord;
  "entitlements.active_entitlement_summary": EntitlementSummaryRecord;
  "entitlements.feature": FeatureRecord;
  product_feature: ProductFeatureRecord;
  webhook_endpoint: WebhookEndpointRecord;
  event: EventRecord;
  "v2.core.event": ThinEventRecord;
  "v2.core.event_destination": EventDestinationRecord;
}

export type ObjectName = keyof Records;

/** The fields of every kept object. */
export interface Entity {
  readonly id: string;
  readonly created: number;
  readonly metadata?: Stripe.Metadata | null;
}
