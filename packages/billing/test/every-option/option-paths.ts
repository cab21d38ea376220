import * as z from "zod/mini";

/** The options that a schema knows, those inside of others too: "items.priceId" for the `priceId` of each of `items`. */
export function knownPaths(schema: z.core.$ZodType, within = ""): string[] {
  if (schema instanceof z.ZodMiniOptional || schema instanceof z.ZodMiniNullable) {
    return knownPaths(schema._zod.def.innerType, within);
  }
  if (schema instanceof z.ZodMiniObject) {
    return Object.entries(schema._zod.def.shape).flatMap(([name, inner]) => {
      const path = join(within, name);
      return [path, ...knownPaths(inner, path)];
    });
  }
  if (schema instanceof z.ZodMiniUnion) {
    return schema._zod.def.options.flatMap((option) => knownPaths(option, within));
  }
  if (schema instanceof z.ZodMiniArray) return knownPaths(schema._zod.def.element, within);
  // A list's length is checked before its elements, and a set is sorted after them.
  if (schema instanceof z.ZodMiniPipe) {
    return [schema._zod.def.in, schema._zod.def.out].flatMap((part) => knownPaths(part, within));
  }
  return [];
}

/** The options that were given, by the names of {@link knownPaths}. */
export function givenPaths(value: unknown, within = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((element) => givenPaths(element, within));
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (inner === undefined) return [];
    const path = join(within, name);
    return [path, ...givenPaths(inner, path)];
  });
}

function join(within: string, name: string): string {
  return within === "" ? name : `${within}.${name}`;
}
