/** Something that a person of a tenant did in the application. */
export interface AuditEntry {
  readonly at: Date;
  readonly person: string;
  readonly deed: string;
}

const KEPT_ENTRIES = 50;

/** Kept in memory here; in your application, a table in your database. */
export class AuditLog {
  readonly #byTenant = new Map<string, readonly AuditEntry[]>();

  /** Newest first. */
  list(tenantId: string): readonly AuditEntry[] {
    return this.#byTenant.get(tenantId) ?? [];
  }

  note(tenantId: string, entry: Omit<AuditEntry, "at">): void {
    const entries = [{ at: new Date(), ...entry }, ...this.list(tenantId)];
    this.#byTenant.set(tenantId, entries.slice(0, KEPT_ENTRIES));
  }
}
