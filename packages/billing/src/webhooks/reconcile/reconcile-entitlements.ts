import type Stripe from "stripe";
import { eachSideBySide } from "../../each-side-by-side.js";
import { ConfigurationError, isBillingError } from "../../errors.js";
import type { Entitlement } from "../../views/entitlement.js";
import { toStripeSummary } from "../entitlement-summary.js";
import { listsEntitlements } from "../lists-entitlements.js";
import type { TenantResolver } from "../resolve-tenant.js";
import { type ComparedKind, type ComparisonParts, compareObjects, type Found } from "./compare-objects.js";
import type { ObjectReport } from "./object-run.js";
import type { RunOptions } from "./run-options.js";

/** A customer and its present entitlements. */
export interface CustomerEntitlements {
  readonly tenantId: string;
  readonly customerId: string;
  /** All of its entitlements; empty for a deleted customer. */
  readonly entitlements: readonly Entitlement[];
}

export interface ReconcileEntitlementsOptions extends RunOptions {
  /**
   * Returns the ids of the customers whose entitlements differ in the application's copy. It gets up to 100 customers
   * at once, of all tenants, so that one database query can compare them.
   */
  readonly findOutdated: (
    customers: readonly CustomerEntitlements[],
  ) => Iterable<string> | Promise<Iterable<string>>;
  /** Continues a stopped run from the last cursor that `onProgress` got. */
  readonly cursor?: string | undefined;
}

/** Finds the customers whose entitlements changed without an event; see the receiver's `reconcileEntitlements`. */
export type ReconcileEntitlements = (options: ReconcileEntitlementsOptions) => Promise<ObjectReport>;

/** The service, as far as it reads what a tenant's customer has access to. */
type Billing = Pick<TenantResolver<unknown>, "resolveTenant" | "forTenant">;

const METHOD = "reconcileEntitlements";
const TYPE = "entitlements.active_entitlement_summary.updated";

/** Few enough for listeners on one signal not to look like a leak. */
const CUSTOMERS_AT_ONCE = 5;

export function toReconcileEntitlements(
  parts: ComparisonParts & { readonly billing: Billing },
): ReconcileEntitlements {
  const kind: ComparedKind<CustomerEntitlements> = {
    method: METHOD,
    name: "entitlements",
    given: "customers' entitlements",
    chooseType,
    // Whoever has entitlements has, or had, a subscription.
    find: async (subscriptions, { account, signal, pace }) => {
      const found: Found<CustomerEntitlements>[] = [];
      await eachSideBySide(distinctCustomers(subscriptions), CUSTOMERS_AT_ONCE, async (customer) => {
        await pace();
        found.push(await findEntitlements(parts.billing, { ...customer, account }, signal));
      });
      return found;
    },
  };
  return (options) => compareObjects(kind, options, parts);
}

function chooseType(handled: readonly string[]): () => string {
  if (!handled.includes(TYPE)) throw new ConfigurationError(`${METHOD} needs a handler for ${TYPE}.`);
  return () => TYPE;
}

interface Customer {
  readonly customerId: string;
  readonly livemode: boolean;
}

/** A customer with several subscriptions is read once a page. */
function distinctCustomers(subscriptions: readonly Stripe.Subscription[]): readonly Customer[] {
  const customers = new Map(
    subscriptions.map(
      ({ customer, livemode }) => [typeof customer === "string" ? customer : customer.id, livemode] as const,
    ),
  );
  return Array.from(customers, ([customerId, livemode]) => ({ customerId, livemode }));
}

/** Reads through the tenant's own service, so that nothing is read of a customer that is not proved to be the tenant's. */
async function findEntitlements(
  billing: Billing,
  { customerId, livemode, account }: Customer & { readonly account: string | undefined },
  signal: AbortSignal,
): Promise<Found<CustomerEntitlements>> {
  const origin = account === undefined ? { customerId } : { customerId, account };
  const resolution = await billing.resolveTenant(origin, { signal });
  if (resolution.status !== "tenant") return { status: resolution.status, id: customerId };
  const { tenantId } = resolution;
  const bound = billing.forTenant(tenantId);
  if (!listsEntitlements(bound)) {
    throw new ConfigurationError(
      `billing.forTenant must return a service with listEntitlements, as a StripeBillingService has, for ${METHOD}.`,
    );
  }
  const entitlements = await bound.listEntitlements(customerId, { signal }).catch((error: unknown) => {
    // It was this tenant's, so it is gone, and what it had access to with it.
    if (isBillingError(error) && error.code === "not_found") return [];
    throw error;
  });
  const given = { tenantId, customerId, entitlements };
  return {
    status: "compared",
    id: customerId,
    given,
    toObject: () => toStripeSummary(customerId, entitlements, livemode),
  };
}
