import { randomUUID } from "node:crypto";
import { canaryName } from "./leaks.js";
import type { Realm } from "./realms.js";
import type { TenantIds } from "./tenants.js";

/** The tenants that all sieges of a realm have in common: nothing that is tried in one changes them. */
export interface Neighbours {
  /** A, where the method that it calls only reads. */
  readonly a: TenantIds;
  readonly b: TenantIds;
  /** Has A's e-mail. */
  readonly c: TenantIds;
  /** Has nothing to do with the others. */
  readonly d: TenantIds;
  /** Its subscription has ended. */
  readonly ended: TenantIds;
  /** A's and C's. */
  readonly email: string;
  /** What each had at first, as text. */
  readonly portraits: ReadonlyMap<TenantIds, string>;
}

export async function openNeighbours(realm: Realm): Promise<Neighbours> {
  const email = `shared-${randomUUID()}@mail.example`;
  const a = await realm.addTenant(canaryName("caller"), { email });
  const b = await realm.addTenant(canaryName("victim"));
  const c = await realm.addTenant(canaryName("sharer"), { email });
  const d = await realm.addTenant(canaryName("other"));
  const ended = await realm.addTenant(canaryName("ended"));
  await endSubscription(realm, ended);
  const portraits = new Map<TenantIds, string>();
  for (const tenant of [a, b, c, d, ended]) portraits.set(tenant, await realm.portraitOf(tenant));
  return { a, b, c, d, ended, email, portraits };
}

export async function endSubscription(realm: Realm, { tenantId, subscriptionId }: TenantIds): Promise<void> {
  const stripeAccount = realm.accountOf(tenantId);
  await realm.backdoor.subscriptions.cancel(
    subscriptionId,
    {},
    stripeAccount === undefined ? {} : { stripeAccount },
  );
}
