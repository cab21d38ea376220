import type { Resource } from "../declare/route.js";
import type { ObjectName } from "../store/records/records.js";
import { accounts } from "./accounts.js";
import { activeEntitlements, entitlementSummaries } from "./active-entitlements.js";
import { charges } from "./charges.js";
import { checkoutSessions } from "./checkout-sessions.js";
import { coupons } from "./coupons.js";
import { customers } from "./customers.js";
import { discounts } from "./discounts.js";
import { disputes } from "./disputes.js";
import { eventDestinations } from "./event-destinations.js";
import { events } from "./events.js";
import { features } from "./features.js";
import { invoicePayments } from "./invoice-payments.js";
import { invoices } from "./invoices.js";
import { meterEvents } from "./meter-events.js";
import { meters } from "./meters.js";
import { paymentIntents } from "./payment-intents.js";
import { paymentMethods } from "./payment-methods.js";
import { portalConfigurations } from "./portal-configurations.js";
import { portalSessions } from "./portal-sessions.js";
import { prices } from "./prices.js";
import { productFeatures } from "./product-features.js";
import { products } from "./products.js";
import { promotionCodes } from "./promotion-codes.js";
import { refunds } from "./refunds.js";
import { setupIntents } from "./setup-intents.js";
import { subscriptionSchedules } from "./subscription-schedules.js";
import { subscriptions } from "./subscriptions.js";
import { taxIds } from "./tax-ids.js";
import { testClocks } from "./test-clocks.js";
import { thinEvents } from "./thin-events.js";
import { webhookEndpoints } from "./webhook-endpoints.js";

/** Every resource that is served, under the name its objects carry. A kind without its resource does not compile. */
export const RESOURCES: { readonly [Name in ObjectName]: Resource<Name> } = {
  account: accounts,
  "billing.meter": meters,
  "billing.meter_event": meterEvents,
  "billing_portal.configuration": portalConfigurations,
  "billing_portal.session": portalSessions,
  charge: charges,
  "checkout.session": checkoutSessions,
  dispute: disputes,
  invoice_payment: invoicePayments,
  refund: refunds,
  payment_intent: paymentIntents,
  setup_intent: setupIntents,
  coupon: coupons,
  customer: customers,
  discount: discounts,
  "entitlements.active_entitlement": activeEntitlements,
  "entitlements.active_entitlement_summary": entitlementSummaries,
  "entitlements.feature": features,
  event: events,
  invoice: invoices,
  payment_method: paymentMethods,
  price: prices,
  product: products,
  product_feature: productFeatures,
  promotion_code: promotionCodes,
  subscription: subscriptions,
  subscription_schedule: subscriptionSchedules,
  tax_id: taxIds,
  "test_helpers.test_clock": testClocks,
  "v2.core.event": thinEvents,
  "v2.core.event_destination": eventDestinations,
  webhook_endpoint: webhookEndpoints,
};
