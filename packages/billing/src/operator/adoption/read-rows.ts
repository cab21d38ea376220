import type { Ledger } from "./ledger.js";
import { type AdoptionTarget, checkRow } from "./rows.js";

export type RowSource<T> = Iterable<T> | AsyncIterable<T>;

/**
 * Reads the whole source before anything is changed. Refuses what one row says against another: an object for two tenants,
 * a reference for two customers of a tenant. A row that is there twice counts once.
 */
export async function readRows(
  source: RowSource<unknown>,
  ledger: Ledger,
): Promise<readonly AdoptionTarget[]> {
  const targets = new Map<string, AdoptionTarget>();
  const references = new Map<string, string>();
  for await (const given of source) {
    const row = ledger.readRow();
    const target = checkRow(given, row);
    if (typeof target === "string") {
      ledger.addProblem({ row, objectId: null, outcome: "refused", reason: target });
      continue;
    }
    const { kind, objectId, tenantId, reference } = target;
    const before = targets.get(`${kind} ${objectId}`);
    if (before?.tenantId === tenantId && before.reference === reference) {
      ledger.add("already");
      continue;
    }
    if (before !== undefined) {
      ledger.refuse(target, `Row ${before.row} names the same object with another tenant or reference.`);
      continue;
    }
    const name = reference === undefined ? undefined : `${tenantId} ${reference}`;
    if (name !== undefined && references.has(name)) {
      ledger.refuse(target, `${references.get(name)} has the same reference for this tenant.`);
      continue;
    }
    if (name !== undefined) references.set(name, `Row ${row}`);
    targets.set(`${kind} ${objectId}`, target);
  }
  return [...targets.values()];
}
