import * as z from "zod/mini";
import { InvalidArgumentError } from "../errors.js";
import { boundedList, onFirstUse } from "../input.js";
import { isObjectId } from "../stripe/object-id.js";

/** A price and its quantity. */
export interface LineItem {
  readonly priceId: string;
  readonly quantity?: number | undefined;
}

/** The prices to buy: one, or several. */
interface LineItemOptions {
  readonly priceId?: string | undefined;
  readonly quantity?: number | undefined;
  readonly items?: readonly LineItem[] | undefined;
}

type LineItemFields = { readonly [Name in keyof LineItemOptions]-?: z.ZodMiniType<LineItemOptions[Name]> };

const ITEMS = "items must be a list of 1 to 20 of { priceId, quantity? }.";

export const priceIdSchema: () => z.ZodMiniCustom<string, string> = onFirstUse(() =>
  z.custom<string>(
    (value) => typeof value === "string" && isObjectId("price", value),
    'priceId must be the id of a Stripe price, such as "price_…".',
  ),
);

export function quantitySchema(least: 0 | 1): z.ZodMiniOptional<z.ZodMiniNumberFormat> {
  const sentence = `quantity must be a whole number from ${least} to 999999999.`;
  return z.optional(z.int(sentence).check(z.gte(least, sentence), z.lte(999_999_999, sentence)));
}

/** The fields by which Checkout and new subscriptions name what is bought. */
export function lineItemFields(leastQuantity: 0 | 1): LineItemFields {
  const item = { priceId: priceIdSchema(), quantity: quantitySchema(leastQuantity) };
  return {
    priceId: z.optional(item.priceId),
    quantity: item.quantity,
    items: z.optional(boundedList(z.strictObject(item, ITEMS), { least: 1, most: 20 }, ITEMS)),
  };
}

/** @throws InvalidArgumentError unless the options name each price once, in one of the two ways. */
export function toLineItems({ priceId, quantity, items }: LineItemOptions): readonly LineItem[] {
  if ((priceId === undefined) === (items === undefined)) {
    throw new InvalidArgumentError("Give either priceId or items.");
  }
  if (priceId === undefined && quantity !== undefined) {
    throw new InvalidArgumentError(
      "quantity goes with priceId. With items, give each item its own quantity.",
    );
  }
  const lines = items ?? (priceId === undefined ? [] : [{ priceId, quantity }]);
  if (new Set(lines.map((line) => line.priceId)).size < lines.length) {
    throw new InvalidArgumentError("items must name each price at most once.");
  }
  return lines;
}
