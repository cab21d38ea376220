import type { AccountData } from "../../store/account-data.js";
import type { DiscountRecord } from "../../store/records/discounts.js";
import type { InvoiceLineRecord } from "../../store/records/invoices.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { percentOf, prorate } from "../catalog/exact-money.js";

/** The lines of an invoice after their discounts. */
export interface Discounted {
  readonly lines: readonly InvoiceLineRecord[];
  /** The amount of each discount: those of items first, then the subscription's own. */
  readonly amounts: readonly { readonly amount: number; readonly discount: string }[];
}

type Holder = Pick<SubscriptionRecord, "discounts" | "items">;

/** Applies the current discounts one after the other: an item's to its own lines, the subscription's to all lines. */
export function discounted(
  account: AccountData,
  holder: Holder,
  lines: readonly InvoiceLineRecord[],
  counts: (discount: DiscountRecord) => boolean,
): Discounted {
  const amounts: { amount: number; discount: string }[] = [];
  let after = lines;
  const take = (id: string, isItsOwn: (line: InvoiceLineRecord) => boolean): void => {
    const discount = account.of("discount").get(id);
    if (discount === undefined || !counts(discount)) return;
    const off = amountsOff(discount, after, isItsOwn);
    after = after.map((line, at) => withAmount(line, id, off[at]));
    amounts.push({ amount: off.reduce<number>((sum, one) => sum + (one ?? 0), 0), discount: id });
  };
  for (const item of holder.items)
    for (const id of item.discounts) take(id, (line) => billedItem(line) === item.id);
  for (const id of holder.discounts) take(id, () => true);
  return { lines: after, amounts };
}

/** The amount of a line less its discounts. */
export function discountedAmount({ amount, discount_amounts: off }: InvoiceLineRecord): number {
  return amount - (off ?? []).reduce((sum, one) => sum + one.amount, 0);
}

export function billedItem(line: InvoiceLineRecord): string | undefined {
  return line.parent?.subscription_item_details?.subscription_item;
}

/** The amount a discount takes off each line; `undefined` where it does not apply. Fixed amounts are spread. */
function amountsOff(
  { terms: { amountOff, percentOff } }: DiscountRecord,
  lines: readonly InvoiceLineRecord[],
  isItsOwn: (line: InvoiceLineRecord) => boolean,
): readonly (number | undefined)[] {
  const applies = (line: InvoiceLineRecord) => line.discountable && isItsOwn(line);
  if (percentOff !== null) {
    return lines.map((line) => (applies(line) ? percentOf(discountedAmount(line), percentOff) : undefined));
  }
  const left = lines.map((line) => (applies(line) ? Math.max(0, discountedAmount(line)) : 0));
  const total = left.reduce((sum, one) => sum + one, 0);
  let unspent = Math.min(amountOff ?? 0, total);
  let unshared = total;
  return lines.map((line, at) => {
    if (!applies(line)) return undefined;
    // Takes a share of the rest, so that the parts add up to the whole.
    const part = unshared === 0 ? 0 : prorate(unspent, { part: left[at] ?? 0, whole: unshared });
    unspent -= part;
    unshared -= left[at] ?? 0;
    return part;
  });
}

function withAmount(
  line: InvoiceLineRecord,
  discount: string,
  amount: number | undefined,
): InvoiceLineRecord {
  if (amount === undefined) return line;
  return { ...line, discount_amounts: [...(line.discount_amounts ?? []), { amount, discount }] };
}
