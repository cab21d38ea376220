/** Any object of Stripe's, as far as telling its owner needs. */
export interface StripeObject {
  readonly object: string;
  readonly id?: unknown;
  readonly customer?: unknown;
  readonly product?: unknown;
  readonly livemode?: unknown;
  readonly deleted?: unknown;
  readonly metadata?: Readonly<Record<string, string>> | null;
}

/** The objects an answer is about: the members of a list, else the answer itself. */
export function topObjects(answer: unknown): readonly unknown[] {
  return isStripeObject(answer) && "data" in answer && Array.isArray(answer.data) ? answer.data : [answer];
}

/** An object and every object expanded in it, the outermost first. Metadata holds text alone, whatever its keys say. */
export function* objectsIn(value: unknown): Generator<StripeObject> {
  if (typeof value !== "object" || value === null) return;
  if (isStripeObject(value)) yield value;
  for (const [name, part] of Object.entries(value)) {
    if (name !== "metadata") yield* objectsIn(part);
  }
}

export function isStripeObject(value: unknown): value is StripeObject {
  return typeof value === "object" && value !== null && "object" in value && typeof value.object === "string";
}
