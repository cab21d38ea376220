import { NEWEST_API_VERSION } from "../api-version.js";
import type { Outcome } from "./outcome.js";
import type { WebhookLogger } from "./tell-outcome.js";

/**
 * Makes the function that tells a logger, once for each, of endpoints that should be made another way: in an unknown API
 * version, or of the wrong payload style.
 */
export function onceTeller(
  logger: WebhookLogger,
  hasHandler: (eventType: string) => boolean,
): (outcome: Outcome) => void {
  const toldVersions = new Set<string>();
  const toldTwins = new Set<string>();
  return (outcome) => {
    tellOfVersion(outcome);
    tellOfTwin(outcome);
  };

  function tellOfVersion(outcome: Outcome): void {
    const version = outcome.delivery && outcome.unknownApiVersion;
    if (version === undefined || toldVersions.has(version) || toldVersions.size === MAX_TOLD) return;
    toldVersions.add(version);
    logger.warn(
      `Webhooks arrive in API version ${version}, which this package does not know, so their objects may have another ` +
        `shape. Create the endpoint with api_version ${NEWEST_API_VERSION}.`,
    );
  }

  /** An endpoint of the wrong payload style sends what nobody handles, and all is acknowledged. */
  function tellOfTwin(outcome: Outcome): void {
    if (outcome.status !== "ignored" || outcome.reason !== "no_handler") return;
    const { eventType } = outcome;
    const twin = eventType.startsWith("v1.") ? eventType.slice("v1.".length) : `v1.${eventType}`;
    if (!hasHandler(twin) || toldTwins.has(eventType)) return;
    toldTwins.add(eventType);
    logger.warn(
      `A ${eventType} webhook was ignored, and on has a handler for ${twin}. If no endpoint sends ${twin}, change the ` +
        "endpoint's payload style or add a handler.",
    );
  }
}

/** Versions come with signed events, so there are few; the bound is for whoever has a secret. */
const MAX_TOLD = 100;
