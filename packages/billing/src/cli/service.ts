import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { StripeBillingService } from "../billing-service.js";
import { ConfigurationError } from "../errors.js";
import { parseOrigin } from "../return-urls/return-url.js";
import { createStripeClient, modeOf, type StripeClient } from "../stripe/client.js";
import { metadataTenancy } from "../tenancy/strategies/metadata-tenancy.js";
import { findMessage } from "./find-message.js";
import type { Option } from "./option-table.js";
import type { Terminal } from "./terminal.js";
import { UsageError } from "./usage-error.js";

/** The options of every command that asks Stripe. */
export const SERVICE_OPTIONS: {
  readonly [Name in keyof ServiceValues]: Required<Pick<Option, "value" | "help">>;
} = {
  config: { value: "<module>", help: 'a module that exports your StripeBillingService as "billing"' },
  "metadata-key": {
    value: "<key>",
    help: "without --config: the metadata key that names the tenant (default tenantId)",
  },
};

/** What the help of such a command says of them. */
export const SERVICE_DETAILS: string =
  "Asks Stripe through the service that --config exports; without --config, with the key in STRIPE_SECRET_KEY\n" +
  "(and STRIPE_API_BASE, for another server).";

export interface ServiceValues {
  readonly config: string | undefined;
  readonly "metadata-key": string | undefined;
}

export interface PortalSettings {
  readonly configuration?: string | undefined;
  readonly allowedReturnOrigins?: readonly string[];
}

/** The application's own service, or one of the key in the environment. @throws UsageError where there is neither. */
export async function openService(
  values: ServiceValues,
  { env }: Pick<Terminal, "env">,
  portal: PortalSettings = {},
): Promise<StripeBillingService> {
  if (values.config !== undefined) return loadService(values.config);
  const key = values["metadata-key"];
  return new StripeBillingService({
    ...openClient(env),
    tenancy: metadataTenancy(key === undefined ? {} : { key }),
    portal,
  });
}

/** A client of the key in the environment, and its mode. @throws UsageError where there is no key. */
export function openClient(env: Terminal["env"]): {
  readonly stripe: StripeClient;
  readonly mode: "live" | "test";
} {
  const secretKey = env["STRIPE_SECRET_KEY"];
  const mode = modeOf(secretKey ?? "");
  if (secretKey === undefined || mode === undefined) {
    throw new UsageError("STRIPE_SECRET_KEY must hold a secret or restricted key.");
  }
  return { stripe: createStripeClient(secretKey, parseApiBase(env["STRIPE_API_BASE"])), mode };
}

/** Imports a module of the application's. @throws UsageError when it cannot be loaded. */
export async function loadModule(option: string, path: string): Promise<object> {
  try {
    return await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    const reason = findMessage(error) ?? "it does not say why";
    throw new UsageError(`--${option} could not be loaded: ${reason}`);
  }
}

/** By the rule of the option `apiBase`: a key is not sent in the clear to another machine. */
function parseApiBase(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  try {
    return new URL(parseOrigin(text));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new UsageError(
      'STRIPE_API_BASE must be an origin with https, or with http on this machine, such as "http://127.0.0.1:4243".',
    );
  }
}

async function loadService(path: string): Promise<StripeBillingService> {
  const service: unknown = Reflect.get(await loadModule("config", path), "billing");
  if (service instanceof StripeBillingService) return service;
  throw new UsageError('--config must be a module that exports a StripeBillingService as "billing".');
}
