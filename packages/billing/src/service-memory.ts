import type { Catalog } from "./capabilities/catalog/catalog.js";
import { CatalogCache } from "./capabilities/catalog/catalog-cache.js";
import type { Settings } from "./settings.js";
import { SingleFlight } from "./single-flight.js";
import { OwnershipCache } from "./tenancy/ownership-cache.js";

/** How long a portal configuration that was found under its specification may be used without looking again. */
const CONFIGURATIONS_MS = 5 * 60_000;

/**
 * What all bindings of one service remember between calls. Each part is made when it is first used, because some
 * applications make a service for each request, which uses one of them.
 */
export class ServiceMemory<TMetadata> {
  readonly #settings: Settings<TMetadata>;
  #owners: OwnershipCache | undefined;
  #configurations: OwnershipCache | undefined;
  #catalog: Catalog<TMetadata> | undefined;

  constructor(settings: Settings<TMetadata>) {
    this.#settings = settings;
  }

  /** Whose the customers are. */
  get owners(): OwnershipCache {
    this.#owners ??= new OwnershipCache(this.#settings.rememberSeconds * 1_000);
    return this.#owners;
  }

  /** The portal configurations that were found under their specifications. */
  get configurations(): OwnershipCache {
    this.#configurations ??= new OwnershipCache(CONFIGURATIONS_MS);
    return this.#configurations;
  }

  get catalog(): Catalog<TMetadata> {
    const { metadata: schema, cacheSeconds = 60 } = this.#settings.catalog;
    this.#catalog ??= {
      schema,
      cache: new CatalogCache(cacheSeconds * 1_000),
      singleFlight: new SingleFlight(),
    };
    return this.#catalog;
  }
}
