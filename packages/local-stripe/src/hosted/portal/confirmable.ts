import { ApiError } from "../../api-error.js";
import type { NewDiscount } from "../../billing/discounts/discount-params.js";
import { findPromotionCode } from "../../billing/discounts/redemption.js";
import { changeSubscription } from "../../billing/subscriptions/change-subscription.js";
import { changeRequest, type Quote, quote, quoteChange, readChoice } from "../../portal/portal-changes.js";
import { type PortalChoice, scheduleChoice, waitsForPeriodEnd } from "../../portal/portal-schedule.js";
import type { Transaction } from "../../store/account-data.js";
import type { PromotionCodeRecord } from "../../store/records/discounts.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { transact } from "../../store/transaction.js";
import type { PageRequest } from "./page.js";
import { type OpenSession, ownSubscription } from "./session.js";
import { notAuthenticated } from "./three-d-secure.js";
import { findChangeable } from "./update.js";

/** A change of plan that a customer has chosen and not confirmed yet. */
export interface Confirmable {
  readonly open: OpenSession;
  readonly subscription: SubscriptionRecord;
  readonly choice: PortalChoice;
  /** The moment from which it is prorated: that at which the amounts were shown. */
  readonly at: number;
  /** True for a change that is made at the end of the period. */
  readonly waits: boolean;
  readonly quote: Quote;
  /** The path of the page on which the choice was made, if in the portal. */
  readonly back?: string;
  /** A code that was typed and is none that may be redeemed. */
  readonly refusedCode?: string;
}

/** Reads the choice that was made in the portal; `undefined` if it is not offered any more. */
export function chosenInPortal(open: OpenSession, request: PageRequest): Confirmable | undefined {
  const { query } = request;
  const found = findChangeable(open, request.param("subscription"));
  if (found === undefined) return undefined;
  const { subscription, item, offers } = found;
  const code = query.get("promotion_code")?.trim() ?? "";
  const promotion = findPromotion(open, subscription, code);
  return ifPossible(() => {
    const choice = readChoice(offers, item, { price: query.get("price"), quantity: query.get("quantity") });
    const discounts = promotion && [{ promotion_code: promotion.id }];
    return {
      ...weighed(open, subscription, { ...choice, ...(discounts && { discounts }) }, request),
      back: `/subscriptions/${subscription.id}/update`,
      ...(code !== "" && promotion === undefined && { refusedCode: code }),
    };
  });
}

/** Reads the change that the session's flow asks to confirm. */
export function chosenByFlow(open: OpenSession, request: PageRequest): Confirmable | undefined {
  const flow = open.session.flow?.subscription_update_confirm;
  const [item] = flow?.items ?? [];
  if (!flow || item === undefined || open.session.isFlowDone) return undefined;
  const subscription = ownSubscription(open, flow.subscription);
  if (subscription === undefined || !open.configuration.features.subscription_update.enabled)
    return undefined;
  return ifPossible(() => {
    const price = open.account.getFromPath("price", item.price ?? "");
    const discounts = (flow.discounts ?? []).map(named);
    return weighed(open, subscription, { price, quantity: item.quantity, discounts }, request);
  });
}

/** Makes the change, or schedules it. What the holder of the card has said counts where the bank has asked. */
export function carryOut(
  tx: Transaction,
  { open, subscription, choice, at, waits }: Confirmable,
  fields: URLSearchParams,
): "changed" | "scheduled" {
  if (waits) {
    scheduleChoice(tx, subscription, choice);
    return "scheduled";
  }
  const said = fields.get("authentication");
  if (said === "fail") throw notAuthenticated("payment_intent_authentication_failure");
  const feature = open.configuration.features.subscription_update;
  const request = changeRequest(open.account, feature, subscription, choice, at);
  changeSubscription(tx, subscription.id, { ...request, isAuthenticated: said === "complete" });
  return "changed";
}

/** The subscription as it is once the change is made. */
export function afterwards({ subscription, choice: { price, quantity } }: Confirmable): SubscriptionRecord {
  const items = subscription.items.map(({ quantity: _before, ...item }) => ({
    ...item,
    price: price.id,
    ...(quantity !== undefined && { quantity }),
  }));
  return { ...subscription, items };
}

/** Tells whether customers may enter a promotion code. */
export function takesCodes({ configuration }: OpenSession): boolean {
  return configuration.features.subscription_update.default_allowed_updates.includes("promotion_code");
}

function weighed(
  open: OpenSession,
  subscription: SubscriptionRecord,
  choice: PortalChoice,
  { fields }: PageRequest,
): Confirmable {
  const { account, configuration } = open;
  const feature = configuration.features.subscription_update;
  // The amounts that were shown stay valid while the page is open: the form's seal covers their time too.
  const sent = fields?.get("at") ?? null;
  const at = sent === null ? open.now : Number(sent);
  const waits = waitsForPeriodEnd(account, feature, subscription, choice);
  const quoted = transact(account, null, (tx) => {
    tx.followClock(open.customer);
    if (!waits) {
      return quoteChange(tx, subscription.id, changeRequest(account, feature, subscription, choice, at));
    }
    return quote(tx, subscription.id, (dry) => {
      scheduleChoice(dry, subscription, choice);
      return dry.account.getFromPath("subscription", subscription.id);
    });
  });
  return { open, subscription, choice, at, waits, quote: quoted };
}

/** Hides changes that became impossible, such as a change to a price that was archived since. */
function ifPossible(find: () => Confirmable): Confirmable | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

function findPromotion(
  open: OpenSession,
  subscription: SubscriptionRecord,
  code: string,
): PromotionCodeRecord | undefined {
  if (code === "" || !takesCodes(open)) return undefined;
  const { account, customer } = open;
  const holder = {
    customer: customer.id,
    currency: subscription.currency,
    subscription: subscription.id,
    item: null,
    testClock: customer.test_clock ?? null,
  };
  return transact(account, null, (tx) => {
    tx.followClock(customer);
    return findPromotionCode(tx, code, holder);
  });
}

interface FlowDiscount {
  readonly coupon: string | null;
  readonly promotion_code: string | null;
}

function named({ coupon, promotion_code: code }: FlowDiscount): NewDiscount {
  return code === null ? { coupon: coupon ?? "" } : { promotion_code: code };
}
