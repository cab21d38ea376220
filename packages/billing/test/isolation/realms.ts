import type Stripe from "stripe";
import {
  type AuditEvent,
  connectTenancy,
  directoryTenancy,
  memoryDirectory,
  metadataTenancy,
  type StripeBillingConfig,
  type StripeBillingService,
  type Tenancy,
} from "../../src/index.js";
import { type StripeWorld, sdkFor, startStripeWorld, type TenantOptions } from "../stripe-world.js";
import { TENANT_OBJECTS, type TenantIds } from "./tenants.js";

/** A local Stripe whose tenants are kept apart by one of the three strategies. */
export interface Realm {
  readonly name: string;
  readonly world: StripeWorld;
  /** Looks at Stripe and changes it behind the library's back; its requests are told apart by {@link isBackdoor}. */
  readonly backdoor: Stripe;
  /** What the services were told to listen to, oldest first. */
  readonly audits: readonly AuditEvent[];
  /** The metadata key that tenants are marked by; none where accounts keep them apart. */
  readonly markKey: string | undefined;
  /** A service without a memory. */
  service(config?: Partial<StripeBillingConfig>): StripeBillingService;
  addTenant(tenantId: string, options?: TenantOptions): Promise<TenantIds>;
  /** The connected account that every request for a tenant must name. */
  accountOf(tenantId: string): string | undefined;
  /** Says in the application's own record, where there is one, whose a customer is. */
  link(tenantId: string, customerId: string): Promise<void>;
  /** Everything a tenant has at Stripe, as text. */
  portraitOf(tenant: TenantIds): Promise<string>;
  close(): Promise<void>;
}

export type RealmName = "metadataTenancy" | "directoryTenancy" | "connectTenancy";

export const REALMS: Readonly<Record<RealmName, () => Promise<Realm>>> = {
  metadataTenancy: () => openRealm("metadataTenancy", { tenancy: metadataTenancy(), markKey: "tenantId" }),
  directoryTenancy: () => {
    const directory = memoryDirectory();
    const { link } = directory;
    return openRealm("directoryTenancy", { tenancy: directoryTenancy(directory), markKey: "tenantId", link });
  },
  connectTenancy: () => {
    const accounts = new Map<string, string>();
    const tenancy = connectTenancy({
      accountOf: (tenantId) => accounts.get(tenantId),
      tenantOf: (account) => [...accounts].find(([, linked]) => linked === account)?.[0],
    });
    return openRealm("connectTenancy", { tenancy, accounts });
  },
};

interface Authority {
  readonly tenancy: Tenancy;
  readonly markKey?: string;
  readonly link?: (tenantId: string, customerId: string) => Promise<void>;
  readonly accounts?: Map<string, string>;
}

const BACKDOOR = "backdoor";

export function isBackdoor({ headers }: StripeWorld["local"]["requests"][number]): boolean {
  return headers["user-agent"]?.includes(BACKDOOR) ?? false;
}

export async function openRealm(name: RealmName, authority: Authority): Promise<Realm> {
  const { tenancy, markKey, link = () => Promise.resolve(), accounts } = authority;
  const world = await startStripeWorld();
  const backdoor = sdkFor(world.local, world.local.secretKey, { appInfo: { name: BACKDOOR } });
  const audits: AuditEvent[] = [];
  const onAudit = (event: AuditEvent) => audits.push(event);
  const accountOf = (tenantId: string) => accounts?.get(tenantId);
  return {
    name,
    world,
    backdoor,
    audits,
    markKey,
    accountOf,
    link,
    service: (config = {}) => world.service({ tenancy, onAudit, ...config }),
    addTenant: async (tenantId, options = {}) => {
      accounts?.set(tenantId, world.local.connectAccount(`acct_${tenantId.replaceAll(/\W/g, "")}`));
      const stripeAccount = accountOf(tenantId);
      const tenant = await world.addTenant(tenantId, {
        ...options,
        ...(stripeAccount === undefined ? {} : { stripeAccount, metadata: {} }),
      });
      await link(tenantId, tenant.customerId);
      return tenant;
    },
    portraitOf: (tenant) => portraitOf(backdoor, tenant, accountOf(tenant.tenantId)),
    close: () => world.close(),
  };
}

async function portraitOf(
  stripe: Stripe,
  tenant: TenantIds,
  stripeAccount: string | undefined,
): Promise<string> {
  const options = stripeAccount === undefined ? {} : { stripeAccount };
  const reads = [...new Set(Object.values(TENANT_OBJECTS))];
  const objects = await Promise.all(reads.map((read) => read(stripe, tenant, options)));
  return JSON.stringify(objects, null, 1);
}
