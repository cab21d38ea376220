import type { Catalog } from "./capabilities/catalog/catalog.js";
import { ConfigurationError, InvalidArgumentError } from "./errors.js";
import { copyOptions } from "./input.js";
import type { OpenScope } from "./operator/each-page.js";
import { createPacer } from "./operator/pacer.js";
import type { ServiceMemory } from "./service-memory.js";
import type { Settings } from "./settings.js";
import type { Forget } from "./siblings.js";
import { type CallOptions, startDeadline } from "./stripe/deadline.js";
import { OperatorScope, type SharedAccountTenancy } from "./tenancy/scope/operator-scope.js";
import type { CatalogScope } from "./tenancy/scope/tenant-scope.js";
import type { Tenancy } from "./tenancy/tenancy.js";

export interface OperatorOptions {
  /** The person or job that acts, as named in audit events: 1 to 100 letters, digits, spaces and `_ . : @ / -`. */
  readonly actor: string;
}

interface OperatorParts<TMetadata> {
  readonly settings: Settings<TMetadata>;
  readonly memory: ServiceMemory<TMetadata>;
  readonly forget: Forget;
}

/** Opens the scope of a call that may change what all tenants share. */
type AdmitShared = (options: CallOptions) => CatalogScope;

/** Opens the scopes of an operator's calls, and has each call audited under the operator's name. */
export class OperatorBinding<TMetadata> {
  readonly #parts: OperatorParts<TMetadata>;
  readonly #tenancy: SharedAccountTenancy;
  readonly #actor: string;
  readonly #admitShared: AdmitShared;

  /** @throws InvalidArgumentError without an actor. @throws ConfigurationError where each tenant has its own account. */
  constructor(parts: OperatorParts<TMetadata>, options: OperatorOptions, admitShared: AdmitShared) {
    this.#parts = parts;
    this.#actor = parseActor(options);
    this.#tenancy = parseTenancy(parts.settings.tenancy);
    this.#admitShared = admitShared;
  }

  get markKey(): string {
    return this.#tenancy.markKey;
  }

  /** Runs one call of an operator's. */
  async run<T>(method: string, options: CallOptions, work: (scope: OperatorScope) => Promise<T>): Promise<T> {
    const open = this.opener(options);
    this.audit(method);
    return work(open());
  }

  /** Runs one call about what all tenants share. */
  async runOnCatalog<T>(
    method: string,
    options: CallOptions,
    work: (scope: CatalogScope, catalog: Catalog<TMetadata>) => Promise<T>,
  ): Promise<T> {
    const scope = this.#admitShared(options);
    this.audit(method);
    return work(scope, this.#parts.memory.catalog);
  }

  /** Runs a write to it, and forgets every tenant's remembered pages even if it fails: it may have been made. */
  async changeCatalog<T>(
    method: string,
    options: CallOptions,
    work: (scope: CatalogScope, catalog: Catalog<TMetadata>) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.runOnCatalog(method, options, work);
    } finally {
      // guard: what all tenants share is forgotten for all of them
      this.#parts.forget.catalog();
    }
  }

  /** For calls of many requests: each scope that it opens has the time that a call has. */
  opener(options: CallOptions, requestsPerSecond?: number): OpenScope {
    const { settings, memory } = this.#parts;
    const copy = copyOptions(options);
    const pace = requestsPerSecond === undefined ? undefined : createPacer(requestsPerSecond);
    return () =>
      new OperatorScope({
        transport: settings.getTransport(),
        mode: settings.mode,
        onAudit: settings.onAudit,
        tenancy: this.#tenancy,
        actor: this.#actor,
        deadline: startDeadline(copy, settings.timeoutMs),
        cache: memory.owners,
        pace,
      });
  }

  audit(method: string): void {
    const event = {
      type: "operator_call",
      tenantId: "*",
      call: method,
      count: 1,
      actor: this.#actor,
    } as const;
    this.#parts.settings.onAudit(Object.freeze(event));
  }
}

function parseActor(options: unknown): string {
  const given = typeof options === "object" && options !== null ? { ...options } : {};
  const unknown = Object.keys(given).some((name) => name !== "actor");
  const actor: unknown = Reflect.get(given, "actor");
  if (!unknown && typeof actor === "string" && /^[\p{L}\p{N}][\p{L}\p{N} _.:@/-]{0,99}$/u.test(actor))
    return actor;
  throw new InvalidArgumentError(
    "asOperator takes { actor }: who acts, in 1 to 100 letters, digits, spaces and _ . : @ / -",
  );
}

function parseTenancy(tenancy: Tenancy): SharedAccountTenancy {
  if (hasOperator(tenancy)) return tenancy;
  throw new ConfigurationError(
    "This tenancy has no operator, since each tenant has an account of its own. Use forTenant for each of them.",
  );
}

function hasOperator(tenancy: Tenancy): tenancy is SharedAccountTenancy {
  return "customerOwner" in tenancy && typeof tenancy.markKey === "string";
}
