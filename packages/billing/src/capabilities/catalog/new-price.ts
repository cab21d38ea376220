import type Stripe from "stripe";
import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { onFirstUse, text } from "../../input.js";
import type { Price, Recurrence } from "../../views/price.js";

/** The terms of a price. None of them can be changed later; see `replacePrice`. */
export interface NewPrice extends NewAmount {
  /** ISO 4217, such as `"usd"`. */
  readonly currency: string;
  /** Default: the price is paid once. */
  readonly recurring?: NewRecurrence | undefined;
  /** Default: decided by the account's tax settings. */
  readonly taxBehavior?: Price["taxBehavior"] | undefined;
}

/** The amount; give exactly one of the two. */
export interface NewAmount {
  /** The amount for one unit, in the currency's minor unit; 0 is free. */
  readonly unitAmount?: number | undefined;
  /** The amount with up to 12 decimal places, as a string: `"0.05"` is a twentieth of a cent. */
  readonly unitAmountDecimal?: string | undefined;
}

export interface NewRecurrence {
  readonly interval: Recurrence["interval"];
  /** The number of intervals between payments; three years at most. Default: 1. */
  readonly intervalCount?: number | undefined;
}

const AMOUNT = "unitAmount must be a whole number of minor units, 0 or more.";

interface NewPriceFields {
  readonly unitAmount: z.ZodMiniOptional<z.ZodMiniNumberFormat>;
  readonly unitAmountDecimal: z.ZodMiniOptional<z.ZodMiniString>;
  readonly currency: z.ZodMiniString;
  readonly recurring: z.ZodMiniType<CheckedRecurrence | undefined>;
  readonly taxBehavior: z.ZodMiniType<Price["taxBehavior"] | undefined>;
}

const INTERVALS = ["day", "week", "month", "year"] as const;
const COUNT = "recurring.intervalCount must be a whole number from 1 to 1095.";

/** For {@link NewPrice}. */
export const newPriceFields: () => NewPriceFields = onFirstUse(() => ({
  unitAmount: z.optional(z.int(AMOUNT).check(z.gte(0, AMOUNT))),
  unitAmountDecimal: z.optional(
    text(
      'unitAmountDecimal must be a decimal number of minor units with up to 12 places, such as "0.05".',
      /^\d{1,12}(?:\.\d{1,12})?$/,
    ),
  ),
  currency: text('currency must be an ISO 4217 code, such as "usd".', /^[A-Za-z]{3}$/),
  recurring: z.optional(
    z.strictObject(
      {
        interval: z.enum(INTERVALS, `recurring.interval must be one of ${INTERVALS.join(", ")}.`),
        intervalCount: z.optional(z.int(COUNT).check(z.gte(1, COUNT), z.lte(1095, COUNT))),
      },
      "recurring must be an object.",
    ),
  ),
  taxBehavior: z.optional(
    z.enum(
      ["inclusive", "exclusive", "unspecified"],
      'taxBehavior must be "inclusive", "exclusive" or "unspecified".',
    ),
  ),
}));

interface CheckedRecurrence {
  readonly interval: Recurrence["interval"];
  readonly intervalCount?: number | undefined;
}

interface CheckedAmount {
  readonly unitAmount?: number | undefined;
  readonly unitAmountDecimal?: string | undefined;
}

interface CheckedPrice extends CheckedAmount {
  readonly currency: string;
  readonly recurring?: CheckedRecurrence | undefined;
  readonly taxBehavior?: Price["taxBehavior"] | undefined;
}

type PriceParams = Pick<
  Stripe.ProductCreateParams.DefaultPriceData,
  "currency" | "recurring" | "tax_behavior"
> &
  AmountParams;

interface AmountParams {
  readonly unit_amount?: number;
  readonly unit_amount_decimal?: string;
}

/** @throws InvalidArgumentError unless there is exactly one amount. */
export function toPriceParams(price: CheckedPrice): PriceParams {
  const { currency, recurring, taxBehavior } = price;
  return {
    currency: currency.toLowerCase(),
    ...toAmountParams(price),
    ...(recurring && {
      recurring: {
        interval: recurring.interval,
        ...(recurring.intervalCount !== undefined && { interval_count: recurring.intervalCount }),
      },
    }),
    ...(taxBehavior && { tax_behavior: taxBehavior }),
  };
}

/** @throws InvalidArgumentError unless there is exactly one amount. */
export function toAmountParams({ unitAmount, unitAmountDecimal }: CheckedAmount): AmountParams {
  if ((unitAmount === undefined) === (unitAmountDecimal === undefined)) {
    throw new InvalidArgumentError("Give exactly one of unitAmount and unitAmountDecimal.");
  }
  return {
    ...(unitAmount !== undefined && { unit_amount: unitAmount }),
    ...(unitAmountDecimal !== undefined && { unit_amount_decimal: unitAmountDecimal }),
  };
}
