/** A setting that is the same for every tenant, or asked for per tenant when it is needed. */
export type PerTenant<T> = T | ((tenantId: string) => T | Promise<T>);

export async function forTenant<T extends string | object | undefined>(
  setting: PerTenant<T>,
  tenantId: string,
): Promise<T> {
  return typeof setting === "function" ? setting(tenantId) : setting;
}
