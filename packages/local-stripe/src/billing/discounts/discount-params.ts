import { invalid } from "../../api-error.js";
import { clearableList, hash, type Param, text } from "../../declare/params.js";

const MOST = 20;

/** A discount that a request asks for: one to begin, or one that is there already. */
export interface NewDiscount {
  readonly coupon?: string;
  readonly discount?: string;
  readonly promotion_code?: string;
}

const ONE = hash({ coupon: text(), discount: text(), promotion_code: text() });

/** A list takes the place of all discounts that were there; a blank ends them. An empty list cannot be sent. */
export const DISCOUNTS: Param<NewDiscount[]> = clearableList(
  {
    read: (value, name) => {
      const discount = ONE.read(value, name);
      if (Object.keys(discount).length === 1) return discount;
      throw invalid(
        "You must specify exactly one of these parameters: coupon, discount, promotion_code.",
        name,
      );
    },
  },
  { max: MOST },
);
