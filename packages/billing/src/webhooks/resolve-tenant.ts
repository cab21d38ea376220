import type Stripe from "stripe";
import type { TenantOrigin, TenantResolution } from "../tenancy/tenancy.js";

/** The part of the billing service that a webhook receiver needs. */
export interface TenantResolver<TBilling> {
  /** Whose the event is. Throws where that could not be found out. */
  resolveTenant(origin: TenantOrigin, options?: { readonly signal?: AbortSignal }): Promise<TenantResolution>;
  /** The service bound to this tenant; no I/O. */
  forTenant(tenantId: string): TBilling;
  /** Drops what it remembers of products and prices; called for each event about them. */
  forgetCatalog?(event: Stripe.Event): Promise<void>;
}

/** No tenant is known yet for what an event names; another attempt may know one. */
export class UnresolvedTenant extends Error {
  override readonly name = "UnresolvedTenant";

  constructor(eventType: string) {
    super(`No tenant is known for the customer or account of this ${eventType} event.`);
  }
}

/** Reads the origin from an event; `undefined` where it names neither a customer, an account, nor an owner itself. */
export function originOf(event: Stripe.Event): TenantOrigin | undefined {
  const object = new Map<string, unknown>(Object.entries(event.data.object));
  const customerId =
    object.get("object") === "customer" ? idOf(object.get("id")) : idOf(object.get("customer"));
  const metadata = isOwnAuthority(object.get("object")) ? textValues(object.get("metadata")) : undefined;
  const account = event.account ?? undefined;
  const origin = {
    ...(customerId === undefined ? {} : { customerId }),
    ...(account === undefined ? {} : { account }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  return Object.keys(origin).length === 0 ? undefined : origin;
}

/** A price's tenant is its product's, so the price's own metadata proves nothing; so with everything of a customer. */
function isOwnAuthority(kind: unknown): boolean {
  return kind === "customer" || kind === "product";
}

/** An id, or the id of the object it was expanded to. */
function idOf(reference: unknown): string | undefined {
  const id =
    typeof reference === "object" && reference !== null && "id" in reference ? reference.id : reference;
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** Own text values only, on no prototype: a key such as `__proto__` is then a key like any other. */
function textValues(metadata: unknown): Readonly<Record<string, string>> | undefined {
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const values: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === "string") values[key] = value;
  }
  return Object.freeze(values);
}
