/**
 * Something that only happens if someone attacks or data is wrong, or something that an operator did. It names the
 * tenant that made the call, and nothing of other tenants.
 */
export interface AuditEvent {
  /**
   * - `foreign_object`: a call named an object that exists but is not this tenant's.
   * - `foreign_search_hit`: a search found objects that are not this tenant's, and dropped them.
   * - `ownership_conflict`: directory and metadata disagree on a customer's tenant, so it was refused.
   * - `duplicate_customer`: several customers have the same reference; the oldest is used, the counted ones are not.
   * - `account_listed`: a page of the events or subscriptions of all tenants was read, for a receiver's `reconcile…`
   *   methods.
   * - `isolation_breach`: the gate stopped a request or an answer; a defect in this package.
   * - `operator_call`: an operator called a method; `tenantId` is `*`, and `actor` says who it was.
   * - `object_adopted`: an operator assigned an object without an owner to `tenantId`.
   */
  readonly type:
    | "foreign_object"
    | "foreign_search_hit"
    | "ownership_conflict"
    | "duplicate_customer"
    | "account_listed"
    | "isolation_breach"
    | "operator_call"
    | "object_adopted";
  readonly tenantId: string;
  /** The Stripe request, such as `GET /v1/subscriptions/{subscription}`, without its ids; for an operator, the method. */
  readonly call: string;
  /** The number of objects concerned. */
  readonly count: number;
  /** The operator, as named to `asOperator`; undefined for a tenant's call. */
  readonly actor?: string | undefined;
}

/** Called with each audit event. Not awaited; its first failure, thrown or rejected, becomes a process warning. */
export type AuditListener = (event: AuditEvent) => unknown;
