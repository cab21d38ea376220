import { invalid } from "../api-error.js";
import { cost } from "../billing/catalog/exact-money.js";
import { isMetered } from "../billing/catalog/metered.js";
import { newId } from "../ids.js";
import type { AccountData } from "../store/account-data.js";
import type { PriceRecord } from "../store/records/catalog.js";
import type { CheckoutLineRecord, CheckoutSessionRecord } from "../store/records/checkout.js";
import type { Wire } from "../store/wire.js";

/** An element of `line_items`, as a request names it. */
export interface NewLine {
  readonly price?: string;
  readonly quantity?: number;
  readonly adjustable_quantity?: {
    readonly enabled: boolean;
    readonly minimum?: number;
    readonly maximum?: number;
  };
}

/** The things that are bought. In a trial they cost nothing today. */
export function newLines(
  account: AccountData,
  elements: readonly NewLine[],
  mode: "payment" | "subscription",
  isTrial: boolean,
): readonly CheckoutLineRecord[] {
  if (elements.length === 0) {
    throw invalid("Missing required param: line_items.", "line_items", "parameter_missing");
  }
  const lines = elements.map((element, at) => newLine(account, element, `line_items[${at}]`, isTrial));
  const prices = lines.map((line) => account.getFromPath("price", line.price));
  checkKinds(prices, mode);
  checkCurrencies(prices);
  return lines;
}

/** Renders a line with its whole price. */
export function renderLine(line: CheckoutLineRecord, account: AccountData): Wire {
  return { ...line, price: account.render("price", account.getFromPath("price", line.price)) };
}

export function sessionTotals(
  lines: readonly CheckoutLineRecord[],
): Pick<CheckoutSessionRecord, "amount_subtotal" | "amount_total" | "total_details"> {
  // A session in setup mode sells nothing.
  if (lines.length === 0) return { amount_subtotal: null, amount_total: null, total_details: null };
  const sum = (amount: (line: CheckoutLineRecord) => number): number =>
    lines.reduce((total, line) => total + amount(line), 0);
  return {
    amount_subtotal: sum((line) => line.amount_subtotal),
    amount_total: sum((line) => line.amount_total),
    total_details: {
      amount_discount: sum((line) => line.amount_discount),
      amount_shipping: 0,
      amount_tax: sum((line) => line.amount_tax),
    },
  };
}

function newLine(account: AccountData, element: NewLine, name: string, isTrial: boolean): CheckoutLineRecord {
  const price = priceFor(account, element, name);
  const hasUsage = isMetered(price);
  if (hasUsage && element.quantity !== undefined) {
    throw invalid("You cannot set `quantity` for a metered price.", `${name}[quantity]`);
  }
  if (!hasUsage && element.quantity === undefined) {
    throw invalid(`Missing required param: ${name}[quantity].`, `${name}[quantity]`, "parameter_missing");
  }
  const amount = hasUsage || isTrial ? 0 : cost(price, element.quantity);
  return {
    id: newId("li"),
    object: "item",
    adjustable_quantity: adjustable(element, hasUsage, name),
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: price.currency,
    description: account.getFromPath("product", price.product).name,
    metadata: null,
    price: price.id,
    quantity: element.quantity ?? null,
  };
}

/** Stripe's bounds, where a request leaves them out. */
const [LEAST, MOST] = [0, 99];

function adjustable(
  { adjustable_quantity: asked, quantity = 1 }: NewLine,
  hasUsage: boolean,
  name: string,
): CheckoutLineRecord["adjustable_quantity"] {
  if (!asked?.enabled) return null;
  if (hasUsage) {
    throw invalid(
      "You cannot set `adjustable_quantity` for a metered price.",
      `${name}[adjustable_quantity]`,
    );
  }
  const { minimum = LEAST, maximum = MOST } = asked;
  if (quantity < minimum || quantity > maximum) {
    throw invalid(
      `The quantity must be between the minimum ${minimum} and the maximum ${maximum} of \`adjustable_quantity\`.`,
      `${name}[quantity]`,
    );
  }
  return { enabled: true, minimum, maximum };
}

function priceFor(account: AccountData, element: NewLine, name: string): PriceRecord {
  if (element.price === undefined) {
    throw invalid(`Missing required param: ${name}[price].`, `${name}[price]`, "parameter_missing");
  }
  const price = account.getFromParam("price", element.price, `${name}[price]`);
  if (!price.active) {
    throw invalid(
      "The price specified is inactive. This field only accepts active prices.",
      `${name}[price]`,
    );
  }
  if (account.getFromPath("product", price.product).active) return price;
  throw invalid(
    `The price specified is linked to an inactive product (${price.product}).`,
    `${name}[price]`,
    "product_inactive",
  );
}

function checkKinds(prices: readonly PriceRecord[], mode: "payment" | "subscription"): void {
  if (mode === "payment" && prices.some(({ recurring }) => recurring !== null)) {
    throw invalid(
      "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.",
    );
  }
  if (mode === "subscription" && prices.every(({ recurring }) => recurring === null)) {
    throw invalid("You must provide at least one recurring price in `subscription` mode when using prices.");
  }
}

function checkCurrencies(prices: readonly PriceRecord[]): void {
  const [first] = prices;
  const other = prices.find(({ currency }) => currency !== first?.currency);
  if (first === undefined || other === undefined) return;
  throw invalid(
    `The price specified only supports \`${other.currency}\`. This doesn't match the expected currency: \`${first.currency}\`.`,
    "line_items",
  );
}
