import type { Catalog } from "./capabilities/catalog/catalog.js";
import { type CatalogEvent, catalogChangedBy } from "./capabilities/catalog/catalog-event.js";
import { resolvePortal, type TenantPortal, trustedIds } from "./capabilities/portal/settings.js";
import type { StripeBillingConfig } from "./config.js";
import type { Deadline } from "./deadline.js";
import { ConfigurationError, TenantContextError } from "./errors.js";
import { copyOptions } from "./input.js";
import { OperatorBinding, type OperatorOptions } from "./operator-binding.js";
import { resolveReturnUrls, type TenantReturnUrls } from "./return-urls/tenant-return-urls.js";
import { ServiceMemory } from "./service-memory.js";
import { resolveSettings, type Settings } from "./settings.js";
import { type Forget, joinSiblings } from "./siblings.js";
import type { SingleFlight } from "./single-flight.js";
import { type CallOptions, startDeadline } from "./stripe/deadline.js";
import { EVENT_LISTS } from "./stripe/event-lists.js";
import { listEvents } from "./tenancy/list-events.js";
import { listSubscriptions } from "./tenancy/list-subscriptions.js";
import { SHARED } from "./tenancy/metadata-mark.js";
import { resolveTenant } from "./tenancy/resolve-tenant.js";
import { admit, admitShared, type CatalogScope, type TenantScope } from "./tenancy/scope/tenant-scope.js";
import type {
  EventListQuery,
  EventPage,
  ReceiverFacts,
  SubscriptionListQuery,
  SubscriptionPage,
  TenantOrigin,
  TenantResolution,
} from "./tenancy/tenancy.js";
import { parseTenantId } from "./tenancy/tenant-id.js";

/** The parts that every binding of one service shares. */
interface Shared<TMetadata> {
  readonly settings: Settings<TMetadata>;
  readonly memory: ServiceMemory<TMetadata>;
  /** Has this service forget, and its siblings in the process. */
  readonly forget: Forget;
  /** Hears of changed links for as long as it is held here: a directory that outlives the service does not hold it. */
  readonly onLinkChange: (customerId: string) => void;
}

/** A call with its tenant and its running deadline. */
interface BoundCall {
  readonly tenantId: string;
  readonly deadline: Deadline;
}

/** Binds a service to one tenant, or to none yet. The only place that admits a tenant to a call. */
export class TenantBinding<TMetadata> {
  readonly #shared: Shared<TMetadata>;
  readonly #tenantId: string | undefined;

  private constructor(shared: Shared<TMetadata>, tenantId: string | undefined) {
    this.#shared = shared;
    this.#tenantId = tenantId;
  }

  static create<TMetadata>(config: StripeBillingConfig<TMetadata>): TenantBinding<TMetadata> {
    const settings = resolveSettings(config);
    const memory = new ServiceMemory(settings);
    const forget = joinSiblings(settings.identity, {
      catalog: (tenantId) => memory.catalog.cache.forget(tenantId),
      customer: (account, customerId) => memory.owners.forget(account, customerId),
    });
    const onLinkChange = (customerId: string) => forget.customer(undefined, customerId);
    settings.tenancy.onChange?.(onLinkChange);
    const shared = { settings, memory, forget, onLinkChange };
    return new TenantBinding(shared, settings.tenantId);
  }

  get catalog(): Catalog<TMetadata> {
    return this.#shared.memory.catalog;
  }

  get singleFlight(): SingleFlight {
    return this.catalog.singleFlight;
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

  /** Admits the bound tenant and runs `work` with its scope. @throws TenantContextError without a bound tenant. */
  async run<T>(
    options: CallOptions,
    work: (scope: TenantScope, catalog: Catalog<TMetadata>) => Promise<T>,
  ): Promise<T> {
    return work(await this.#admit(this.#begin(options), []), this.catalog);
  }

  /** Runs `work` with the portal's settings for the tenant. Ids that these settings name need no proof. */
  async runWithPortal<T>(
    options: CallOptions,
    work: (scope: TenantScope, portal: TenantPortal) => Promise<T>,
  ): Promise<T> {
    const call = this.#begin(options);
    const portal = await call.deadline.race(resolvePortal(this.#shared.settings.portal, call.tenantId));
    return work(await this.#admit(call, trustedIds(portal)), portal);
  }

  /** Runs `work` with the URLs that the tenant's customers may be sent back to. */
  async runWithReturnUrls<T>(
    options: CallOptions,
    work: (scope: TenantScope, urls: TenantReturnUrls) => Promise<T>,
  ): Promise<T> {
    const call = this.#begin(options);
    const urls = await call.deadline.race(resolveReturnUrls(this.#shared.settings.portal, call.tenantId));
    return work(await this.#admit(call, []), urls);
  }

  /** Runs a write to the catalogue, and forgets the tenant's remembered pages even if it fails: it may have been made. */
  async changeCatalog<T>(
    options: CallOptions,
    work: (scope: TenantScope, catalog: Catalog<TMetadata>) => Promise<T>,
  ): Promise<T> {
    const tenantId = this.#boundTenant();
    try {
      return await this.run(options, work);
    } finally {
      this.#shared.forget.catalog(tenantId);
    }
  }

  /** Runs `work` on objects that all tenants share. @throws TenantContextError when a tenant is bound. */
  async runAsOperator<T>(options: CallOptions, work: (scope: CatalogScope) => Promise<T>): Promise<T> {
    // guard: what all tenants share is not a bound service's to change
    if (this.#tenantId !== undefined) {
      throw new TenantContextError(
        "Shared configurations can only be changed by a service without a tenant. Call the one that forTenant was called on.",
      );
    }
    return work(this.#admitShared(options, "write"));
  }

  /** @throws TenantContextError when a tenant is bound. */
  asOperator(options: OperatorOptions): OperatorBinding<TMetadata> {
    // guard: an operator's calls are not a bound service's to make
    if (this.#tenantId !== undefined) {
      throw new TenantContextError(
        "This service is bound to a tenant, and has no operator. Call asOperator on the one that forTenant was called on.",
      );
    }
    return new OperatorBinding(this.#shared, options, (call) => this.#admitShared(call, "write"));
  }

  /** Runs `work` on what all tenants share, for visitors who have no tenant yet. It can only read. */
  async runForVisitors<T>(
    options: CallOptions,
    work: (scope: CatalogScope, catalog: Catalog<TMetadata>) => Promise<T>,
  ): Promise<T> {
    // guard: where each tenant has its own account, nothing is shared
    if (this.#shared.settings.tenancy.markKey === undefined) throw nothingShared();
    // guard (argument 2): a visitor's scope only reads
    return work(this.#admitShared(options, "read"), this.catalog);
  }

  /** Forgets the remembered products of the bound tenant, else of the event's tenant, else of all. */
  async forgetCatalog(event: CatalogEvent | undefined): Promise<void> {
    const { forget } = this.#shared;
    // guard (if false): a bound service forgets only its own tenant's products
    if (this.#tenantId !== undefined) return forget.catalog(this.#tenantId);
    if (event === undefined) return forget.catalog();
    const ask = (origin: TenantOrigin) => this.resolveTenant(origin, { timeoutMs: 1_000 });
    const changed = await catalogChangedBy(
      event,
      ask,
      this.#shared.settings.tenancy.resolvesByAccount === true,
    );
    if (changed === "everyone's") forget.catalog();
    else if (changed !== "no one's") forget.catalog(changed.tenantId);
  }

  /** Forgets whose a customer is; `account` is the connected account that it is in, if any. */
  forgetCustomer(customerId: string, account: string | undefined): void {
    this.#shared.forget.customer(account, customerId);
  }

  /** Finds the tenant of an event. A bound service tells its own tenant alone, and all others' alike. */
  async resolveTenant(origin: TenantOrigin, options: CallOptions): Promise<TenantResolution> {
    const { getTransport, tenancy, timeoutMs } = this.#shared.settings;
    const deadline = startDeadline(copyOptions(options), timeoutMs);
    const resolution = await resolveTenant(getTransport(), tenancy, origin, deadline, this.#tenantId);
    const isOwn = resolution.status === "tenant" && resolution.tenantId === this.#tenantId;
    // guard (operand 1): a bound service tells of no other tenant
    return this.#tenantId === undefined || isOwn ? resolution : Object.freeze({ status: "unknown" });
  }

  /** Reads one page of the events of all tenants. @throws TenantContextError when a tenant is bound. */
  listEvents(query: EventListQuery, options: CallOptions): Promise<EventPage> {
    return this.#readAccount(
      EVENT_LISTS[query.family],
      options,
      (deadline) => listEvents(this.#shared.settings.getTransport(), query, deadline),
      ({ events }) => events.length,
    );
  }

  /** Reads one page of the subscriptions of all tenants. @throws TenantContextError when a tenant is bound. */
  listSubscriptions(query: SubscriptionListQuery, options: CallOptions): Promise<SubscriptionPage> {
    return this.#readAccount(
      "GET /v1/subscriptions",
      options,
      (deadline) => listSubscriptions(this.#shared.settings.getTransport(), query, deadline),
      ({ subscriptions }) => subscriptions.length,
    );
  }

  /** Reads what all tenants share an account for, and audits it. */
  async #readAccount<T>(
    call: string,
    options: CallOptions,
    read: (deadline: Deadline) => Promise<T>,
    count: (page: T) => number,
  ): Promise<T> {
    const { timeoutMs, onAudit } = this.#shared.settings;
    // guard: what is of all tenants is not a bound service's to read
    if (this.#tenantId !== undefined) {
      throw new TenantContextError(
        "The lists of a whole account can only be read by a service without a tenant. Call the one that forTenant was called on.",
      );
    }
    const page = await read(startDeadline(copyOptions(options), timeoutMs));
    // guard: reading what is of all tenants is audited
    onAudit(Object.freeze({ type: "account_listed", tenantId: SHARED, call, count: count(page) }));
    return page;
  }

  /** What a webhook receiver checks its options against. */
  get receiverFacts(): ReceiverFacts {
    const { mode, tenancy } = this.#shared.settings;
    return Object.freeze({
      mode,
      tenantId: this.#tenantId,
      tenantsBy: tenancy.resolvesByAccount === true ? "account" : "customer",
    });
  }

  #admit({ tenantId, deadline }: BoundCall, trusted: readonly string[]): Promise<TenantScope> {
    const { settings, memory } = this.#shared;
    const { getTransport, mode, tenancy, promotionCodes, onAudit, trustInWrites } = settings;
    // Listed by name, here and in `admit`: object spreads took a third of the time a read spends in this package.
    return admit({
      transport: getTransport(),
      mode,
      tenancy,
      promotionCodes,
      onAudit,
      cache: memory.owners,
      configurations: memory.configurations,
      trustsMemory: trustInWrites,
      trusted,
      tenantId,
      deadline,
    });
  }

  #admitShared(options: CallOptions, access: "read" | "write"): CatalogScope {
    const { settings, memory } = this.#shared;
    const deadline = startDeadline(copyOptions(options), settings.timeoutMs);
    return admitShared(
      {
        ...settings,
        transport: settings.getTransport(),
        cache: memory.owners,
        configurations: memory.configurations,
        deadline,
        trusted: [],
      },
      access,
    );
  }

  #begin(options: CallOptions): BoundCall {
    const tenantId = this.#boundTenant();
    return { tenantId, deadline: startDeadline(copyOptions(options), this.#shared.settings.timeoutMs) };
  }

  #boundTenant(): string {
    // guard (if true): a call needs a bound tenant
    if (this.#tenantId !== undefined) return this.#tenantId;
    throw new TenantContextError(
      "This service has no tenant. Call forTenant(tenantId) first, or give the constructor tenantId.",
    );
  }
}

function nothingShared(): ConfigurationError {
  return new ConfigurationError(
    "Tenants of this tenancy share nothing, since each has an account of its own. Use forTenant for each of them.",
  );
}
