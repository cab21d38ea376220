/** A Stripe object, with the fields that tell its owner. */
export interface StripeObject {
  readonly object: string;
  readonly id?: unknown;
  readonly customer?: unknown;
  readonly charge?: unknown;
  readonly product?: unknown;
  readonly lookup_key?: unknown;
  readonly livemode?: unknown;
  readonly deleted?: unknown;
  readonly is_default?: unknown;
  readonly payload?: unknown;
  readonly metadata?: Readonly<Record<string, string>> | null;
}

/** Returns the members of a list, or the answer itself if it is no list. */
export function topObjects(answer: unknown): readonly unknown[] {
  return isStripeObject(answer) && "data" in answer && Array.isArray(answer.data) ? answer.data : [answer];
}

/** Returns an object and every object expanded in it, the outermost first. Skips metadata, which holds only text. */
export function objectsIn(value: unknown): readonly StripeObject[] {
  const found: StripeObject[] = [];
  if (isObject(value)) collect(value, found);
  return found;
}

/** Walks by key and index, because it runs over every answer and generators or entry lists cost several times as much. */
function collect(whole: object, found: StripeObject[]): void {
  if (Array.isArray(whole)) {
    // guard: the members of a list are looked at
    for (const part of whole) if (isObject(part)) collect(part, found);
    return;
  }
  if (isStripeObject(whole)) found.push(whole);
  for (const name in whole) {
    const part: unknown = whole[name as keyof typeof whole]; // for-in gives its keys
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
