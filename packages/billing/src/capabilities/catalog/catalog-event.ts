import type { TenantOrigin, TenantResolution } from "../../tenancy/tenancy.js";

/** An event about a product or price, as Stripe's own type has it. */
export interface CatalogEvent {
  readonly account?: string | null | undefined;
  readonly data: { readonly object: object; readonly previous_attributes?: object | undefined };
}

/**
 * The one tenant whose catalogue an event may have changed; undefined where it may be anyone's. A price's own metadata
 * proves nothing, but here it need not: a wrong guess would only have one more page asked for.
 */
export async function catalogTenant(
  { account, data }: CatalogEvent,
  resolveTenant: (origin: TenantOrigin) => Promise<TenantResolution>,
): Promise<string | undefined> {
  // It was another's before, or everyone's.
  if ("metadata" in (data.previous_attributes ?? {})) return undefined;
  const metadata: unknown = "metadata" in data.object ? data.object.metadata : undefined;
  const origin = { metadata: textsIn(metadata), ...(account ? { account } : {}) };
  try {
    const resolution = await resolveTenant(origin);
    return resolution.status === "tenant" ? resolution.tenantId : undefined;
  } catch {
    // A directory that cannot be asked leaves it open whose it is.
    return undefined;
  }
}

function textsIn(metadata: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(metadata ?? {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
