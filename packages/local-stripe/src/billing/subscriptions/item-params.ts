import { type MetadataChange, metadata } from "../../declare/metadata.js";
import {
  bool,
  clearableList,
  decimal,
  hash,
  integer,
  list,
  oneOf,
  type Param,
  required,
  text,
  unsupported,
} from "../../declare/params.js";
import { DISCOUNTS, type NewDiscount } from "../discounts/discount-params.js";

export const MOST_ITEMS = 20;

const ITEM = {
  metadata: metadata(),
  price: text(),
  price_data: hash({
    currency: required(text({ max: 3 })),
    product: required(text()),
    recurring: required(
      hash({
        interval: required(oneOf("day", "month", "week", "year")),
        interval_count: integer({ min: 1 }),
      }),
    ),
    tax_behavior: oneOf("exclusive", "inclusive", "unspecified"),
    unit_amount: integer({ min: 0 }),
    unit_amount_decimal: decimal(),
  }),
  quantity: integer({ min: 0, max: 999_999_999 }),
  tax_rates: clearableList(text(), { max: 0 }),
  discounts: DISCOUNTS,
  ...unsupported("plan", "trial"),
};

/** The parameters of an element of `items`. */
export interface NewItem {
  readonly discounts?: readonly NewDiscount[];
  readonly metadata?: MetadataChange;
  readonly price?: string;
  readonly price_data?: PriceData;
  readonly quantity?: number;
  /** It was agreed on before, and is sold although its price may have been archived since. */
  readonly agreed?: true;
}

export interface ItemChange extends NewItem {
  readonly id?: string;
  readonly deleted?: boolean;
}

interface PriceData {
  readonly currency: string;
  readonly product: string;
  readonly recurring: {
    readonly interval: "day" | "month" | "week" | "year";
    readonly interval_count?: number;
  };
  readonly tax_behavior?: "exclusive" | "inclusive" | "unspecified";
  readonly unit_amount?: number;
  readonly unit_amount_decimal?: string;
}

export const NEW_ITEMS: Param<NewItem[]> = list(hash(ITEM), { max: MOST_ITEMS });
export const CHANGED_ITEMS: Param<ItemChange[]> = list(hash({ ...ITEM, id: text(), deleted: bool() }), {
  max: MOST_ITEMS,
});
