/** An object of Stripe's with the fields that a view looks at and no others. */
export function shaped<T>(fields: object): T {
  return fields as T; // The views read no other field.
}

/** A scope that keeps every key of metadata, and shows lookup keys as a shared account's. */
export const everyKey = {
  withoutReserved: (metadata: Readonly<Record<string, string>>) => Object.freeze({ ...metadata }),
  shownLookupKey: (stored: string) => stored.replace(/^\w+\/\//, ""),
};

/** The paths of the objects that could still be changed; a Date is changed by its methods, which nothing prevents. */
export function thawedIn(value: unknown, path = "view"): string[] {
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  const deeper = Object.entries(value).flatMap(([key, part]) => thawedIn(part, `${path}.${key}`));
  return Object.isFrozen(value) ? deeper : [path, ...deeper];
}
