import { assertServer } from "./assert-server.js";
import type { CatalogSettings } from "./capabilities/catalog/catalog.js";
import type { PortalSettings } from "./capabilities/portal/settings.js";
import { parseConfig, type StripeBillingConfig } from "./config.js";
import { ConfigurationError } from "./errors.js";
import { notify } from "./notify.js";
import { onFirstUse } from "./on-first-use.js";
import { parseOrigin } from "./return-urls/return-url.js";
import { assertNoOwnRetries, createStripeClient, type Mode, modeOf, modeOfClient } from "./stripe/client.js";
import { createTransport, type Transport } from "./stripe/transport.js";
import type { AuditEvent, AuditListener } from "./tenancy/audit.js";
import type { PromotionCodes } from "./tenancy/promotion-code-entry.js";
import { metadataTenancy } from "./tenancy/strategies/metadata-tenancy.js";
import type { Tenancy } from "./tenancy/tenancy.js";

/** A configuration, checked and complete. */
export interface Settings<TMetadata = undefined> {
  /** The way to Stripe. @throws ConfigurationError while the key is undefined, and so does every call. */
  readonly getTransport: () => Transport;
  readonly mode: Mode | undefined;
  /** The key, and where it is used: what services that stand for one another have in common. None with an own client. */
  readonly identity: string | undefined;
  readonly tenantId: string | undefined;
  readonly tenancy: Tenancy;
  readonly portal: PortalSettings;
  readonly catalog: CatalogSettings<TMetadata>;
  readonly promotionCodes: PromotionCodes | undefined;
  readonly rememberSeconds: number;
  readonly trustInWrites: boolean;
  readonly timeoutMs: number;
  readonly onAudit: AuditListener;
}

/**
 * Checks everything that can be checked before the first call, and completes it.
 *
 * @throws ConfigurationError with one sentence per mistake; keys are never quoted.
 */
export function resolveSettings<TMetadata>(config: StripeBillingConfig<TMetadata>): Settings<TMetadata> {
  assertServer();
  const {
    secretKey,
    apiBase,
    stripe,
    mode,
    tenantId,
    tenancy,
    portal = {},
    catalog = {},
    ownership = {},
    timeoutMs = 30_000,
    onAudit,
    maxRetries,
    onRequest,
  } = parseConfig(config);
  if (secretKey !== undefined && stripe !== undefined) {
    throw new ConfigurationError("Give either secretKey or stripe, not both.");
  }
  if (secretKey === undefined && stripe === undefined && !Object.hasOwn(config, "secretKey")) {
    throw new ConfigurationError("Give secretKey, or stripe with a client of your own.");
  }
  if (apiBase !== undefined && stripe !== undefined) {
    throw new ConfigurationError(
      "apiBase goes with secretKey. A client of your own has its own host: leave apiBase out.",
    );
  }
  if (secretKey !== undefined && mode !== undefined && mode !== modeOf(secretKey)) {
    throw new ConfigurationError(
      `secretKey is a ${modeOf(secretKey)} key, and mode is "${mode}". Use a ${mode} key here, or correct mode.`,
    );
  }
  if (stripe !== undefined) assertNoOwnRetries(stripe);
  const host = apiBase === undefined ? undefined : new URL(parseOrigin(apiBase));
  const client = stripe ?? (secretKey === undefined ? undefined : createStripeClient(secretKey, host));
  const transport = client && createTransport(client, { maxRetries, onRequest });
  return Object.freeze({
    // No getter: in an object literal, it would give each of these objects a shape of its own, of a kilobyte.
    getTransport: () => transport ?? refuseMissingKey(),
    mode: secretKey === undefined ? (mode ?? (stripe && modeOfClient(stripe))) : modeOf(secretKey),
    identity: secretKey && `${secretKey} ${host?.origin ?? "Stripe"}`,
    tenantId,
    tenancy: tenancy ?? usualTenancy(),
    portal,
    // Checked to be a schema; what it makes of metadata is for its own type to say.
    catalog: catalog as CatalogSettings<TMetadata>,
    promotionCodes: catalog.promotionCodes,
    timeoutMs,
    rememberSeconds: ownership.rememberSeconds ?? 30,
    trustInWrites: ownership.trustInWrites ?? false,
    onAudit: (event: AuditEvent) => notify(onAudit, event, "onAudit"),
  });
}

/** One for all services, since it holds nothing of theirs. */
const usualTenancy = onFirstUse(metadataTenancy);

function refuseMissingKey(): never {
  throw new ConfigurationError(
    "secretKey is undefined. Check that the environment variable it is read from is set.",
  );
}
