/** A reference in Stripe's answers: an id, or the whole object where the request expanded it. */
type Reference = string | { readonly id: string };

/** The id in a reference; null where there is no reference. */
export function referencedId(reference: Reference): string;
export function referencedId(reference: Reference | null | undefined): string | null;
export function referencedId(reference: Reference | null | undefined): string | null {
  return typeof reference === "object" ? (reference?.id ?? null) : (reference ?? null);
}
