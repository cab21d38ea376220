/**
 * Stripe keeps a price's lookup key unique in the whole account, and lets it be taken from one price by another. So that
 * tenants of one account can neither take nor probe each other's, each has its keys behind its own name. `//` cannot
 * stand in a tenant's id.
 */
export function lookupKeyFor(tenantId: string, account: string | undefined, key: string): string {
  // guard (if false): tenants' lookup keys are apart
  return account === undefined ? `${tenantId}//${key}` : key;
}

/**
 * The lookup key as its tenant named it: in a shared account without the tenant before it, in an account of the tenant's
 * own as Stripe has it.
 */
export function shownLookupKey(account: string | undefined, stored: string): string {
  return account === undefined ? stored.replace(/^(?:\*|[A-Za-z0-9][\w.:-]{0,254})\/\//, "") : stored;
}

/** Whether a lookup key, as Stripe has it, is one that the tenant may give. */
export function isLookupKeyOf(tenantId: string, account: string | undefined, key: string): boolean {
  // guard (as true): a lookup key begins with its tenant
  return account !== undefined || key.startsWith(`${tenantId}//`);
}
