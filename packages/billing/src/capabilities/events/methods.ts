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

/** The service's methods for events of Stripe's, which the receiver of `@repo/billing/webhooks` calls. */
export interface EventMethods {
  /**
   * Finds the tenant that a webhook event belongs to, for the receiver of `@repo/billing/webhooks`. At most one request.
   * A service that is bound to a tenant answers its own tenant or `unknown`, which says nothing of other tenants.
   */
  resolveTenant(origin: TenantOrigin, options?: CallOptions): Promise<TenantResolution>;

  /**
   * Reads the Stripe object that a webhook event is about, as it is now, for the receiver of `@repo/billing/webhooks`:
   * handlers get it from `fetchObject`. One request.
   *
   * @throws InvalidArgumentError for a kind of object that cannot be proved to be a tenant's.
   * @throws NotFoundError when it is missing or not the bound tenant's.
   */
  fetchEventObject(object: EventObject, options?: CallOptions): Promise<object>;

  /**
   * Forgets who owns a customer, so that the next call proves it anew; see `ownership.rememberSeconds`. Sends nothing.
   *
   * A webhook receiver with this service calls it for each `customer.updated` and `customer.deleted` event it verifies.
   * Call it wherever your application changes an owner.
   *
   * @param account the connected account that the customer is in, if any.
   * @throws InvalidArgumentError for anything but a customer's id.
   */
  forgetCustomer(customerId: string, account?: string): void;

  /**
   * Reads one page of Stripe's list of events, newest first, for a receiver's `reconcile`. The page holds the events of
   * all tenants, so a service that is bound to one refuses. One request, told to `onAudit`.
   *
   * @throws TenantContextError when this service is bound to a tenant.
   * @throws InvalidArgumentError for more than 20 types, or a cursor or account that is none.
   */
  listEvents(query: EventListQuery, options?: CallOptions): Promise<EventPage>;

  /**
   * Reads one page of an account's subscriptions, newest first and those that have ended as well, for a receiver's
   * `reconcileSubscriptions`. The page holds those of all tenants, so a service that is bound to one refuses. One request,
   * told to `onAudit`.
   *
   * @throws TenantContextError when this service is bound to a tenant.
   * @throws InvalidArgumentError for a cursor or account that is none.
   */
  listAccountSubscriptions(query?: SubscriptionListQuery, options?: CallOptions): Promise<SubscriptionPage>;

  /** What a webhook receiver checks its options against: this service's mode, binding and kind of tenancy. No request. */
  receiverFacts(): ReceiverFacts;
}
