import type { Catalog } from "./capabilities/catalog/catalog.js";
import { CatalogCache } from "./capabilities/catalog/catalog-cache.js";
import { type CatalogEvent, catalogTenant } from "./capabilities/catalog/catalog-event.js";
import { portalOf, type TenantPortal, trustedIn } from "./capabilities/portal/settings.js";
import type { Deadline } from "./deadline.js";
import { TenantContextError } from "./errors.js";
import { copyOptions } from "./input.js";
import { returnUrlsOf, type TenantReturnUrls } from "./return-urls/tenant-return-urls.js";
import { resolveSettings, type Settings, type StripeBillingConfig } from "./settings.js";
import { SingleFlight } from "./single-flight.js";
import { type CallOptions, startDeadline } from "./stripe/deadline.js";
import { OwnershipCache } from "./tenancy/ownership-cache.js";
import { resolveTenant } from "./tenancy/resolve-tenant.js";
import { admit, admitOperator, type TenantScope } from "./tenancy/scope/tenant-scope.js";
import type { TenantOrigin, TenantResolution } from "./tenancy/tenancy.js";
import { parseTenantId } from "./tenancy/tenant-id.js";

/** What every binding of one service shares: its settings, and what it has proved. */
interface Shared<TMetadata> {
  readonly settings: Settings<TMetadata>;
  readonly catalog: Catalog<TMetadata>;
  readonly cache: OwnershipCache;
  readonly singleFlight: SingleFlight;
}

/** A call whose tenant is known and whose time has begun. */
interface BoundCall {
  readonly tenantId: string;
  readonly deadline: Deadline;
}

/** A service's tie to one tenant, or to none yet: the one place where a tenant is admitted to a call. */
export class TenantBinding<TMetadata> {
  readonly #shared: Shared<TMetadata>;
  readonly #tenantId: string | undefined;

  private constructor(shared: Shared<TMetadata>, tenantId: string | undefined) {
    this.#shared = shared;
    this.#tenantId = tenantId;
  }

  static of<TMetadata>(config: StripeBillingConfig<TMetadata>): TenantBinding<TMetadata> {
    const settings = resolveSettings(config);
    const { metadata: schema, cacheSeconds = 60 } = settings.catalog;
    const singleFlight = new SingleFlight();
    const catalog = { schema, cache: new CatalogCache(cacheSeconds * 1_000), singleFlight };
    return new TenantBinding(
      { settings, catalog, cache: new OwnershipCache(), singleFlight },
      settings.tenantId,
    );
  }

  get catalog(): Catalog<TMetadata> {
    return this.#shared.catalog;
  }

  get singleFlight(): SingleFlight {
    return this.#shared.singleFlight;
  }

  forTenant(tenantId: string): TenantBinding<TMetadata> {
    // guard (operand 1): a bound service is not bound to another tenant
    // guard (argument): a tenant to bind is well-formed
    if (parseTenantId(tenantId) !== (this.#tenantId ?? tenantId)) {
      throw new TenantContextError(
        "This service is bound to another tenant. Use the service it was made from.",
      );
    }
    return new TenantBinding(this.#shared, tenantId);
  }

  async within<T>(options: CallOptions, work: (scope: TenantScope) => Promise<T>): Promise<T> {
    return work(await this.#admit(this.#begin(options), []));
  }

  /** The same with the portal's settings for the tenant, and what they name trusted. */
  async withinPortal<T>(
    options: CallOptions,
    work: (scope: TenantScope, portal: TenantPortal) => Promise<T>,
  ): Promise<T> {
    const call = this.#begin(options);
    const portal = await call.deadline.race(portalOf(this.#shared.settings.portal, call.tenantId));
    return work(await this.#admit(call, trustedIn(portal)), portal);
  }

  /** The same with where the tenant's browsers may be sent back to. */
  async withinUrls<T>(
    options: CallOptions,
    work: (scope: TenantScope, urls: TenantReturnUrls) => Promise<T>,
  ): Promise<T> {
    const call = this.#begin(options);
    const urls = await call.deadline.race(returnUrlsOf(this.#shared.settings.portal, call.tenantId));
    return work(await this.#admit(call, []), urls);
  }

  /** For a change to the catalogue: what may have been changed is forgotten however the call ended. */
  async changingCatalog<T>(options: CallOptions, work: (scope: TenantScope) => Promise<T>): Promise<T> {
    const tenantId = this.#boundTenant();
    try {
      return await this.within(options, work);
    } finally {
      this.#shared.catalog.cache.forget(tenantId);
    }
  }

  /** For what belongs to no tenant: only without one. */
  async asOperator<T>(options: CallOptions, work: (scope: TenantScope) => Promise<T>): Promise<T> {
    const { settings, cache } = this.#shared;
    // guard: what all tenants share is not a bound service's to change
    if (this.#tenantId !== undefined) {
      throw new TenantContextError(
        "What all tenants share is none of theirs to change. Use a service that no tenant is bound to.",
      );
    }
    const deadline = startDeadline(copyOptions(options), settings.timeoutMs);
    return work(admitOperator({ ...settings, cache, deadline, trusted: [] }));
  }

  /** Forgets the bound tenant's products; without one, those of the tenant that an event is about, or all. */
  async forgetCatalog(event: CatalogEvent | undefined): Promise<void> {
    const ask = (origin: TenantOrigin) => this.resolveTenant(origin, { timeoutMs: 1_000 });
    // guard (operand 1): a bound service forgets its own tenant's products alone
    this.#shared.catalog.cache.forget(this.#tenantId ?? (event && (await catalogTenant(event, ask))));
  }

  async resolveTenant(origin: TenantOrigin, options: CallOptions): Promise<TenantResolution> {
    const { transport, tenancy, timeoutMs } = this.#shared.settings;
    return resolveTenant(transport, tenancy, origin, startDeadline(copyOptions(options), timeoutMs));
  }

  #admit({ tenantId, deadline }: BoundCall, trusted: readonly string[]): Promise<TenantScope> {
    const { settings, cache } = this.#shared;
    const { transport, mode, tenancy, promotionCodes, onAudit } = settings;
    // By name, here and in `admit`: spreads took a third of all the time that a read spends in this package.
    return admit({ transport, mode, tenancy, promotionCodes, onAudit, cache, trusted, tenantId, deadline });
  }

  #begin(options: CallOptions): BoundCall {
    const tenantId = this.#boundTenant();
    return { tenantId, deadline: startDeadline(copyOptions(options), this.#shared.settings.timeoutMs) };
  }

  #boundTenant(): string {
    // guard (if true): a call needs a bound tenant
    if (this.#tenantId !== undefined) return this.#tenantId;
    throw new TenantContextError(
      "No tenant is bound. Call forTenant(tenantId) first, or construct the service with tenantId.",
    );
  }
}
