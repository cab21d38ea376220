import { Big } from "big.js";
import { formatMoney } from "../billing/catalog/currency.js";
import { isMetered } from "../billing/catalog/metered.js";
import type { PriceRecord } from "../store/records/catalog.js";
import type { PortalSessionRecord } from "../store/records/portal.js";
import type { SubscriptionItemRecord } from "../store/records/subscriptions.js";

/** Money, dates and periods in the language of a session. */
export interface Format {
  money(amount: number, currency: string): string;
  date(unixSeconds: number): string;
  /** "$20.00 per month", "€5.00 every 3 months", "$0.40 per unit, billed by usage every month". */
  price(price: PriceRecord, item: Pick<SubscriptionItemRecord, "quantity">): string;
  readonly language: string;
}

export function formatFor(session: Pick<PortalSessionRecord, "locale">): Format {
  const language = session.locale === null || session.locale === "auto" ? "en" : session.locale;
  const date = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
  return {
    language,
    money: (amount, currency) => formatMoney(amount, currency, language),
    date: (unixSeconds) => date.format(unixSeconds * 1000),
    price: (price, { quantity }) => {
      const amount = new Big(price.unit_amount_decimal ?? 0);
      const written = (money: Big) => formatMoney(money.toFixed(), price.currency, language);
      if (isMetered(price)) {
        const each = price.tiers === null ? `${written(amount)} per unit, billed` : "Billed";
        return `${each} by usage ${everyPeriod(price)}`;
      }
      if (price.tiers !== null) return `By quantity, ${every(price)}`;
      return `${written(amount.times(quantity ?? 1))} ${every(price)}`;
    },
  };
}

/** "per month", "every 3 months", "once". */
function every({ recurring }: PriceRecord): string {
  if (recurring === null) return "once";
  const { interval, interval_count: count } = recurring;
  return count === 1 ? `per ${interval}` : everyPeriod({ recurring });
}

/** "every month", "every 3 months"; nothing of what is paid once. */
function everyPeriod({ recurring }: Pick<PriceRecord, "recurring">): string {
  if (recurring === null) return "";
  const { interval, interval_count: count } = recurring;
  return count === 1 ? `every ${interval}` : `every ${count} ${interval}s`;
}
