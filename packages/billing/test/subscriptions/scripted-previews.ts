import type Stripe from "stripe";
import type { CheckedChange } from "../../src/capabilities/subscriptions/change.js";
import type { ResolvedItem } from "../../src/capabilities/subscriptions/items.js";
import type { PreparedChange } from "../../src/capabilities/subscriptions/prepare-change.js";
import { InvalidArgumentError, type Subscription } from "../../src/index.js";
import type { TenantScope } from "../../src/tenancy/scope/tenant-scope.js";
import { toDate } from "../../src/views/epoch.js";
import { partialScope } from "../tenancy/scope/partial-scope.js";
import { shaped } from "../views/stripe-shape.js";

export interface PriceShape {
  readonly interval?: string;
  readonly count?: number;
  readonly metered?: boolean;
}

/** A price as far as the preview of a change looks at it; by default a licensed one of a month. */
export function price(id: string, { interval = "month", count = 1, metered = false }: PriceShape = {}) {
  const recurring = { interval, interval_count: count, usage_type: metered ? "metered" : "licensed" };
  return shaped<Stripe.Price>({ id, recurring });
}

/** The item of a price, `si_seats` of `price_seats`; of usage it has no quantity. */
export function item(its: Stripe.Price): Stripe.SubscriptionItem {
  const quantity = its.recurring?.usage_type === "metered" ? undefined : 2;
  return shaped({ id: its.id.replace("price", "si"), price: its, quantity });
}

/** A change of an item's price, or, without one, of something else. */
export function change(from: Stripe.Price, to?: Stripe.Price, quantity?: number): ResolvedItem {
  return { does: "change", item: item(from), priceId: to?.id, namesOwnPrice: false, quantity };
}

export function add({ id }: Stripe.Price): ResolvedItem {
  return { does: "add", priceId: id, quantity: undefined };
}

export function remove(its: Stripe.Price): ResolvedItem {
  return { does: "remove", item: item(its) };
}

/** An item's price and the end of its current period, as Unix time. */
export type Present = readonly [price: Stripe.Price, end: number | null];

/** A prepared change of a subscription to these items, which brings the new prices. */
export function planOf(
  present: readonly Stripe.Price[],
  items: readonly ResolvedItem[],
  brought: readonly Stripe.Price[] = [],
  options: Partial<CheckedChange> = {},
): PreparedChange {
  return shaped({
    before: { id: "sub_1", items: { data: present.map(item) } },
    change: { metadata: undefined, ...options },
    items,
    prices: new Map(brought.map((one) => [one.id, one])),
    discounts: undefined,
  });
}

/** The view of a subscription to these items, whose current periods began together. */
export function viewOf(began: number, present: readonly Present[]): Subscription {
  const ends = present.flatMap(([, end]) => end ?? []);
  return shaped({
    items: present.map(([its, end]) => ({
      id: item(its).id,
      price: {
        recurring: its.recurring && {
          interval: its.recurring.interval,
          intervalCount: its.recurring.interval_count,
        },
      },
      currentPeriodStart: toDate(began),
      currentPeriodEnd: end === null ? null : toDate(end),
    })),
    currentPeriodEnd: ends.length === 0 ? null : toDate(Math.min(...ends)),
  });
}

export interface Line {
  readonly of: Stripe.Price;
  readonly start: number;
  readonly end: number;
  readonly proration?: boolean;
}

/** An invoice that Stripe previews, with lines of these items. */
export function invoice(fields: Partial<Stripe.Invoice>, lines: readonly Line[]): object {
  const data = lines.map(({ of, start, end, proration = false }) => ({
    parent: { subscription_item_details: { subscription_item: item(of).id, proration } },
    period: { start, end },
    pricing: { price_details: { price: of.id, product: "prod_1" } },
  }));
  return { starting_balance: 0, lines: { data, has_more: false }, ...fields };
}

/** The kinds of previews that are asked for, by the step that each is sent under, and what Stripe answers to them. */
export type Script = Readonly<Record<string, object | undefined>>;

/** A scope whose Stripe answers as the script says, and that no invoice will come where it says undefined. */
export function scripted(script: Script): { scope: TenantScope; asked: Record<string, object> } {
  const asked: Record<string, object> = {};
  const none = new InvalidArgumentError("None will come.", { cause: { code: "invoice_upcoming_none" } });
  const write = async (_: string, _ids: object, params: object, _key: undefined, step: string) => {
    if (!(step in script) || step in asked) throw new Error(`The preview "${step}" was not to be asked for.`);
    asked[step] = params;
    const answer = script[step];
    if (answer === undefined) throw none;
    return answer;
  };
  return { scope: partialScope({ write }), asked };
}
