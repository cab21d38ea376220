import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    readonly stripeMockUrl: string | undefined;
    readonly postgresUrl: string | undefined;
    readonly redisUrl: string | undefined;
  }
}

/** The URL of the stripe-mock that the global set-up found; undefined where it found none. */
export function stripeMockUrl(): string | undefined {
  return inject("stripeMockUrl");
}

/** The URL of a database in which schemas may be made; undefined where the global set-up found none. */
export function postgresUrl(): string | undefined {
  return inject("postgresUrl");
}

/** The URL of a Redis in which keys may be made; undefined where the global set-up found none. */
export function redisUrl(): string | undefined {
  return inject("redisUrl");
}
