import { ConfigurationError } from "./errors.js";

/**
 * Refuses to run in a browser, where the key would be everyone's. Most bundlers refuse earlier, at build time: see the
 * condition `browser` in package.json. Tests of servers may have a `document` as well, so Node's version tells them apart.
 */
export function assertServer(): void {
  const isNode = typeof process === "object" && typeof process.versions?.node === "string";
  if (isNode || !("document" in globalThis)) return;
  throw new ConfigurationError(
    "@repo/billing runs on servers only, since it needs a secret key. In a browser, import @repo/billing/client.",
  );
}
