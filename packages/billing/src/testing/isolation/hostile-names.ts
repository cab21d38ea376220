/** Strings that would change the request they are put into. */
export const NO_IDS: readonly string[] = [
  "",
  " ",
  ".",
  "..",
  "search",
  "a/b",
  "%2e%2e",
  "?limit=100",
  "#",
  "cus_1/../..",
  "cus_é",
];

/** The errors that may refuse an unknown tenant: invalid, without an account, or without the object. */
export const UNKNOWN_TENANT_CODES: readonly string[] = ["tenant_context", "account_mismatch", "not_found"];

/** Tenant ids that some layer could take for this one. */
export function similarTenantIds(tenantId: string): readonly string[] {
  const recased = [tenantId.toUpperCase(), tenantId.toLowerCase()].filter((name) => name !== tenantId);
  return [
    ...recased,
    "",
    "*",
    ` ${tenantId}`,
    `${tenantId} `,
    `${tenantId}"`,
    `${tenantId}\n`,
    `x" OR "${tenantId}`,
  ];
}

/** An id of the same kind that nobody has. */
export function toMissingId(id: string): string {
  return `${id.slice(0, id.indexOf("_"))}_1NobodyHasAnObjectOfThisId`;
}
