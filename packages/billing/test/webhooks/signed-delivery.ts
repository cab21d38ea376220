import { createHmac } from "node:crypto";
import Stripe from "stripe";
import type { TenantResolver, WebhookEvent } from "../../src/webhooks.js";

export const SECRET = "whsec_9Hq3rT7vXk2LmN5pW8yB4cD6fG1jZ0aS";
export const OTHER_SECRET = "whsec_Zx8Cv6Bn4Mq2Ws0Ed7Rf5Tg3Yh1UjK9o";

/** The moment at which the tests' deliveries are signed and received, unless they say otherwise. */
export const NOW_SECONDS = 1_800_000_000;
export const now = (): number => NOW_SECONDS * 1000;

/** The body of a subscription event, as Stripe sends it: pretty-printed JSON. */
export function eventBody(overrides: Record<string, unknown> = {}): string {
  return JSON.stringify(eventFields(overrides), null, 2);
}

export function eventFields(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: "evt_1",
    object: "event",
    api_version: "2026-10-28.endive",
    created: NOW_SECONDS,
    data: {
      object: { id: "sub_1", object: "subscription", customer: "cus_acme", status: "active", metadata: {} },
    },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: "customer.subscription.updated",
    ...overrides,
  };
}

/** The header that the real SDK makes for a body. */
export function headerFor(body: string, { secret = SECRET, timestamp = NOW_SECONDS } = {}): string {
  return Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
}

/** The signature of bytes that no SDK would sign: other encodings, odd timestamps. */
export function signBytes(
  body: string | Uint8Array,
  { secret = SECRET, timestamp = `${NOW_SECONDS}` } = {},
): string {
  return createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex");
}

export function headerForBytes(body: string | Uint8Array, { secret = SECRET } = {}): string {
  return `t=${NOW_SECONDS},v1=${signBytes(body, { secret })}`;
}

/** The object that a snapshot event carries. */
export function objectOf(event: WebhookEvent): object {
  if (event.object !== "event") throw new Error("It is not a snapshot event.");
  return event.data.object;
}

/** The body of a thin event about the usual subscription. */
export function thinBody(overrides: Record<string, unknown> = {}): string {
  return JSON.stringify({
    id: "evt_test_65",
    object: "v2.core.event",
    type: "v1.customer.subscription.updated",
    created: new Date(now()).toISOString(),
    livemode: false,
    snapshot_event: "evt_1",
    related_object: { id: "sub_1", type: "subscription", url: "/v1/subscriptions/sub_1" },
    reason: null,
    ...overrides,
  });
}

/** The error that a call throws; fails where it throws none. */
export function catchError(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

export interface BoundBilling {
  readonly boundTo: string;
}

/** Two tenants with a customer, an account and a product each; every other customer and account is not known yet. */
export function twoTenants(): TenantResolver<BoundBilling> {
  return {
    async resolveTenant({ customerId, account, metadata }) {
      const owner = customerId ?? account ?? metadata?.["tenantId"];
      if (owner === "cus_acme" || owner === "acct_acme" || owner === "acme")
        return { status: "tenant", tenantId: "acme" };
      if (owner === "cus_globex" || owner === "acct_globex") return { status: "tenant", tenantId: "globex" };
      return { status: owner?.startsWith("cus_") || owner?.startsWith("acct_") ? "unknown" : "nobody" };
    },
    forTenant: (tenantId) => ({ boundTo: tenantId }),
  };
}
