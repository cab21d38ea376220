import type { CallOptions } from "../../stripe/deadline.js";
import type {
  EventListQuery,
  EventObject,
  EventPage,
  ReceiverFacts,
  SubscriptionListQuery,
  SubscriptionPage,
  TenantOrigin,
  TenantResolution,
} from "../../tenancy/tenancy.js";

/** The service's methods for webhook events. The receiver of `@repo/billing/webhooks` calls them. */
export interface EventMethods {
  /**
   * Finds the tenant that a webhook event belongs to, for the receiver of `@repo/billing/webhooks`. At most one
   * request. A service that is bound to a tenant returns that tenant or `unknown`, so it reveals no other tenant.
   */
  resolveTenant(origin: TenantOrigin, options?: CallOptions): Promise<TenantResolution>;

  /**
   * Reads the current state of the Stripe object that a webhook event is about. The receiver of
   * `@repo/billing/webhooks` calls it for a handler's `fetchObject`. One request.
   *
   * @throws InvalidArgumentError for a kind of object whose owner cannot be proved.
   * @throws NotFoundError when it is missing or not the bound tenant's.
   */
  fetchEventObject(object: EventObject, options?: CallOptions): Promise<object>;

  /**
   * Forgets which tenant owns a customer, so that the next call asks again; see `ownership.rememberSeconds`. Sends
   * nothing.
   *
   * A webhook receiver with this service calls it for each `customer.updated` and `customer.deleted` event it verifies.
   * Call it yourself wherever your application changes a customer's tenant.
   *
   * @param account the connected account that the customer is in, if any.
   * @throws InvalidArgumentError when `customerId` is not a customer's id.
   */
  forgetCustomer(customerId: string, account?: string): void;

  /**
   * Reads one page of Stripe's list of events, newest first, for a receiver's `reconcile`. The page holds the events of
   * all tenants, so a service that is bound to a tenant refuses. One request, reported to `onAudit`.
   *
   * @throws TenantContextError when this service is bound to a tenant.
   * @throws InvalidArgumentError for more than 20 types, or a malformed cursor or account.
   */
  listEvents(query: EventListQuery, options?: CallOptions): Promise<EventPage>;

  /**
   * Reads one page of an account's subscriptions, newest first and including ended ones, for a receiver's
   * `reconcileSubscriptions`. The page holds those of all tenants, so a service that is bound to a tenant refuses. One
   * request, reported to `onAudit`.
   *
   * @throws TenantContextError when this service is bound to a tenant.
   * @throws InvalidArgumentError for a malformed cursor or account.
   */
  listAccountSubscriptions(query?: SubscriptionListQuery, options?: CallOptions): Promise<SubscriptionPage>;

  /**
   * Returns this service's mode, binding and kind of tenancy, against which a webhook receiver checks its options.
   * Sends nothing.
   */
  receiverFacts(): ReceiverFacts;
}
