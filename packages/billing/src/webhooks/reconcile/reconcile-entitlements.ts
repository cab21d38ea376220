import type Stripe from "stripe";
import { eachSideBySide } from "../../each-side-by-side.js";
import { ConfigurationError, InvalidArgumentError, isBillingError } from "../../errors.js";
import type { Entitlement } from "../../views/entitlement.js";
import { toStripeSummary } from "../entitlement-summary.js";
import { assertKnownKeys } from "../known-keys.js";
import { listsEntitlements } from "../lists-entitlements.js";
import type { Feed } from "../receive.js";
import type { TenantResolver } from "../resolve-tenant.js";
import { type ListSubscriptions, type ObjectReport, openObjectRun, toAccountListings } from "./object-run.js";
import { createPace } from "./pace.js";
import { RUN_OPTIONS, type RunOptions, readRunOptions } from "./run-options.js";
import { toSyntheticEvent } from "./synthetic-event.js";
import { type Listing, walkListings } from "./walk.js";

/** What a customer has access to now. */
export interface CustomerEntitlements {
  readonly tenantId: string;
  readonly customerId: string;
  /** All of them; none of a customer that was deleted. */
  readonly entitlements: readonly Entitlement[];
}

export interface ReconcileEntitlementsOptions extends RunOptions {
  /**
   * Returns the ids of those customers whose entitlements the application does not have as they are here. It gets those of
   * up to 100 customers at once, of all tenants, as one query can compare them.
   */
  readonly findOutdated: (
    customers: readonly CustomerEntitlements[],
  ) => Iterable<string> | Promise<Iterable<string>>;
  /** Continues a run that was stopped, from the last cursor that `onProgress` was told. */
  readonly cursor?: string | undefined;
}

/** Finds the customers whose entitlements changed without an event; see the receiver's `reconcileEntitlements`. */
export type ReconcileEntitlements = (options: ReconcileEntitlementsOptions) => Promise<ObjectReport>;

export interface ReconcileEntitlementsParts {
  readonly listSubscriptions: ListSubscriptions | undefined;
  readonly billing: Pick<TenantResolver<unknown>, "resolveTenant" | "forTenant">;
  readonly eventTypes: readonly string[];
  readonly feed: Feed;
  readonly now: () => number;
}

const METHOD = "reconcileEntitlements";
const OPTIONS = [...RUN_OPTIONS, "findOutdated", "cursor"];
const TYPE = "entitlements.active_entitlement_summary.updated";

export function toReconcileEntitlements({
  listSubscriptions,
  billing,
  eventTypes,
  feed,
  now,
}: ReconcileEntitlementsParts): ReconcileEntitlements {
  return async (options) => {
    assertKnownKeys(METHOD, options, OPTIONS);
    const { findOutdated, cursor } = options;
    const { openAccounts, maxRequestsPerSecond, signal, onProgress } = readRunOptions(options);
    if (typeof findOutdated !== "function") {
      throw new InvalidArgumentError("findOutdated must be a function of customers' entitlements.");
    }
    if (listSubscriptions === undefined) {
      throw new ConfigurationError(
        `${METHOD} needs a billing service with listAccountSubscriptions, as StripeBillingService has.`,
      );
    }
    if (!eventTypes.includes(TYPE)) throw new ConfigurationError(`${METHOD} needs a handler for ${TYPE}.`);
    const { progress, day, report } = openObjectRun("entitlements", cursor, now());
    await walkListings<Listing, Customer>({
      openListings: () => toAccountListings("entitlements", openAccounts()),
      // Whoever has entitlements has, or had, a subscription.
      readPage: async ({ account }, page, { signal: stop, pace }) => {
        const { subscriptions, nextCursor } = await listSubscriptions(
          { account, cursor: page },
          { signal: stop },
        );
        const customers: Customer[] = [];
        await eachSideBySide(distinctCustomers(subscriptions), CUSTOMERS_AT_ONCE, async (customer) => {
          await pace();
          customers.push(await readCustomer(billing, { ...customer, account }, stop));
        });
        const known = customers.flatMap(({ summary }) => summary ?? []);
        const outdated = new Set(known.length === 0 ? [] : await findOutdated(known));
        const items = customers.filter(
          ({ customerId, summary, isUnknown }) =>
            isUnknown || (summary !== undefined && outdated.has(customerId)),
        );
        progress.passOver(customers.length - items.length);
        return { items, nextCursor };
      },
      take: async ({ customerId, livemode, summary, isUnknown }, { account }) => {
        const createdSeconds = Math.floor(now() / 1000);
        // Its sign-up may not be stored yet: it is compared again in the next run.
        if (isUnknown || summary === undefined) {
          return progress.add({ status: "unresolved" }, createdSeconds * 1000);
        }
        const object = toStripeSummary(customerId, summary.entitlements, livemode);
        const event = await toSyntheticEvent(object, {
          id: customerId,
          type: TYPE,
          account,
          createdSeconds,
          day,
        });
        progress.add(await feed(event), createdSeconds * 1000);
      },
      pace: createPace(maxRequestsPerSecond),
      progress,
      onProgress,
      signal,
    });
    return report();
  };
}

/** Few enough for listeners on one signal not to look like a leak. */
const CUSTOMERS_AT_ONCE = 5;

interface Customer {
  readonly customerId: string;
  readonly livemode: boolean;
  /** Absent for one that is no tenant's. */
  readonly summary?: CustomerEntitlements;
  readonly isUnknown: boolean;
}

/** A customer with several subscriptions is read once a page. */
function distinctCustomers(
  subscriptions: readonly Stripe.Subscription[],
): readonly Pick<Customer, "customerId" | "livemode">[] {
  const customers = new Map(
    subscriptions.map(
      ({ customer, livemode }) => [typeof customer === "string" ? customer : customer.id, livemode] as const,
    ),
  );
  return Array.from(customers, ([customerId, livemode]) => ({ customerId, livemode }));
}

/** Reads through the tenant's own service, so that nothing is read of a customer that is not proved to be the tenant's. */
async function readCustomer(
  billing: ReconcileEntitlementsParts["billing"],
  {
    customerId,
    livemode,
    account,
  }: Pick<Customer, "customerId" | "livemode"> & { account: string | undefined },
  signal: AbortSignal,
): Promise<Customer> {
  const origin = account === undefined ? { customerId } : { customerId, account };
  const resolution = await billing.resolveTenant(origin, { signal });
  if (resolution.status !== "tenant") {
    return { customerId, livemode, isUnknown: resolution.status === "unknown" };
  }
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
  return { customerId, livemode, isUnknown: false, summary: { tenantId, customerId, entitlements } };
}
