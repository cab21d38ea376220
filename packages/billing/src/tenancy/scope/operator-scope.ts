import type { PathIds } from "../../stripe/calls.js";
import type { Mode } from "../../stripe/client.js";
import type {
  MarkWrite,
  MarkWrites,
  OperatorRead,
  OperatorReads,
  SharedWrite,
  SharedWrites,
} from "../../stripe/operator-calls.js";
import type { AuditEvent, AuditListener } from "../audit.js";
import { parseCallerMetadata, type StripeMetadata } from "../caller-metadata.js";
import { shownLookupKey } from "../gate/lookup-key.js";
import { OperatorGate, type OperatorGateOptions } from "../gate/operator-gate.js";
import { CHECKOUT_KEY, catalogOwner, REFERENCE_KEY, readMark, SHARED } from "../metadata-mark.js";
import type { OwnershipCache } from "../ownership-cache.js";
import type { OwnedByMetadata, OwnerFacts, Tenancy } from "../tenancy.js";

/** A tenancy in which tenants share the platform's account, so that there is something for an operator to do. */
export interface SharedAccountTenancy extends Tenancy {
  customerOwner(customer: OwnedByMetadata): Promise<OwnerFacts> | OwnerFacts;
  readonly markKey: string;
}

export interface OperatorScopeOptions extends Omit<OperatorGateOptions, "markKeys"> {
  readonly tenancy: SharedAccountTenancy;
  readonly actor: string;
  readonly onAudit: AuditListener;
  readonly cache: OwnershipCache;
}

/**
 * What an operator's call may do. No {@link TenantScope}, and nothing that takes one takes this: it proves nothing and has
 * no tenant, and its gate reads all tenants' objects.
 */
export class OperatorScope {
  readonly #options: OperatorScopeOptions;
  readonly #gate: OperatorGate;

  constructor(options: OperatorScopeOptions) {
    this.#options = options;
    this.#gate = new OperatorGate({ ...options, markKeys: [options.tenancy.markKey, REFERENCE_KEY] });
  }

  /** The metadata key that says whose an object is. */
  get markKey(): string {
    return this.#options.tenancy.markKey;
  }

  /** Live or test, as the key says; undefined where the client does not show it. */
  get mode(): Mode | undefined {
    return this.#options.mode;
  }

  read<C extends OperatorRead>(
    call: C,
    ids: PathIds<C>,
    params: OperatorReads[C]["params"],
  ): Promise<OperatorReads[C]["answer"]> {
    return this.#gate.read(call, ids, params);
  }

  /** Says whose an object is; writes nothing else. */
  mark<C extends MarkWrite>(
    call: C,
    ids: PathIds<C>,
    tenantId: string,
    reference?: string,
  ): Promise<MarkWrites[C]["answer"]> {
    const metadata = {
      [this.markKey]: tenantId,
      ...(reference === undefined ? {} : { [REFERENCE_KEY]: reference }),
    };
    return this.#gate.mark(call, ids, metadata);
  }

  /** Makes, changes or deletes what all tenants share; see {@link OperatorGate.writeShared}. */
  writeShared<C extends SharedWrite>(
    call: C,
    ids: PathIds<C>,
    params: SharedWrites[C]["params"],
    idempotencyKey?: string,
  ): Promise<SharedWrites[C]["answer"]> {
    return this.#gate.writeShared(call, ids, params, idempotencyKey);
  }

  /** A caller's metadata, checked. @throws ReservedMetadataError | InvalidArgumentError */
  callerMetadata(given: unknown): StripeMetadata {
    // guard (argument 2): what an operator shares names no reserved key
    return parseCallerMetadata(given, [this.markKey, REFERENCE_KEY, CHECKOUT_KEY]);
  }

  /** Whose a customer is, or why it is nobody's. */
  async customerOwner(customer: OwnedByMetadata): Promise<OwnerFacts> {
    const { tenancy, deadline } = this.#options;
    return deadline.race(tenancy.customerOwner(customer));
  }

  /** Whose a product, price, coupon or promotion code is: a tenant's, or `*` for all. */
  catalogOwner(object: Pick<OwnedByMetadata, "metadata">): OwnerFacts {
    return catalogOwner(object, this.markKey);
  }

  /** The tenant's own reference for a customer. */
  referenceOf(customer: Pick<OwnedByMetadata, "metadata">): string | undefined {
    return readMark(customer, REFERENCE_KEY);
  }

  /** Tells the directory, where there is one, whose a customer is. @throws ConflictError when it knows another owner. */
  async link(tenantId: string, customerId: string): Promise<void> {
    const { tenancy, deadline } = this.#options;
    await deadline.race(tenancy.link?.(tenantId, customerId));
  }

  /** Has the calls of this process find the customer by its reference at once, though Stripe's search lags. */
  remember(tenantId: string, customerId: string, reference: string | undefined): void {
    const { cache } = this.#options;
    const owner = { account: undefined, tenantId };
    cache.forget(undefined, customerId);
    cache.add(owner, customerId, customerId);
    if (reference !== undefined) cache.add(owner, `${REFERENCE_KEY} ${reference}`, customerId);
  }

  audit(type: AuditEvent["type"], call: string, tenantId: string = SHARED): void {
    const { onAudit, actor } = this.#options;
    onAudit(Object.freeze({ type, tenantId, call, count: 1, actor }));
  }

  /** Metadata without the keys that are this package's to write. */
  withoutReserved(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const reserved = [this.markKey, REFERENCE_KEY, CHECKOUT_KEY];
    return Object.freeze(
      Object.fromEntries(Object.entries(metadata).filter(([key]) => !reserved.includes(key))),
    );
  }

  shownLookupKey(stored: string): string {
    return shownLookupKey(undefined, stored);
  }
}
