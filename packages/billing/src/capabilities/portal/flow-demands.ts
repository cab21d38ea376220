/** What a flow demands of the portal configuration that it is opened with. */
import { InvalidArgumentError, PortalNotConfiguredError } from "../../errors.js";
import { DISABLED } from "../../stripe/translate-error.js";
import { toFeatures } from "./configuration-params.js";
import type { OfferedProduct, PortalConfigurationSpec } from "./configuration-spec.js";

/** What counts of a portal configuration, whether Stripe has it or a specification describes it. */
export interface Offering {
  readonly features: { readonly [name: string]: { readonly enabled?: boolean } | undefined };
  readonly offers: readonly OfferedProduct[];
}

export function toOffering({ features }: PortalConfigurationSpec): Offering {
  return { features: { ...toFeatures(features) }, offers: features.subscriptionUpdate?.products ?? [] };
}

const NEEDED: ReadonlyMap<unknown, string> = new Map([
  ["payment_method_update", "payment_method_update"],
  ["customer_update", "customer_update"],
  ["subscription_cancel", "subscription_cancel"],
  ["subscription_pause", "subscription_pause"],
  ["subscription_update", "subscription_update"],
  ["subscription_update_confirm", "subscription_update"],
]);

/** The feature that the flow needs and that is disabled in the configuration. */
export function findMissingFeature(
  { features }: Pick<Offering, "features">,
  flow: unknown,
): string | undefined {
  const needed = NEEDED.get(readField(flow, "type"));
  return needed === undefined || features[needed]?.enabled ? undefined : needed;
}

/** The price that the flow confirms and the configuration does not offer: Stripe refuses it. */
export function findPriceNotOffered({ offers }: Pick<Offering, "offers">, flow: unknown): string | undefined {
  const priceId = readField(flow, "priceId");
  if (readField(flow, "type") !== "subscription_update_confirm" || typeof priceId !== "string")
    return undefined;
  return offers.some(({ priceIds }) => priceIds.includes(priceId)) ? undefined : priceId;
}

/** @throws PortalNotConfiguredError | InvalidArgumentError as Stripe's refusal would be. */
export function assertFlowOffered(offering: Offering, flow: unknown): void {
  if (findMissingFeature(offering, flow) !== undefined) throw new PortalNotConfiguredError(DISABLED);
  if (findPriceNotOffered(offering, flow) === undefined) return;
  throw new InvalidArgumentError(
    `flow.priceId is not among what the portal configuration offers. ${OFFER_IT}`,
  );
}

export const OFFER_IT =
  "Offer it there among the products of its plan changes, or change it with updateSubscription.";

function readField(flow: unknown, name: string): unknown {
  return typeof flow === "object" && flow !== null && name in flow
    ? flow[name as keyof typeof flow]
    : undefined;
}
