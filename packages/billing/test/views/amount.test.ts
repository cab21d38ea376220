import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount } from "../../src/views/amount.js";

describe("formatAmount", () => {
  it.each([
    [4900, "usd", "en", "$49.00"],
    [4900, "USD", "en", "$49.00"],
    [4905, "eur", "de-DE", "49,05 €"],
    [500, "jpy", "en", "¥500"],
    [0, "usd", "en", "$0.00"],
    [-1, "usd", "en", "-$0.01"],
    [5120, "kwd", "en", "KWD 5.120"],
    [5000, "kwd", "en", "KWD 5.000"],
    [7, "bhd", "en", "BHD 0.007"],
    [500, "isk", "en", "ISK 5"],
    [550, "isk", "en", "ISK 5.50"],
    [500, "ugx", "en", "UGX 5"],
    [500, "mga", "en", "MGA 500"],
    [1050, "huf", "en", "HUF 10.50"],
    [100_000, "huf", "en", "HUF 1,000.00"],
    [100_000, "idr", "en", "IDR 1,000.00"],
    [100_000, "twd", "en", "NT$1,000.00"],
    [500, "clp", "en", "CLP 500"],
    ["0.05", "usd", "en", "$0.0005"],
    ["-0", "usd", "en", "$0.00"],
    ["1250.5", "jpy", "en", "¥1,250.5"],
    ["12.50", "usd", "en", "$0.125"],
    [Number.MAX_SAFE_INTEGER, "usd", "en", "$90,071,992,547,409.91"],
    [`${"9".repeat(9)}.${"0".repeat(16)}1`, "kwd", "en", `KWD 999,999.999${"0".repeat(16)}1`],
    [123456789012345678901234567890n, "usd", "en", "$1,234,567,890,123,456,789,012,345,678.90"],
  ])("writes %s %s in %s as %s", (amount, currency, locale, text) => {
    expect(formatAmount(amount, currency, locale).replaceAll(/\s/g, " ")).toBe(text);
  });

  it("writes in English unless told otherwise", () => {
    expect(formatAmount(123456, "eur")).toBe("€1,234.56");
  });

  it("counts every currency that there is as Stripe does", () => {
    for (const currency of Intl.supportedValuesOf("currency")) {
      const [shown] = /\d[\d.,]*/.exec(formatAmount(1_234_567, currency)) ?? [];
      const expected = STRIPES_DIGITS[currency] ?? "12,345.67";
      expect(`${currency} ${shown}`).toBe(`${currency} ${expected}`);
    }
  });

  it("loses no digit of any amount", () => {
    const amounts = fc.tuple(
      fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
      fc.stringMatching(/^\d{0,12}$/),
      fc.constantFrom("usd", "jpy", "kwd", "isk", "ugx", "huf", "xof"),
    );
    fc.assert(
      fc.property(amounts, ([whole, fraction, currency]) => {
        const amount = fraction === "" ? String(whole) : `${whole}.${fraction}`;
        const minorPerMajor = currency === "kwd" ? 3 : ["jpy", "xof"].includes(currency) ? 0 : 2;
        const shown = formatAmount(amount, currency).replaceAll(/[^\d.-]/g, "");
        expect(scaled(shown, 30)).toBe(scaled(amount, 30 - minorPerMajor));
      }),
    );
  });

  it("writes a number, a bigint and a string of the same amount alike", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom("usd", "jpy", "tnd"), (amount, currency) => {
        const text = formatAmount(amount, currency);
        expect(formatAmount(BigInt(amount), currency)).toBe(text);
        expect(formatAmount(String(amount), currency)).toBe(text);
      }),
    );
  });

  it.each([
    ["amount", 1.5, "usd", "en"],
    ["amount", Number.NaN, "usd", "en"],
    ["amount", 2 ** 53, "usd", "en"],
    ["amount", "1e3", "usd", "en"],
    ["amount", "1,000", "usd", "en"],
    ["amount", "", "usd", "en"],
    ["amount", ".5", "usd", "en"],
    ["amount", " 5", "usd", "en"],
    ["amount", "9".repeat(51), "usd", "en"],
    ["amount", `0.${"0".repeat(17)}1`, "usd", "en"],
    ["amount", null, "usd", "en"],
    ["amount", ["5"], "usd", "en"],
    ["currency", 5, "us", "en"],
    ["currency", 5, "usdc", "en"],
    ["currency", 5, "usd\n", "en"],
    ["currency", 5, "$usd", "en"],
    ["currency", 5, null, "en"],
    ["currency", 5, ["usd"], "en"],
    ["locale", 5, "usd", "not a locale"],
    ["locale", 5, "usd", 7],
    ["locale", 5, "usd", null],
  ])("names the %s in refusing %s %s in %s", (mistaken, amount, currency, locale) => {
    expect(() => formatAmount(amount as never, currency as never, locale as never)).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        message: expect.stringContaining(`${mistaken} must be`),
      }),
    );
  });
});

/** https://docs.stripe.com/currencies: 1,234,567 of what Stripe does not count by hundreds. */
const STRIPES_DIGITS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
      .split(" ")
      .map((currency) => [currency, "1,234,567"]),
  ),
  ...Object.fromEntries("BHD JOD KWD OMR TND".split(" ").map((currency) => [currency, "1,234.567"])),
};

/** A decimal as an integer of `10 ** -digits`; exact as long as it has no more digits than that. */
function scaled(decimal: string, digits: number): bigint {
  const [whole = "", fraction = ""] = decimal.split(".");
  const sign = whole.startsWith("-") ? -1n : 1n;
  return sign * BigInt(whole.replace("-", "") + fraction.padEnd(digits, "0"));
}
