import type Stripe from "stripe";
import { isBillingError } from "../../errors.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { failure, ok, type PortalCheck, warning } from "./check.js";
import { findConfiguration, prepareContent } from "./configuration.js";
import type { OfferedProduct } from "./configuration-spec.js";
import { findMissingFeature, findPriceNotOffered, OFFER_IT } from "./flow-demands.js";
import { findPrices, isUsageBased, readProductId } from "./offer.js";
import type { TenantPortal } from "./settings.js";

type Configuration = Stripe.BillingPortal.Configuration;
type FeatureName = keyof Configuration["features"];
type Features = { readonly [Name in FeatureName]?: { readonly enabled?: boolean } };

/** The configuration that a session would use; without features if there is none. */
export interface SeenConfiguration {
  readonly checks: readonly PortalCheck[];
  readonly features?: Features | undefined;
  readonly offers?: readonly OfferedProduct[] | undefined;
}

/** Finds the metadata keys that the catalog's schema refuses. */
export type MetadataJudge = (metadata: Readonly<Record<string, string>>) => Promise<readonly string[]>;

/** Checks the configuration. One request; with a specification and no stored ids, one per hundred active configurations. */
export async function lookForConfiguration(
  scope: TenantScope,
  portal: TenantPortal,
): Promise<SeenConfiguration> {
  const { configuration } = portal;
  if (configuration === undefined) return lookForDefault(scope);
  if (typeof configuration === "string") return lookForGiven(scope, configuration);
  const { params, hash } = prepareContent(scope, configuration, portal.policy).content;
  const found = await findConfiguration(scope, hash, portal.configurationIds);
  const fact =
    found === undefined
      ? "The configuration for the specification does not exist yet; the first session creates it."
      : `${found.id} matches the specification.`;
  return {
    checks: [ok("configuration", fact)],
    features: params.features,
    offers: configuration.features.subscriptionUpdate?.products ?? [],
  };
}

async function lookForDefault(scope: TenantScope): Promise<SeenConfiguration> {
  for await (const [found] of scope.configurations.pages({ is_default: true, active: true }, [PRODUCTS])) {
    if (found !== undefined) {
      return toSeenConfiguration(found, ok("configuration", "It is the account's default, and active."));
    }
  }
  return {
    checks: [
      failure(
        "configuration",
        "The account has no default portal configuration in this mode.",
        "Save the customer portal's settings once in the Dashboard, or set portal.configuration to a specification.",
      ),
    ],
  };
}

async function lookForGiven(scope: TenantScope, id: string): Promise<SeenConfiguration> {
  try {
    const found = await scope.configurations.get(id, [PRODUCTS]);
    if (found.active) return toSeenConfiguration(found, ok("configuration", `${id} exists and is active.`));
  } catch (error) {
    if (!isBillingError(error) || error.code !== "not_found") throw error;
    return {
      checks: [
        failure(
          "configuration",
          `${id} does not exist in this account and mode.`,
          "Use the id of one that exists there, or a specification.",
        ),
      ],
    };
  }
  return {
    checks: [
      failure(
        "configuration",
        `${id} was deactivated.`,
        "Activate it in the Dashboard, or use another one or a specification.",
      ),
    ],
  };
}

const PRODUCTS = "features.subscription_update.products";

function toSeenConfiguration({ features }: Configuration, check: PortalCheck): SeenConfiguration {
  const products = features.subscription_update.products ?? [];
  return {
    checks: [check],
    features,
    offers: products.map(({ product, prices }) => ({ productId: product, priceIds: prices })),
  };
}

export function lookAtFeatures(features: Features, flow: unknown): PortalCheck {
  const on = Object.entries(features).flatMap(([name, feature]) => (feature?.enabled ? name : []));
  const needed = findMissingFeature({ features }, flow);
  if (needed !== undefined) {
    return failure(
      "features",
      `The flow needs ${needed}, which is disabled in the configuration.`,
      "Enable it in the configuration, or use another configuration.",
    );
  }
  if (on.length > 0) return ok("features", `Enabled: ${on.sort().join(", ")}.`);
  return warning(
    "features",
    "All features are disabled in the configuration, so the portal is empty.",
    "Enable the features that customers should have.",
  );
}

/** Checks that the price which a flow confirms is among those offered. */
export function lookAtConfirmedPrice({ offers = [] }: SeenConfiguration, flow: unknown): PortalCheck[] {
  const priceId = findPriceNotOffered({ offers }, flow);
  if (priceId === undefined) return [];
  return [failure("flow", "flow.priceId is not among what the portal configuration offers.", OFFER_IT)];
}

/** Checks the products. One request; one more for each price that is too new for Stripe's search, or not the tenant's. */
export async function lookAtProducts(
  scope: TenantScope,
  { features, offers = [] }: SeenConfiguration,
  judge: MetadataJudge,
): Promise<readonly PortalCheck[]> {
  if (!features?.subscription_update?.enabled) return [ok("products", "Plan changes are disabled.")];
  if (offers.length === 0) {
    return [
      failure(
        "products",
        "Plan changes are enabled, but no product is offered.",
        "Offer a product, or disable plan changes.",
      ),
    ];
  }
  const found = await findPrices(scope, offers);
  const prices = offers.flatMap(({ priceIds }) => priceIds.flatMap((id) => found.get(id) ?? []));
  const wanted = offers.flatMap(({ priceIds }) => priceIds).length;
  const troubles = [
    ...checkVisible(wanted - prices.length),
    ...checkProducts(offers, found),
    ...checkRecurring(prices),
    ...checkOnSale(prices),
    ...checkIntervals(offers, found),
    ...checkUsageBased(prices),
    ...checkCurrencies(prices),
    ...checkTaxBehavior(prices),
    ...(await checkMetadata(scope, prices, judge)),
  ];
  if (troubles.length > 0) return troubles;
  return [ok("products", `${offers.length} products with ${wanted} prices, all of them for sale.`)];
}

/** Reveals nothing about these products, which may be another tenant's. */
function checkVisible(count: number): PortalCheck[] {
  if (count === 0) return [];
  return [
    failure(
      "products",
      `Of the offered prices, ${count} are missing or not this tenant's to sell.`,
      "Offer products whose metadata names this tenant or all tenants. A specification is checked for this.",
    ),
  ];
}

function checkProducts(
  offers: readonly OfferedProduct[],
  found: ReadonlyMap<string, Stripe.Price>,
): PortalCheck[] {
  const ids = offers.flatMap(({ productId, priceIds }) =>
    priceIds.flatMap((id) => {
      const price = found.get(id);
      return price === undefined || readProductId(price) === productId ? [] : id;
    }),
  );
  if (ids.length === 0) return [];
  return [
    failure(
      "products",
      `Offered with a product that they are not of: ${ids.join(", ")}.`,
      "Offer each price with its own product.",
    ),
  ];
}

function checkRecurring(prices: readonly Stripe.Price[]): PortalCheck[] {
  const ids = prices.filter(({ recurring }) => recurring === null).map(({ id }) => id);
  if (ids.length === 0) return [];
  return [failure("products", `One-time prices: ${ids.join(", ")}.`, "Offer only recurring prices.")];
}

function checkOnSale(prices: readonly Stripe.Price[]): PortalCheck[] {
  const ids = prices.filter(({ active, product }) => !active || !isActive(product)).map(({ id }) => id);
  if (ids.length === 0) return [];
  return [
    failure(
      "products",
      `Archived, or of an archived product: ${ids.join(", ")}.`,
      "Offer prices that are for sale, or take these out of the configuration.",
    ),
  ];
}

function isActive(product: Stripe.Price["product"]): boolean {
  return typeof product === "object" && !product.deleted && product.active;
}

function checkIntervals(
  offers: readonly OfferedProduct[],
  found: ReadonlyMap<string, Stripe.Price>,
): PortalCheck[] {
  return offers.flatMap(({ productId, priceIds }) => {
    const intervals = priceIds.flatMap((id) => {
      const recurring = found.get(id)?.recurring;
      return recurring ? `${recurring.interval_count} ${recurring.interval}` : [];
    });
    if (new Set(intervals).size === intervals.length) return [];
    return [
      failure(
        "products",
        `${productId} is offered with two prices of the same interval.`,
        "Offer one price for each interval.",
      ),
    ];
  });
}

function checkCurrencies(prices: readonly Stripe.Price[]): PortalCheck[] {
  const currencies = [...new Set(prices.map(({ currency }) => currency))].sort();
  if (currencies.length < 2) return [];
  return [
    warning(
      "products",
      `Prices are in ${currencies.join(", ")}; a customer sees only those in one currency.`,
      "Offer prices in the currency that the customer pays in.",
    ),
  ];
}

function checkUsageBased(prices: readonly Stripe.Price[]): PortalCheck[] {
  const ids = prices.filter(isUsageBased).map(({ id }) => id);
  if (ids.length === 0) return [];
  return [
    failure(
      "products",
      `Usage-based: ${ids.join(", ")}. The portal cannot change a subscription to or from such a price.`,
      "Remove these prices from the configuration, and change such subscriptions with updateSubscription.",
    ),
  ];
}

/** See https://docs.stripe.com/customer-management#customer-portal-limitations */
function checkTaxBehavior(prices: readonly Stripe.Price[]): PortalCheck[] {
  const behaviors = [...new Set(prices.map((price) => price.tax_behavior ?? "unspecified"))].sort();
  if (behaviors.length < 2) return [];
  return [
    warning(
      "products",
      `The tax behavior of the prices is ${behaviors.join(", ")}; a customer sees only prices with the tax behavior of the present price.`,
      "Offer prices with the same tax behavior.",
    ),
  ];
}

async function checkMetadata(
  scope: TenantScope,
  prices: readonly Stripe.Price[],
  judge: MetadataJudge,
): Promise<PortalCheck[]> {
  const products = new Map(
    prices.flatMap(({ product }) => (isProduct(product) ? [[product.id, product]] : [])),
  );
  const checks: PortalCheck[] = [];
  for (const { id, metadata } of products.values()) {
    const keys = await judge(scope.withoutReserved(metadata));
    if (keys.length === 0) continue;
    checks.push(
      failure(
        "products",
        `The metadata of ${id} does not pass the catalogue's schema: ${keys.join(", ")}.`,
        "Correct it with updateProduct.",
      ),
    );
  }
  return checks;
}

function isProduct(product: Stripe.Price["product"]): product is Stripe.Product {
  return typeof product === "object" && !product.deleted;
}
