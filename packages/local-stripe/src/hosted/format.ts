import type { PortalSessionRecord, PriceRecord, SubscriptionItemRecord } from "../store/records.js";

/** Money, dates and periods in the language of a session. */
export interface Format {
  money(amount: number, currency: string): string;
  date(unixSeconds: number): string;
  /** "$20.00 per month", "€5.00 every 3 months". */
  price(price: PriceRecord, item: Pick<SubscriptionItemRecord, "quantity">): string;
  readonly language: string;
}

export function formatFor(session: Pick<PortalSessionRecord, "locale">): Format {
  const language = session.locale === null || session.locale === "auto" ? "en" : session.locale;
  const date = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
  const money = (amount: number, currency: string): string => {
    const format = new Intl.NumberFormat(language, { style: "currency", currency: currency.toUpperCase() });
    // Stripe counts in the currency's smallest coin, and how many of those make one is the currency's own.
    return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  };
  return {
    language,
    money,
    date: (unixSeconds) => date.format(unixSeconds * 1000),
    price: (price, { quantity }) => {
      const each = Number(price.unit_amount_decimal ?? 0);
      const amount = money(each * (quantity ?? 1), price.currency);
      return `${amount} ${every(price)}`;
    },
  };
}

function every({ recurring }: PriceRecord): string {
  if (recurring === null) return "once";
  const { interval, interval_count: count } = recurring;
  return count === 1 ? `per ${interval}` : `every ${count} ${interval}s`;
}
