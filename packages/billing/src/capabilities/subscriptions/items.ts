/**
 * Changes of a subscription's items.
 *
 * Stripe takes an element without an item's id as a further item, billed beside the others, and resets the quantity to 1
 * with every new price. So callers name what they mean, this file looks up the ids, and the quantity is always sent.
 */
import type Stripe from "stripe";
import * as z from "zod/mini";
import { ConflictError, InvalidArgumentError } from "../../errors.js";
import { boundedList, onFirstUse } from "../../input.js";
import { priceIdSchema, quantitySchema } from "../../selling/line-items.js";
import { assertNoMeteredQuantity } from "../../selling/prove-prices.js";
import { isObjectId } from "../../stripe/object-id.js";
import { notFound } from "../../stripe/translate-error.js";

/** A change of one item. Items that are not named stay as they are. */
export type SubscriptionItemChange = ChangedItem | AddedItem | RemovedItem;

export interface ChangedItem {
  readonly change: ItemReference;
  /** Default: its present price. */
  readonly priceId?: string | undefined;
  /** Default: its present quantity, also with a new price. */
  readonly quantity?: number | undefined;
}

export interface AddedItem {
  /** The price of a further item. */
  readonly add: string;
  /** Default: 1. */
  readonly quantity?: number | undefined;
}

export interface RemovedItem {
  readonly remove: ItemReference;
}

/** An item of the subscription, by its id (`si_…`) or by its present price. */
export type ItemReference = string | { readonly priceId: string };

/** A change of items as the caller gave it: of the only item, or of several. */
export interface ItemsInput {
  readonly priceId?: string | undefined;
  readonly quantity?: number | undefined;
  readonly items?: readonly CheckedItemChange[] | undefined;
}

/** A change of one item, with the item looked up. */
export type ResolvedItem =
  | {
      readonly does: "change";
      readonly item: Stripe.SubscriptionItem;
      /** Undefined if the price stays. */
      readonly priceId: string | undefined;
      /** True if the caller named its present price. */
      readonly namesOwnPrice: boolean;
      /** The caller's quantity. */
      readonly quantity: number | undefined;
    }
  | { readonly does: "add"; readonly priceId: string; readonly quantity: number | undefined }
  | { readonly does: "remove"; readonly item: Stripe.SubscriptionItem };

export type CheckedItemChange =
  | { change: ItemReference; priceId?: string | undefined; quantity?: number | undefined }
  | { add: string; quantity?: number | undefined }
  | { remove: ItemReference };

const MANY = "items must be a list of 1 to 20 changes.";

export const itemChanges: () => z.ZodMiniType<CheckedItemChange[]> = onFirstUse(() => {
  const [priceId, quantity] = [priceIdSchema(), quantitySchema(0)];
  const itemReference = z.union([
    z.custom<string>((value) => typeof value === "string" && isObjectId("subscription_item", value)),
    z.strictObject({ priceId }),
  ]);
  const itemChange = z.union(
    [
      z.strictObject({ change: itemReference, priceId: z.optional(priceId), quantity }),
      z.strictObject({ add: priceId, quantity }),
      z.strictObject({ remove: itemReference }),
    ],
    "Each of items must be { change, priceId?, quantity? }, { add, quantity? } or { remove }, with well-formed ids.",
  );
  return boundedList(itemChange, { least: 1, most: 20 }, MANY);
});

/**
 * Finds the items that a change is about.
 *
 * @throws NotFoundError for an item that the subscription does not have.
 * @throws ConflictError when its items leave open what the change is for.
 * @throws InvalidArgumentError when the change contradicts itself.
 */
export function resolveItems(
  current: readonly Stripe.SubscriptionItem[],
  { priceId: onlyPriceId, quantity: onlyQuantity, items }: ItemsInput,
): readonly ResolvedItem[] {
  if (onlyPriceId === undefined && onlyQuantity === undefined) {
    return assertDistinct((items ?? []).map((change) => resolveItem(current, change)));
  }
  if (items !== undefined) {
    throw new InvalidArgumentError(
      "Give priceId and quantity for the only item, or items for each, not both.",
    );
  }
  const [only, ...others] = current;
  if (only === undefined || others.length > 0) {
    throw new ConflictError(
      "The subscription has several items, so priceId and quantity do not say which of them they are for. Use items.",
    );
  }
  return [toChange(only, onlyPriceId, onlyQuantity)];
}

/** Tells if a change changes or removes the item. */
export function touchesItem(resolvedItems: readonly ResolvedItem[], itemId: string): boolean {
  return resolvedItems.some((one) => one.does !== "add" && one.item.id === itemId);
}

/** Builds the parameters. `isMetered` tells if a new price takes no quantity. */
export function toItemParams(
  resolvedItems: readonly ResolvedItem[],
  isMetered: (priceId: string) => boolean,
): Stripe.SubscriptionUpdateParams.Item[] {
  return resolvedItems.map((one) => {
    if (one.does === "remove") return { id: one.item.id, deleted: true };
    if (one.does === "add") return { price: one.priceId, ...quantityFor(one, 1, isMetered) };
    const price = one.priceId ?? (one.namesOwnPrice && one.item.price.active ? one.item.price.id : undefined);
    return {
      id: one.item.id,
      ...(price !== undefined && { price }),
      ...quantityFor(one, one.item.quantity, isMetered),
    };
  });
}

/** Returns the new quantity; defaults to the present one. */
export function quantityFor(
  one: Exclude<ResolvedItem, { does: "remove" }>,
  before: number | undefined,
  isMetered: (priceId: string) => boolean,
): { quantity?: number } {
  const metered = one.priceId === undefined ? before === undefined : isMetered(one.priceId);
  assertNoMeteredQuantity(metered, one.quantity);
  const wanted = one.quantity ?? before;
  return metered || wanted === undefined ? {} : { quantity: wanted };
}

function resolveItem(current: readonly Stripe.SubscriptionItem[], change: CheckedItemChange): ResolvedItem {
  if ("remove" in change) return { does: "remove", item: findItem(current, change.remove) };
  if ("change" in change) {
    if (change.priceId === undefined && change.quantity === undefined) {
      throw new InvalidArgumentError("An item to change needs a priceId or a quantity.");
    }
    return toChange(findItem(current, change.change), change.priceId, change.quantity);
  }
  if (current.some(({ price }) => price.id === change.add)) {
    throw new ConflictError(
      "The subscription has an item of that price already. Change its quantity instead.",
    );
  }
  return { does: "add", priceId: change.add, quantity: change.quantity };
}

/**
 * An item's present price is not proved again, and is sent again only if it can be sold. So an item can keep an archived
 * price, and a retry sends the same parameters.
 */
function toChange(
  item: Stripe.SubscriptionItem,
  price: string | undefined,
  wanted: number | undefined,
): ResolvedItem {
  const namesOwnPrice = price === item.price.id;
  return {
    does: "change",
    item,
    priceId: namesOwnPrice ? undefined : price,
    namesOwnPrice,
    quantity: wanted,
  };
}

function findItem(
  current: readonly Stripe.SubscriptionItem[],
  reference: ItemReference,
): Stripe.SubscriptionItem {
  // guard (as table): an item to change is the subscription's own
  const item = current.find(({ id, price }) =>
    typeof reference === "string" ? id === reference : price.id === reference.priceId,
  );
  if (item === undefined) throw notFound();
  return item;
}

function assertDistinct(resolvedItems: readonly ResolvedItem[]): readonly ResolvedItem[] {
  const named = resolvedItems.flatMap((one) => (one.does === "add" ? one.priceId : one.item.id));
  if (new Set(named).size === named.length) return resolvedItems;
  throw new InvalidArgumentError("items must name each item, and each price to add, at most once.");
}
