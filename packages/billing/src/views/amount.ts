import { InvalidArgumentError } from "../errors.js";

/**
 * Formats a Stripe amount for people: `formatAmount(4900, "usd")` is "$49.00", `formatAmount(500, "jpy", "ja")` is "￥500".
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
  const code = parseCurrency(currency);
  const [sign, whole, part] = parseAmount(amount);
  const minorDigits = countMinorDigits(code);
  // Moves the point: a division would round to 17 digits.
  const digits = whole.padStart(minorDigits + 1, "0");
  const point = digits.length - minorDigits;
  const fraction = (digits.slice(point) + part).replace(/0+$/, "");
  const shown = fraction === "" ? countShownDigits(code) : Math.max(minorDigits, fraction.length);
  const decimal = `${sign}${digits.slice(0, point)}.${fraction || "0"}` as Intl.StringNumericLiteral;
  return formatter(locale, code, shown).format(decimal);
}

/**
 * Currencies that Stripe counts without a minor unit, and by thousandths; all others have two digits. Texts, and not maps,
 * because browsers load them.
 *
 * @see https://docs.stripe.com/currencies#zero-decimal
 * @see https://docs.stripe.com/currencies#three-decimal
 */
const WITHOUT_DIGITS = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF";
const WITH_THREE_DIGITS = "BHD JOD KWD OMR TND";

/**
 * Currencies without a minor unit in use, which Stripe still counts in hundredths. Shown without decimals.
 *
 * @see https://docs.stripe.com/currencies#special-cases
 */
const WITHOUT_MINOR_UNIT = "ISK UGX";

function countMinorDigits(code: string): number {
  if (WITHOUT_DIGITS.includes(code)) return 0;
  return WITH_THREE_DIGITS.includes(code) ? 3 : 2;
}

function countShownDigits(code: string): number {
  return WITHOUT_MINOR_UNIT.includes(code) ? 0 : countMinorDigits(code);
}

/** The sign, the whole minor units, and what is behind the point. */
function parseAmount(amount: unknown): readonly [sign: string, whole: string, part: string] {
  const isNumber = typeof amount === "bigint" || Number.isSafeInteger(amount);
  const text = isNumber || typeof amount === "string" ? String(amount) : "";
  const [, minus = "", whole, part = ""] = /^(-?)(\d{1,50})(?:\.(\d{1,20}))?$/.exec(text) ?? [];
  if (whole === undefined) {
    throw new InvalidArgumentError(
      "amount must be a whole number, a bigint, or a decimal string of at most 50 and 20 digits.",
    );
  }
  return [/[1-9]/.test(text) ? minus : "", whole, part];
}

function parseCurrency(currency: unknown): string {
  if (typeof currency === "string" && /^[a-z]{3}$/i.test(currency)) return currency.toUpperCase();
  throw new InvalidArgumentError('currency must be an ISO 4217 code, such as "usd".');
}

function formatter(locale: unknown, currency: string, digits: number): Intl.NumberFormat {
  try {
    if (typeof locale === "string")
      return new Intl.NumberFormat(locale, {
        style: "currency",
        currency,
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new InvalidArgumentError('locale must be a language tag, such as "en-GB".');
}
