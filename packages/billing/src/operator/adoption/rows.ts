import { isReference } from "../../reference.js";
import { isObjectId } from "../../stripe/object-id.js";
import { SHARED } from "../../tenancy/metadata-mark.js";
import { isTenantId } from "../../tenancy/tenant-id.js";

/** A customer to adopt, as the application's own table knows it. */
export interface CustomerRow {
  readonly customerId: string;
  readonly tenantId: string;
  /** The reference under which `ensureCustomer` will find it. Default: none; it is then found by its id only. */
  readonly reference?: string | null | undefined;
}

/**
 * A product, coupon or promotion code to adopt, and its tenant, or `"*"` to share it with all tenants. A product's
 * prices are adopted with it.
 */
export type CatalogRow = { readonly tenantId: string } & (
  | { readonly productId: string }
  | { readonly couponId: string }
  | { readonly promotionCodeId: string }
);

export type AdoptionRow = CustomerRow | CatalogRow;

export type AdoptedKind = "customer" | "product" | "coupon" | "promotion_code";

/** A row after its check. */
export interface AdoptionTarget {
  /** Counted from 1. */
  readonly row: number;
  readonly kind: AdoptedKind;
  readonly objectId: string;
  readonly tenantId: string;
  readonly reference: string | undefined;
}

const ID_FIELDS: Readonly<Record<string, AdoptedKind>> = {
  customerId: "customer",
  productId: "product",
  couponId: "coupon",
  promotionCodeId: "promotion_code",
};

const FIELDS: ReadonlySet<string> = new Set([...Object.keys(ID_FIELDS), "tenantId", "reference"]);

/** Checks one row. Returns a sentence that says what is wrong with it; never its values. */
export function checkRow(given: unknown, row: number): AdoptionTarget | string {
  if (typeof given !== "object" || given === null) return "It is not an object.";
  const fields = new Map<string, unknown>(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
  const unknown = [...fields.keys()].find((name) => !FIELDS.has(name));
  if (unknown !== undefined) return "It has an unknown column.";
  const ids = Object.entries(ID_FIELDS).filter(([name]) => fields.has(name));
  const [first] = ids;
  if (first === undefined || ids.length > 1) {
    return "It must name exactly one of customerId, productId, couponId and promotionCodeId.";
  }
  const [name, kind] = first;
  const objectId = fields.get(name);
  if (typeof objectId !== "string" || !isIdOf(kind, objectId))
    return `Its ${name} is not an id of that kind.`;
  const tenantId = fields.get("tenantId");
  const isShared = tenantId === SHARED && kind !== "customer";
  if (!isShared && !isTenantId(tenantId)) return "Its tenantId is not a tenant id.";
  const reference = fields.get("reference");
  if (reference !== undefined && (kind !== "customer" || !isReference(reference))) {
    return "Its reference must be 1 to 200 letters, digits, and _ . : @ / + = -, and only a customer may have one.";
  }
  return { row, kind, objectId, tenantId: String(tenantId), reference: reference as string | undefined }; // checked above
}

function isIdOf(kind: AdoptedKind, id: string): boolean {
  if (kind === "customer") return isObjectId("customer", id);
  if (kind === "promotion_code") return isObjectId("promotion_code", id);
  // Their makers choose them.
  return /^[\w-]{1,200}$/.test(id);
}
