import type { AccountData } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";

type Sold = Pick<SubscriptionRecord, "billing_mode" | "items" | "status">;

/**
 * Whether a change makes a free subscription one that is paid for. In classic billing that begins the cycle anew and is
 * billed at once; flexible billing never moves the anchor by itself.
 */
export function turnsPaid(account: AccountData, before: Sold, after: Sold): boolean {
  const isClassic = before.billing_mode.type === "classic";
  return isClassic && before.status === "active" && isFree(account, before) && !isFree(account, after);
}

function isFree(account: AccountData, { items }: Pick<Sold, "items">): boolean {
  return items.every(
    ({ price }) => Number(account.getFromPath("price", price).unit_amount_decimal ?? 0) === 0,
  );
}
