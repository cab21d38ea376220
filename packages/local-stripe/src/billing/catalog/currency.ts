import { Big } from "big.js";

/**
 * The number of decimal digits of each currency in Stripe's API. This is Stripe's own list: the runtime's data differ
 * (they give ISK and UGX none) and change between versions of Node.
 */
const DIGITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    [
      "bif",
      "clp",
      "djf",
      "gnf",
      "jpy",
      "kmf",
      "krw",
      "mga",
      "pyg",
      "rwf",
      "vnd",
      "vuv",
      "xaf",
      "xof",
      "xpf",
    ].map((currency) => [currency, 0]),
  ),
  ...Object.fromEntries(["bhd", "jod", "kwd", "omr", "tnd"].map((currency) => [currency, 3])),
};

/** The least amount Stripe charges a card, in minor units. Currencies that are not listed have none here. */
const LEAST_CHARGE: Readonly<Record<string, number>> = {
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
  usd: 50,
};

export function leastCharge(currency: string): number {
  return LEAST_CHARGE[currency] ?? 0;
}

/** An amount in minor units, which may be a decimal such as a unit price of "0.5" cents, as people read it. */
export function formatMoney(amount: number | string, currency: string, language = "en"): string {
  const digits = DIGITS[currency.toLowerCase()] ?? 2;
  const major = new Big(amount).div(new Big(10).pow(digits));
  const decimals = /\.(\d+)/.exec(major.toFixed())?.[1]?.length ?? 0;
  return moneyFormat(language, currency.toUpperCase(), digits, Math.max(digits, decimals)).format(
    major.toNumber(),
  );
}

/** Kept, because making one takes a hundred times as long as using it. */
const formats = new Map<string, Intl.NumberFormat>();

function moneyFormat(
  language: string,
  currency: string,
  minimumFractionDigits: number,
  maximumFractionDigits: number,
): Intl.NumberFormat {
  const key = `${language} ${currency} ${maximumFractionDigits}`;
  const kept = formats.get(key);
  if (kept !== undefined) return kept;
  const options = { style: "currency", currency, minimumFractionDigits, maximumFractionDigits } as const;
  const made = new Intl.NumberFormat(language, options);
  formats.set(key, made);
  return made;
}
