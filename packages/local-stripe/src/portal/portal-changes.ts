import { ApiError, invalid } from "../api-error.js";
import { isMetered } from "../billing/catalog/metered.js";
import type { NewDiscount } from "../billing/discounts/discount-params.js";
import { isRunning } from "../billing/discounts/redemption.js";
import { changeSubscription, type SubscriptionChange } from "../billing/subscriptions/change-subscription.js";
import { previewInvoice } from "../billing/upcoming/preview.js";
import type { AccountData, Transaction } from "../store/account-data.js";
import type { PriceRecord } from "../store/records/catalog.js";
import type { InvoiceRecord } from "../store/records/invoices.js";
import type { SubscriptionItemRecord, SubscriptionRecord } from "../store/records/subscriptions.js";
import type { Features } from "./portal-features.js";
import { futureChange, type PortalChoice } from "./portal-schedule.js";

type UpdateFeature = Features["subscription_update"];

/** A price that a customer may change to, and how many of it where that is theirs to choose. */
export interface PortalOffer {
  readonly price: PriceRecord;
  readonly quantity: { readonly minimum: number; readonly maximum: number | null } | undefined;
}

/**
 * The reason why a portal lets customers only cancel this subscription; `undefined` if they may change it.
 * See https://docs.stripe.com/customer-management#customer-portal-limitations
 */
export function whyFixed(account: AccountData, subscription: SubscriptionRecord): string | undefined {
  const { id, items } = subscription;
  if (items.length > 1) return `The subscription ${id} has several items.`;
  if (subscription.collection_method === "send_invoice") return `The subscription ${id} is paid by invoice.`;
  if (items.some(({ price }) => isMetered(account.getFromPath("price", price)))) {
    return `The subscription ${id} is metered.`;
  }
  if (futureChange(account, subscription) !== undefined)
    return `A change of the subscription ${id} is scheduled.`;
  const { status } = subscription;
  return status === "active" || status === "trialing" || status === "past_due"
    ? undefined
    : `The subscription ${id} is ${status}.`;
}

/** The prices that the configuration offers a subscription: for sale, in its currency, with its tax behavior. */
export function offersFor(
  account: AccountData,
  feature: UpdateFeature,
  subscription: SubscriptionRecord,
): readonly PortalOffer[] {
  const [item] = subscription.items;
  if (!feature.enabled || item === undefined || whyFixed(account, subscription) !== undefined) return [];
  const current = account.getFromPath("price", item.price);
  const allowed = (kind: "price" | "quantity"): boolean => feature.default_allowed_updates.includes(kind);
  const offers = (feature.products ?? []).flatMap(({ adjustable_quantity: adjustable, prices }) =>
    prices.flatMap((id): PortalOffer[] => {
      const price = account.of("price").get(id);
      if (price === undefined || !isForSale(account, price, current)) return [];
      const { minimum, maximum } = adjustable;
      const isAdjustable = allowed("quantity") && adjustable.enabled;
      return [{ price, quantity: isAdjustable ? { minimum, maximum } : undefined }];
    }),
  );
  const mine = offers.filter(({ price }) => allowed("price") || price.id === current.id);
  return mine.some(({ price, quantity }) => price.id !== current.id || quantity !== undefined) ? mine : [];
}

function isForSale(account: AccountData, price: PriceRecord, current: PriceRecord): boolean {
  return (
    price.active &&
    price.currency === current.currency &&
    price.tax_behavior === current.tax_behavior &&
    account.of("product").get(price.product)?.active === true
  );
}

/** The offer that a customer has chosen. Refuses what is not offered, and what is no change. */
export function readChoice(
  offers: readonly PortalOffer[],
  item: SubscriptionItemRecord,
  chosen: { readonly price: string | null; readonly quantity: string | null },
): PortalChoice {
  const offer = offers.find(({ price }) => price.id === (chosen.price ?? item.price));
  if (offer === undefined) throw invalid("Choose one of the plans.", "price");
  const quantity = readQuantity(offer, item, chosen.quantity);
  if (offer.price.id === item.price && quantity === item.quantity) {
    throw invalid("This is what you have already. Choose something else to change to.", "price");
  }
  return { price: offer.price, quantity };
}

function readQuantity(
  offer: PortalOffer,
  item: SubscriptionItemRecord,
  chosen: string | null,
): number | undefined {
  if (offer.quantity === undefined || chosen === null) return item.quantity;
  const { minimum, maximum } = offer.quantity;
  const quantity = /^\d{1,9}$/.test(chosen) ? Number(chosen) : Number.NaN;
  if (quantity >= Math.max(1, minimum) && quantity <= (maximum ?? Number.MAX_SAFE_INTEGER)) return quantity;
  const most = maximum === null ? "" : ` and at most ${maximum}`;
  throw invalid(`Enter a whole number, at least ${Math.max(1, minimum)}${most}.`, "quantity");
}

/** The request that makes a change as the configuration says. `at` is the moment from which it is prorated. */
export function changeRequest(
  account: AccountData,
  feature: UpdateFeature,
  subscription: SubscriptionRecord,
  { price, quantity, discounts = [] }: PortalChoice,
  at: number,
): SubscriptionChange {
  const [item] = subscription.items;
  const endsTrial = subscription.status === "trialing" && feature.trial_update_behavior === "end_trial";
  return {
    items: [{ ...(item && { id: item.id }), price: price.id, ...(quantity !== undefined && { quantity }) }],
    ...(discounts.length > 0 && {
      discounts: [...runningDiscounts(account, subscription, at), ...discounts],
    }),
    // A failed payment changes nothing, and the customer can try again.
    payment_behavior: "error_if_incomplete",
    proration_behavior: PRORATIONS[feature.proration_behavior] ?? "none",
    ...(endsTrial ? { trial_end: "now" } : { proration_date: at }),
    ...(feature.billing_cycle_anchor === "now" && !endsTrial && { billing_cycle_anchor: "now" }),
  };
}

/** The discounts of a subscription that still count, as a request names them to keep them. */
export function runningDiscounts(
  account: AccountData,
  { discounts }: SubscriptionRecord,
  now: number,
): readonly NewDiscount[] {
  return discounts.filter((id) => isRunning(account, id, now)).map((discount) => ({ discount }));
}

const PRORATIONS: Readonly<Record<string, "always_invoice" | "create_prorations">> = {
  always_invoice: "always_invoice",
  create_prorations: "create_prorations",
};

export interface Quote {
  /** The invoice that is charged when the change is made. */
  readonly now: InvoiceRecord | undefined;
  /** The one after it. */
  readonly next: InvoiceRecord | undefined;
  readonly after: SubscriptionRecord;
}

/** Quotes the cost of a change. */
export function quoteChange(tx: Transaction, id: string, change: SubscriptionChange): Quote {
  return quote(tx, id, (dry) =>
    // A quote shows the amounts, whether or not the payment would succeed.
    changeSubscription(dry, id, { ...change, payment_behavior: "default_incomplete" }),
  );
}

/** Quotes the cost of any write to a subscription by a dry run. */
export function quote(tx: Transaction, id: string, write: (tx: Transaction) => SubscriptionRecord): Quote {
  return tx.dryRun((dry) => {
    const { account } = dry;
    const before = account.getFromPath("subscription", id);
    const after = write(dry);
    const isBilledNow = after.latest_invoice !== before.latest_invoice && after.latest_invoice !== null;
    return {
      now: isBilledNow ? account.getFromPath("invoice", after.latest_invoice ?? "") : undefined,
      next: upcoming(dry, id),
      after,
    };
  });
}

function upcoming(tx: Transaction, subscription: string): InvoiceRecord | undefined {
  try {
    return previewInvoice(tx, { subscription });
  } catch (error) {
    if (error instanceof ApiError && error.details.code === "invoice_upcoming_none") return undefined;
    throw error;
  }
}
