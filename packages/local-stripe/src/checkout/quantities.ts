import { cost } from "../billing/catalog/exact-money.js";
import { readTrialEnd } from "../billing/subscriptions/subscription-fields.js";
import type { Transaction } from "../store/account-data.js";
import type { CheckoutLineRecord, CheckoutSessionRecord } from "../store/records/checkout.js";
import { taxedLines } from "./automatic-tax.js";
import { sessionTotals } from "./line-items.js";
import { discounted } from "./session-discounts.js";

/**
 * Gives an adjustable line the quantity that a customer chose; 0 takes the line away. Returns `undefined` for a quantity
 * that the session does not allow.
 */
export function setQuantity(
  tx: Transaction,
  session: CheckoutSessionRecord,
  lineId: string,
  quantity: number,
): CheckoutSessionRecord | undefined {
  const line = session.lines.find(({ id }) => id === lineId);
  if (line === undefined || !isAllowed(session, line, quantity)) return undefined;
  const { account } = tx;
  const isTrial = readTrialEnd(session.subscriptionData, session.created) !== null;
  const price = account.getFromPath("price", line.price);
  const amount = isTrial ? 0 : cost(price, quantity);
  const changed = { ...line, quantity, amount_subtotal: amount, amount_total: amount };
  const left = session.lines.flatMap((one) => (one !== line ? one : quantity === 0 ? [] : changed));
  const untaxed = discounted(account, left, session.discounts ?? []);
  const customer = account.getFromPath("customer", String(session.customer));
  const isTaxed = session.automatic_tax.status === "complete";
  const lines = isTaxed ? taxedLines(account, customer, untaxed) : untaxed;
  return tx.change("checkout.session", session.id, { lines, ...sessionTotals(lines) });
}

/** The bounds of a line's quantity. The only line stays. */
export function boundsOf(
  session: CheckoutSessionRecord,
  { adjustable_quantity: bounds }: CheckoutLineRecord,
): { readonly least: number; readonly most: number } | undefined {
  if (!bounds?.enabled) return undefined;
  const least = session.lines.length === 1 ? Math.max(1, bounds.minimum ?? 0) : (bounds.minimum ?? 0);
  return { least, most: bounds.maximum ?? 99 };
}

function isAllowed(session: CheckoutSessionRecord, line: CheckoutLineRecord, quantity: number): boolean {
  const bounds = boundsOf(session, line);
  return bounds !== undefined && quantity >= bounds.least && quantity <= bounds.most;
}
