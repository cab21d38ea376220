import type Stripe from "stripe";
import { notFound } from "../../stripe/translate-error.js";
import type { Gate, GateOptions } from "../gate/gate.js";
import { SHARED } from "../metadata-mark.js";

type Configuration = Stripe.BillingPortal.Configuration;

/** A portal configuration that was found lately; `shared` if all tenants use it. */
export interface KnownConfiguration {
  readonly id: string;
  readonly shared: boolean;
}

/**
 * Reads the portal configurations that a tenant may use: its own and the shared ones, by the mark in their metadata; the
 * account's default; and those in the settings.
 */
export class ScopedConfigurations {
  readonly #options: GateOptions;
  readonly #gate: Pick<Gate, "retrieve" | "listAccount">;

  constructor(options: GateOptions, gate: Pick<Gate, "retrieve" | "listAccount">) {
    this.#options = options;
    this.#gate = gate;
  }

  /** Lists them, newest first. Each page is one request for a hundred of the account's, less those of other tenants. */
  async *pages(
    filter: { readonly active?: boolean; readonly is_default?: boolean },
    expand: readonly string[] = [],
  ): AsyncGenerator<readonly Configuration[]> {
    const call = "GET /v1/billing_portal/configurations";
    const expanded = expand.length === 0 ? {} : { expand: expand.map((name) => `data.${name}`) };
    for await (const page of this.#gate.listAccount(call, { limit: 100, ...filter, ...expanded })) {
      // guard (receiver): listed portal configurations are ones that the tenant may use
      yield page.filter((configuration) => this.#mayUse(configuration));
    }
  }

  /** Reads one. One request. @throws NotFoundError when it is missing or another tenant's. */
  async get(id: string, expand: readonly string[] = []): Promise<Configuration> {
    const call = "GET /v1/billing_portal/configurations/{configuration}";
    const expanded = expand.length === 0 ? {} : { expand: [...expand] };
    const configuration = await this.#gate.retrieve(call, { configuration: id }, expanded);
    // guard: a portal configuration is one that the tenant may use
    if (!this.#mayUse(configuration)) throw notFound();
    return configuration;
  }

  isShared(configuration: Configuration): boolean {
    return this.#access(configuration) === "shared";
  }

  /** Tells if it is marked as the tenant's own, or for the operator as shared, and so may be changed. */
  isOwn(configuration: Configuration): boolean {
    const { tenantId } = this.#options;
    // guard (as table): only the tenant's own portal configuration is its to change
    return this.#access(configuration) === (tenantId === SHARED ? "shared" : "own");
  }

  /** Finds the configuration that was found lately for a specification's hash. */
  find(hash: string): KnownConfiguration | undefined {
    for (const shared of [false, true]) {
      const id = this.#options.configurations.findCustomer(this.#owner(shared), toEntry(hash));
      if (id !== undefined) return { id, shared };
    }
    return undefined;
  }

  remember(hash: string, { id, shared }: KnownConfiguration): void {
    const { configurations } = this.#options;
    configurations.add(this.#owner(shared), id, id);
    configurations.add(this.#owner(shared), toEntry(hash), id);
  }

  forget(hash: string): void {
    const known = this.find(hash);
    if (known !== undefined) this.#options.configurations.forget(this.#options.account, known.id);
  }

  #mayUse(configuration: Configuration): boolean {
    if (configuration.is_default || this.#options.trusted.includes(configuration.id)) return true;
    // guard (as true): a portal configuration's mark decides its owner
    return this.#access(configuration) !== "none";
  }

  #access({ id, metadata }: Configuration): "own" | "shared" | "none" {
    const { tenancy, tenantId } = this.#options;
    return tenancy.productAccess(tenantId, { id, metadata });
  }

  #owner(shared: boolean): { readonly account: string | undefined; readonly tenantId: string } {
    const { account, tenantId } = this.#options;
    // guard (part 2): a hash's configuration is remembered for its own tenant
    // guard (part 1): a hash's configuration is remembered in its own account
    return { account, tenantId: shared ? SHARED : tenantId };
  }
}

/** Keeps hashes apart from ids, which hold no space. */
function toEntry(hash: string): string {
  return `portal configuration ${hash}`;
}
