import type * as z from "zod/mini";
import type { StripeBillingService } from "../../src/index.js";
import { givenPaths, knownPaths } from "./option-paths.js";

/** One check of something: the schema, and what it was held against. */
export type Check = readonly [schema: () => z.core.$ZodType, input: unknown];

/** Which options the methods know, and which of them were given. */
export class OptionRecord {
  readonly #takeChecks: () => readonly Check[];
  /** The options that nothing gave yet, for each schema of each method: a method with modes has one for each. */
  readonly #missing = new Map<string, Map<z.core.$ZodType, Set<string>>>();

  /** @param takeChecks the checks made since it was last called. */
  constructor(takeChecks: () => readonly Check[]) {
    this.#takeChecks = takeChecks;
  }

  /** The service itself, whose calls are noted. */
  of(service: StripeBillingService): StripeBillingService {
    return new Proxy(service, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return async (...args: readonly unknown[]) => {
          this.#takeChecks();
          try {
            return await Reflect.apply(method, target, args);
          } finally {
            this.#note(String(name), args, this.#takeChecks());
          }
        };
      },
    });
  }

  /** Those that were never given, as "updateSubscription: items.add". */
  missing(): string[] {
    return [...this.#missing].flatMap(([method, schemas]) =>
      [...schemas.values()].flatMap((paths) => [...paths].map((path) => `${method}: ${path}`)),
    );
  }

  #note(method: string, args: readonly unknown[], checks: readonly Check[]): void {
    const schemas = this.#missing.get(method) ?? new Map<z.core.$ZodType, Set<string>>();
    this.#missing.set(method, schemas);
    for (const [schema, input] of checks) {
      if (!isWithin(args, input)) continue;
      const known = schemas.get(schema()) ?? new Set(knownPaths(schema()));
      schemas.set(schema(), known);
      for (const path of givenPaths(input)) known.delete(path);
    }
  }
}

/** Whether something that was checked is an argument, or stands in one. What a method makes up itself is not. */
function isWithin(holder: unknown, input: unknown): boolean {
  if (typeof holder !== "object" || holder === null) return false;
  return isCopy(holder, input) || Object.values(holder).some((value) => isWithin(value, input));
}

function isCopy(one: object, other: unknown): boolean {
  if (typeof other !== "object" || other === null) return false;
  const [mine, theirs] = [Object.entries(one), new Map(Object.entries(other))];
  return mine.length === theirs.size && mine.every(([name, value]) => theirs.get(name) === value);
}
