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
  const minorDigits = countMinorDigits(code);
  const { sign, whole, fraction } = shift(parseAmount(amount), minorDigits);
  const style = { style: "currency", currency: code } as const;
  const digits = fraction === "" ? countShownDigits(code) : Math.max(minorDigits, fraction.length);
  // A decimal string is formatted digit by digit; as a number it would be rounded to 17 of them.
  const decimal = `${sign}${whole}.${fraction || "0"}` as Intl.StringNumericLiteral;
  return formatter(locale, { ...style, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    decimal,
  );
}

/**
 * The number of decimal places per currency, as Stripe counts them; a currency that is not listed has two.
 *
 * @see https://docs.stripe.com/currencies#zero-decimal
 * @see https://docs.stripe.com/currencies#three-decimal
 */
const MINOR_DIGITS: ReadonlyMap<string, number> = new Map([
  ..."BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
    .split(" ")
    .map((code) => [code, 0] as const),
  ..."BHD JOD KWD OMR TND".split(" ").map((code) => [code, 3] as const),
]);

/**
 * Currencies without a minor unit in use, which Stripe still counts in hundredths. Shown without decimals.
 *
 * @see https://docs.stripe.com/currencies#special-cases
 */
const WITHOUT_MINOR_UNIT = new Set(["ISK", "UGX"]);

function countMinorDigits(code: string): number {
  return MINOR_DIGITS.get(code) ?? 2;
}

function countShownDigits(code: string): number {
  return WITHOUT_MINOR_UNIT.has(code) ? 0 : countMinorDigits(code);
}

interface Decimal {
  readonly sign: "" | "-";
  readonly whole: string;
  /** Without zeros at its end. */
  readonly fraction: string;
}

/** Divides by a power of ten by moving the decimal point. */
function shift({ sign, whole, fraction }: Decimal, digits: number): Decimal {
  const padded = whole.padStart(digits + 1, "0");
  const point = padded.length - digits;
  return {
    sign,
    whole: padded.slice(0, point),
    fraction: `${padded.slice(point)}${fraction}`.replace(/0+$/, ""),
  };
}

function parseAmount(amount: unknown): Decimal {
  if (typeof amount === "number" && !Number.isSafeInteger(amount)) {
    throw new InvalidArgumentError(
      "amount must be a whole number of minor units; give a decimal string or a bigint for anything else.",
    );
  }
  const text = typeof amount === "number" || typeof amount === "bigint" ? String(amount) : amount;
  const [, minus, whole, fraction = ""] =
    typeof text === "string" ? (/^(-?)(\d{1,50})(?:\.(\d{1,20}))?$/.exec(text) ?? []) : [];
  if (whole === undefined) {
    throw new InvalidArgumentError(
      "amount must be a whole number, a bigint, or a decimal string of at most 50 digits before the point and 20 after.",
    );
  }
  const isZero = /^0*$/.test(whole + fraction);
  return { sign: minus === "-" && !isZero ? "-" : "", whole, fraction };
}

function parseCurrency(currency: unknown): string {
  if (typeof currency === "string" && /^[a-z]{3}$/i.test(currency)) return currency.toUpperCase();
  throw new InvalidArgumentError('currency must be an ISO 4217 code, such as "usd".');
}

function formatter(locale: unknown, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  try {
    if (typeof locale === "string") return new Intl.NumberFormat(locale, options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new InvalidArgumentError('locale must be an IETF language tag, such as "en-GB".');
}
