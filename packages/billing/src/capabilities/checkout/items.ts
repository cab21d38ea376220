import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { boundedList } from "../../input.js";
import {
  type LineItem,
  lineItemFields,
  priceIdSchema,
  quantitySchema,
  toLineItems,
} from "../../selling/line-items.js";

/** The range in which a customer may change the quantity on the page. */
export interface AdjustableQuantity {
  /** Default: 0, which lets the customer remove the item; at least 1 if there is only one item. */
  readonly minimum?: number | undefined;
  /** Default: 99. At most 999,999. */
  readonly maximum?: number | undefined;
}

export interface CheckoutItem {
  readonly priceId: string;
  /** Default: 1. A metered price takes none. */
  readonly quantity?: number | undefined;
  /** Lets the customer change the quantity on the page. A metered price takes none. */
  readonly adjustableQuantity?: AdjustableQuantity | undefined;
}

interface ItemOptions {
  readonly priceId?: string | undefined;
  readonly quantity?: number | undefined;
  readonly adjustableQuantity?: AdjustableQuantity | undefined;
  readonly items?: readonly CheckoutItem[] | undefined;
}

type ItemFields = { readonly [Name in keyof ItemOptions]-?: z.ZodMiniType<ItemOptions[Name]> };

const ITEMS = "items must be a list of 1 to 20 of { priceId, quantity?, adjustableQuantity? }.";
const MOST = 999_999;
const DEFAULT_MOST = 99;

/** The fields by which a Checkout session names what is bought. */
export function itemFields(): ItemFields {
  const adjustableQuantity = z.optional(
    z.strictObject(
      { minimum: bound("minimum", 0), maximum: bound("maximum", 1) },
      "adjustableQuantity must be { minimum?, maximum? }.",
    ),
  );
  const item = { priceId: priceIdSchema(), quantity: quantitySchema(1), adjustableQuantity };
  return {
    ...lineItemFields(1),
    adjustableQuantity,
    items: z.optional(boundedList(z.strictObject(item, ITEMS), { least: 1, most: 20 }, ITEMS)),
  };
}

/** An item after its check. */
export interface CheckoutLine extends LineItem {
  readonly adjustableQuantity?: AdjustableQuantity | undefined;
}

/** @throws InvalidArgumentError unless the options name each price once, in one of the two ways, within its bounds. */
export function toCheckoutLines(given: ItemOptions): readonly CheckoutLine[] {
  const { priceId, adjustableQuantity, items } = given;
  if (priceId === undefined && adjustableQuantity !== undefined) {
    throw new InvalidArgumentError("adjustableQuantity goes with priceId. With items, give it to each item.");
  }
  const plain = toLineItems(given);
  const lines: readonly CheckoutLine[] = items ?? plain.map((line) => ({ ...line, adjustableQuantity }));
  for (const line of lines) assertWithinBounds(line);
  return lines;
}

function assertWithinBounds({ quantity = 1, adjustableQuantity }: CheckoutLine): void {
  if (adjustableQuantity === undefined) return;
  const { minimum = 0, maximum = DEFAULT_MOST } = adjustableQuantity;
  if (minimum <= quantity && quantity <= maximum) return;
  throw new InvalidArgumentError(
    `quantity must be from ${minimum} to ${maximum}, as adjustableQuantity says; its maximum is ${DEFAULT_MOST} if left out.`,
  );
}

function bound(name: string, least: 0 | 1): z.ZodMiniOptional<z.ZodMiniNumberFormat> {
  const sentence = `adjustableQuantity.${name} must be a whole number from ${least} to ${MOST}.`;
  return z.optional(z.int(sentence).check(z.gte(least, sentence), z.lte(MOST, sentence)));
}
