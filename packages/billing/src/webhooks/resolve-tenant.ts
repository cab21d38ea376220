import { findEventType, ownerPathOfKind } from "../events/event-types.js";
import { readOwner } from "../events/owner-path.js";
import type {
  EventListQuery,
  EventPage,
  ReceiverFacts,
  SubscriptionListQuery,
  SubscriptionPage,
  TenantOrigin,
  TenantResolution,
} from "../tenancy/tenancy.js";
import { isThin, readAccount, readCreatedAtMs, type ThinEvent, type WebhookEvent } from "./events.js";

/** An event about a product or price, as far as telling whose it is needs. A thin event shows nothing of its object. */
interface CatalogEvent {
  readonly account?: string | null | undefined;
  readonly data: { readonly object: object; readonly previous_attributes?: object | undefined };
}

/** The part of the billing service that a webhook receiver needs. */
export interface TenantResolver<TBilling> {
  /** Finds the tenant of an event. Rejects if the lookup fails. */
  resolveTenant(
    origin: TenantOrigin,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<TenantResolution>;
  /** Binds the service to a tenant, without I/O. A handler's `fetchObject` calls `fetchEventObject` on the result. */
  forTenant(tenantId: string): TBilling;
  /**
   * Clears its cached products and prices; without an event, all of them. Called for each event about a product or
   * price.
   */
  forgetCatalog?(event?: CatalogEvent): Promise<void>;
  /**
   * Returns the facts against which the receiver checks its options. Without it, the modes and owners of events are not
   * checked.
   */
  receiverFacts?(): ReceiverFacts;
  /** Reads one page of the events of all tenants, newest first. Without it, the receiver cannot reconcile. */
  listEvents?(
    query: EventListQuery,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<EventPage>;
  /** Reads one page of the subscriptions of all tenants. Without it, the receiver cannot compare them. */
  listAccountSubscriptions?(
    query: SubscriptionListQuery,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<SubscriptionPage>;
  /** Forgets which tenant owns a customer. Called for each event that a customer was updated or deleted. */
  forgetCustomer?(customerId: string, account?: string): void;
}

/** The tenant of an event is not known yet; another attempt may find it. */
export class UnresolvedTenant extends Error {
  override readonly name = "UnresolvedTenant";

  constructor(eventType: string) {
    super(`No tenant is known for the customer or account of this ${eventType} event.`);
  }
}

/** Reads the origin from an event; `undefined` when it names no owner and nothing that leads to one. */
export function readOrigin(event: WebhookEvent): TenantOrigin | undefined {
  const account = readAccount(event);
  const origin = {
    ...(account === undefined ? {} : { account }),
    ...(isThin(event) ? readThinOrigin(event) : readSnapshotOrigin(event)),
  };
  if (Object.keys(origin).length === 0) return undefined;
  return { ...origin, happenedAtSeconds: Math.floor(readCreatedAtMs(event) / 1000) };
}

function readSnapshotOrigin({ type, data }: Exclude<WebhookEvent, ThinEvent>): TenantOrigin {
  const byType = findEventType(type)?.owner;
  if (byType === "account") return {};
  // Some types are about several kinds of objects, so the object's own kind comes first.
  const owner = ownerPathOfKind(data.object.object) ?? byType ?? "customer";
  return readOwner(owner, data.object, data.previous_attributes ?? {});
}

/** A thin event names its object alone, so its owner is read from Stripe, unless the object is a customer. */
function readThinOrigin({ type, related_object: object, snapshot_event: twin }: ThinEvent): TenantOrigin {
  const owner = findEventType(type)?.owner;
  if (owner === "account") return {};
  if (owner === "customer_account") return object ? { customerAccount: object.id } : {};
  return {
    ...(object ? { reference: { kind: object.type, id: object.id } } : {}),
    ...(twin ? { snapshotEventId: twin } : {}),
  };
}
