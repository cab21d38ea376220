/** A view with the tenant that owns it: `*` if all tenants share it, null if it has no owner. */
export type Owned<T> = T & { readonly tenantId: string | null };
