import type Stripe from "stripe";

/** The types of events that carry a snapshot of their object, such as `invoice.paid`. */
export type SnapshotEventType = Stripe.Event["type"];

/**
 * The types of event notifications that only name their object, such as `v1.invoice.paid`; known to `stripe` 19 and
 * newer.
 */
export type ThinEventType = Notification["type"];

/** Read off the method that gives it: a name that `stripe` 17 and 18 lack would not compile there. */
type Notification = Stripe extends { parseEventNotification(...args: never): infer N }
  ? Extract<N, { type: string }>
  : never;

export type WebhookEventType = SnapshotEventType | ThinEventType;

/** A thin event notification, as Stripe sends it. Read its object with the handler's `fetchObject`. */
export interface ThinEvent<T extends string = string> {
  readonly id: string;
  readonly object: "v2.core.event";
  readonly type: T;
  /** An ISO 8601 time with milliseconds. */
  readonly created: string;
  readonly livemode: boolean;
  /** The connected account it happened on; absent for your own account. */
  readonly context?: string | null;
  readonly related_object?: { readonly id: string; readonly type: string; readonly url: string } | null;
  /** The id of the snapshot event of the same change, if Stripe sends both. */
  readonly snapshot_event?: string | null;
  /** The changed properties before and after, if Stripe says so. */
  readonly changes?: Readonly<Record<string, unknown>> | null;
  readonly reason?: Readonly<Record<string, unknown>> | null;
}

/** A snapshot or thin event; its `object` says which. */
export type WebhookEvent = Stripe.Event | ThinEvent;

/** The Stripe event of one type, with its object typed accordingly. */
export type WebhookEventOf<T extends WebhookEventType> = EventsByType[T];

/** The object that events of one type are about. */
export type WebhookObjectOf<T extends WebhookEventType> = ObjectsByType[T];

// Indexes a map instead of using Extract, so that a handler of several types is assignable where one type is expected.
type EventsByType = { readonly [E in Stripe.Event as E["type"]]: E } & {
  readonly [T in ThinEventType]: ThinEvent<T>;
};

type ObjectsByType = { readonly [E in Stripe.Event as E["type"]]: E["data"]["object"] } & {
  readonly [N in Notification as N["type"]]: FetchedBy<N>;
};

type FetchedBy<N> = N extends { fetchRelatedObject(): Promise<infer O> } ? O : object;

export function isThin(event: WebhookEvent): event is ThinEvent {
  return event.object === "v2.core.event";
}

const ACCOUNT_IN_CONTEXT = /(?:^|\/)(acct_[A-Za-z0-9_]{1,64})$/;

/** Reads the connected account that an event happened on; `undefined` for your own. */
export function readAccount(event: WebhookEvent): string | undefined {
  if (isThin(event)) return ACCOUNT_IN_CONTEXT.exec(event.context ?? "")?.[1];
  // guard (as undefined): an event names its account
  return event.account ?? undefined;
}

/** Reads when an event was created, in milliseconds since the epoch. */
export function readCreatedAtMs(event: WebhookEvent): number {
  return isThin(event) ? Date.parse(event.created) : event.created * 1000;
}

/** Reads the kind and id of the object an event is about; `undefined` where it has none. */
export function readObject(event: WebhookEvent): { readonly type: string; readonly id: string } | undefined {
  const object: object = isThin(event) ? (event.related_object ?? {}) : event.data.object;
  const kind: unknown = Reflect.get(object, isThin(event) ? "type" : "object");
  const id: unknown = Reflect.get(object, "id");
  return typeof kind === "string" && typeof id === "string" ? { type: kind, id } : undefined;
}
