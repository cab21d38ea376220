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
  if (isObject(value)) collect(value, found);
  return found;
}

/** Walks every part of every answer, so by key and index: generators and entry lists would cost several times as much. */
function collect(whole: object, found: StripeObject[]): void {
  if (Array.isArray(whole)) {
    // guard: the members of a list are looked at
    for (const part of whole) if (isObject(part)) collect(part, found);
    return;
  }
  if (isStripeObject(whole)) found.push(whole);
  for (const name in whole) {
    const part: unknown = whole[name as keyof typeof whole]; // a key of its own
    // guard: expanded objects are looked at; guard (operand 1): metadata is no object of Stripe's
    if (name !== "metadata" && isObject(part)) collect(part, found);
  }
}

export function isStripeObject(value: unknown): value is StripeObject {
  return isObject(value) && "object" in value && typeof value.object === "string";
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
