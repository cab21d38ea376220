/** The thing that tenants make in the application, and pay for by the piece. */
export interface Report {
  readonly id: string;
  readonly title: string;
  readonly person: string;
  readonly madeAt: Date;
}

/** Kept in memory here; in your application, a table in your database. */
export class Reports {
  readonly #byTenant = new Map<string, Map<string, Report>>();

  /** Newest first. */
  list(tenantId: string): readonly Report[] {
    return [...(this.#byTenant.get(tenantId)?.values() ?? [])].reverse();
  }

  /** Adds it once, however often its form was sent. Tells if it is new. */
  add(tenantId: string, report: Report): boolean {
    const reports = this.#byTenant.get(tenantId) ?? new Map<string, Report>();
    if (reports.has(report.id)) return false;
    this.#byTenant.set(tenantId, reports.set(report.id, report));
    return true;
  }
}
