/** A view with the tenant that it belongs to: `*` for what all share, null for what is nobody's. */
export type Owned<T> = T & { readonly tenantId: string | null };
