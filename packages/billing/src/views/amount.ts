import { InvalidArgumentError } from "../errors.js";

/**
 * Formats a Stripe amount for display: `formatAmount(4900, "usd")` is "$49.00", `formatAmount(500, "jpy", "ja")` is
 * "￥500".
 *
 * The amount is in the minor unit as Stripe counts it, which can differ from ISO 4217: yen have none, a dinar has a thousand
 * fils, and a króna a hundred parts. A decimal string, such as `price.unitAmountDecimal`, may hold fractions of a minor unit,
 * and a bigint any size. Rounds nothing: shows as many digits as the amount has. The digits follow Stripe's rules rather than
 * the runtime's data, which changed within Node 20.
 *
 * @param locale an IETF language tag. Default: `"en"`, wherever the process runs.
 * @throws InvalidArgumentError for a number that is not a safe integer, and for what is no amount, currency or locale.
 * @see https://docs.stripe.com/currencies#special-cases
 */
export function formatAmount(amount: number | bigint | string, currency: string, locale = "en"): string {
  const isNumber = typeof amount === "bigint" || Number.isSafeInteger(amount);
  const text = isNumber || typeof amount === "string" ? String(amount) : "";
  const [minorUnits, part = ""] = /^-?\d{1,50}(?:\.(\d{1,17}))?$/.exec(text) ?? [];
  if (minorUnits === undefined) {
    throw new InvalidArgumentError(
      "amount must be a safe integer, a bigint or a decimal string, at most 50 digits and 17 decimals.",
    );
  }
  if (typeof currency !== "string" || !/^[a-z]{3}$/i.test(currency))
    throw new InvalidArgumentError('currency must be an ISO 4217 code, such as "usd".');
  const minorDigits = WITHOUT_DIGITS.test(currency) ? 0 : WITH_THREE_DIGITS.test(currency) ? 3 : 2;
  try {
    if (typeof locale === "string")
      return new Intl.NumberFormat(locale, {
        style: "currency",
        currency,
        minimumFractionDigits: minorDigits,
        maximumFractionDigits: minorDigits + part.length,
        trailingZeroDisplay: WITHOUT_MINOR_UNIT.test(currency) ? "stripIfInteger" : "auto",
        // Writes no minus before zero.
        signDisplay: "negative",
        // The exponent moves the point: a division would round to 17 digits.
      }).format(`${minorUnits}e-${minorDigits}` as Intl.StringNumericLiteral);
  } catch {
    // Falls through: everything but the locale was checked above.
  }
  throw new InvalidArgumentError('locale must be a language tag, such as "en-GB".');
}

/**
 * Currencies that Stripe counts without a minor unit, and by thousandths; all others have two digits. Patterns, and not
 * maps, because browsers load them.
 *
 * @see https://docs.stripe.com/currencies#zero-decimal
 * @see https://docs.stripe.com/currencies#three-decimal
 */
const WITHOUT_DIGITS = /BIF|CLP|DJF|GNF|JPY|KMF|KRW|MGA|PYG|RWF|VND|VUV|XAF|XOF|XPF/i;
const WITH_THREE_DIGITS = /BHD|JOD|KWD|OMR|TND/i;

/**
 * Currencies without a minor unit in use, which Stripe still counts in hundredths. Shown without decimals.
 *
 * @see https://docs.stripe.com/currencies#special-cases
 */
const WITHOUT_MINOR_UNIT = /ISK|UGX/i;
