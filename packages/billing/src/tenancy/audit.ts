/**
 * Something that should not happen unless someone tries, or data is wrong; or something that an operator did. It names the
 * tenant that asked and nothing of anyone else's.
 */
export interface AuditEvent {
  /**
   * - `foreign_object`: an id was asked for that exists, but not for this tenant.
   * - `foreign_search_hit`: a search found objects that are not this tenant's; they were dropped.
   * - `ownership_conflict`: two authorities name different tenants for one customer; it was refused.
   * - `duplicate_customer`: more than one customer has the same reference; the oldest is used, and these are not.
   * - `account_listed`: a page of the events or subscriptions of all tenants was read, for a receiver to compare with.
   * - `isolation_breach`: the second wall stopped a request or an answer; a defect in this package.
   * - `operator_call`: an operator called a method; `tenantId` is `*`, and `actor` says who it was.
   * - `object_adopted`: an operator gave an object to `tenantId` that was nobody's.
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
  /** How many objects were concerned. */
  readonly count: number;
  /** Who acted as operator, as given to `asOperator`; undefined for a tenant's call. */
  readonly actor?: string | undefined;
}

/** Nobody waits for it. Its first failure, thrown or rejected, is a warning of the process. */
export type AuditListener = (event: AuditEvent) => unknown;
