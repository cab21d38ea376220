import { invalid } from "../api-error.js";
import { bool, clearableList, hash, integer, type Param, required, text } from "../declare/params.js";
import type { AccountData } from "../store/account-data.js";
import type { PortalConfigurationRecord } from "../store/records/portal.js";

/** Stripe's limit of products that can be offered for a change of plan. */
const MOST_PRODUCTS = 10;

/** One product that a portal offers for a change of plan, as a request names it. */
export interface Offer {
  readonly adjustable_quantity?: {
    readonly enabled: boolean;
    readonly maximum?: number;
    readonly minimum?: number;
  };
  readonly prices: readonly string[];
  readonly product: string;
}

export const OFFERS: Param<readonly Offer[]> = clearableList(
  hash({
    adjustable_quantity: hash({
      enabled: required(bool()),
      maximum: integer({ min: 1 }),
      minimum: integer({ min: 0 }),
    }),
    prices: required(clearableList(text())),
    product: required(text()),
  }),
);

/** Reads a request's offers. Refuses a price of another product, and two prices of one billing interval. */
export function offeredProducts(
  offers: readonly Offer[],
  account: AccountData,
): NonNullable<PortalConfigurationRecord["features"]["subscription_update"]["products"]> {
  const param = "features[subscription_update][products]";
  if (offers.length > MOST_PRODUCTS) {
    throw invalid(
      `You can only specify up to ${MOST_PRODUCTS} products; you passed ${offers.length}.`,
      param,
    );
  }
  return offers.map((offer, at) => {
    account.getFromParam("product", offer.product, `${param}[${at}][product]`);
    const lengths = new Set<string>();
    for (const [index, id] of offer.prices.entries()) {
      const name = `${param}[${at}][prices][${index}]`;
      const price = account.getFromParam("price", id, name);
      if (price.product !== offer.product) {
        throw invalid(`The price ${id} does not belong to the product ${offer.product}.`, name);
      }
      if (price.recurring === null) throw invalid(`The price ${id} is not recurring.`, name);
      const length = `${price.recurring.interval_count} ${price.recurring.interval} ${price.currency}`;
      if (lengths.has(length)) {
        throw invalid(
          "Two prices of one product with the same billing interval cannot both be offered.",
          name,
        );
      }
      lengths.add(length);
    }
    const { enabled = false, maximum = null, minimum = 1 } = offer.adjustable_quantity ?? {};
    return {
      adjustable_quantity: { enabled, maximum, minimum },
      prices: [...offer.prices],
      product: offer.product,
    };
  });
}
