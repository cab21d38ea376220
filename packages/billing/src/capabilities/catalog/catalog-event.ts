import type { TenantOrigin, TenantResolution } from "../../tenancy/tenancy.js";

/** An event about a product or price, as Stripe's own type has it. */
export interface CatalogEvent {
  readonly account?: string | null | undefined;
  readonly data: { readonly object: object; readonly previous_attributes?: object | undefined };
}

/** The tenants whose catalogue an event may have changed. */
export type ChangedCatalog = { readonly tenantId: string } | "everyone's" | "no one's";

/**
 * Tells whose catalog an event may have changed. A price's metadata proves nothing, but a wrong guess here only costs one
 * more request.
 */
export async function catalogChangedBy(
  { account, data }: CatalogEvent,
  resolveTenant: (origin: TenantOrigin) => Promise<TenantResolution>,
  resolvesByAccount: boolean,
): Promise<ChangedCatalog> {
  const isByAccount = resolvesByAccount || Boolean(account);
  // The product belonged to another tenant, or to all, before.
  if (!isByAccount && "metadata" in (data.previous_attributes ?? {})) return "everyone's";
  const metadata: unknown = "metadata" in data.object ? data.object.metadata : undefined;
  const origin = { metadata: textsIn(metadata), ...(account ? { account } : {}) };
  try {
    const resolution = await resolveTenant(origin);
    if (resolution.status === "tenant") return { tenantId: resolution.tenantId };
    // Tenants share no account but the platform's, so what happens in an account of nobody's is in no one's catalogue.
    return isByAccount ? "no one's" : "everyone's";
  } catch {
    // A directory that cannot be asked leaves it open whose it is.
    return "everyone's";
  }
}

function textsIn(metadata: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(metadata ?? {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
