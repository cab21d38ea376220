/** Any object of Stripe's, as far as telling its owner needs. */
export interface StripeObject {
  readonly object: string;
  readonly id?: unknown;
  readonly customer?: unknown;
  readonly product?: unknown;
  readonly lookup_key?: unknown;
  readonly livemode?: unknown;
  readonly deleted?: unknown;
  readonly is_default?: unknown;
  readonly payload?: unknown;
  readonly metadata?: Readonly<Record<string, string>> | null;
}

/** The objects an answer is about: the members of a list, else the answer itself. */
export function topObjects(answer: unknown): readonly unknown[] {
  return isStripeObject(answer) && "data" in answer && Array.isArray(answer.data) ? answer.data : [answer];
}

/** An object and every object expanded in it, the outermost first. Metadata holds text alone, whatever its keys say. */
export function objectsIn(value: unknown): readonly StripeObject[] {
  const found: StripeObject[] = [];
  collect(value, found);
  return found;
}

/** Walks every part of every answer, so by key and index: generators and entry lists would cost several times as much. */
function collect(value: unknown, found: StripeObject[]): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const part of value) collect(part, found);
    return;
  }
  if (isStripeObject(value)) found.push(value);
  for (const name in value) {
    if (name !== "metadata") collect(value[name as keyof typeof value], found); // a key of its own
  }
}

export function isStripeObject(value: unknown): value is StripeObject {
  return typeof value === "object" && value !== null && "object" in value && typeof value.object === "string";
}
