import type Stripe from "stripe";
import type { TenantOrigin, TenantResolution } from "../tenancy/tenancy.js";

/** The part of the billing service that a webhook receiver needs. */
export interface TenantResolver<TBilling> {
  /** Finds the tenant of an event. Rejects when the lookup fails. */
  resolveTenant(
    origin: TenantOrigin,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<TenantResolution>;
  /** Binds the service to a tenant, without I/O. */
  forTenant(tenantId: string): TBilling;
  /** Drops its cached products and prices; called for each event about one. */
  forgetCatalog?(event: Stripe.Event): Promise<void>;
}

/** The tenant of an event is not known yet; another attempt may find it. */
export class UnresolvedTenant extends Error {
  override readonly name = "UnresolvedTenant";

  constructor(eventType: string) {
    super(`No tenant is known for the customer or account of this ${eventType} event.`);
  }
}

/** Reads the origin from an event; `undefined` when it names neither a customer nor an account and has no mark of its own. */
export function readOrigin(event: Stripe.Event): TenantOrigin | undefined {
  const object = new Map<string, unknown>(Object.entries(event.data.object));
  // guard (as table): a customer's event is its own
  const customerId =
    object.get("object") === "customer" ? readId(object.get("id")) : readId(object.get("customer"));
  const metadata = isOwnAuthority(object.get("object")) ? textValues(object.get("metadata")) : undefined;
  // guard (as undefined): an event names its account
  const account = event.account ?? undefined;
  const origin = {
    ...(customerId === undefined ? {} : { customerId }),
    ...(account === undefined ? {} : { account }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  return Object.keys(origin).length === 0 ? undefined : origin;
}

/** Only a customer's and a product's own metadata decide their tenant; other objects belong to their customer or product. */
function isOwnAuthority(kind: unknown): boolean {
  // guard (as true): no metadata but a customer's or product's says whose it is
  return kind === "customer" || kind === "product";
}

/** Reads an id, or the id of an expanded object. */
function readId(reference: unknown): string | undefined {
  const id =
    typeof reference === "object" && reference !== null && "id" in reference ? reference.id : reference;
  // guard (if id !== undefined): an event's ids are texts
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** Copies the string values without a prototype, so that a key such as `__proto__` is an ordinary key. */
function textValues(metadata: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof metadata !== "object" || metadata === null) return undefined;
  // guard (as {}): an event's metadata is on no prototype
  const values: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(metadata)) {
    // guard (if true): an event's metadata is texts
    if (typeof value === "string") values[key] = value;
  }
  return Object.freeze(values);
}
