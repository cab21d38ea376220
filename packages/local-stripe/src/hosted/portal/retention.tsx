import type { FC } from "hono/jsx";
import { isRedeemable } from "../../billing/discounts/redemption.js";
import { changeSubscription } from "../../billing/subscriptions/change-subscription.js";
import { runningDiscounts } from "../../portal/portal-changes.js";
import type { CouponRecord } from "../../store/records/discounts.js";
import { transact } from "../../store/transaction.js";
import { type Format, formatFor } from "../format.js";
import { type PageForm, PortalForm, TroubleNotice } from "./form.js";
import { PortalLayout } from "./frame.js";
import type { PortalPage } from "./page.js";
import { Plan, type SubscriptionProps } from "./plan.js";
import { base, type OpenSession, ownSubscription } from "./session.js";

interface Offer extends SubscriptionProps {
  readonly coupon: CouponRecord;
}

/** Offers the flow's coupon to whoever is about to cancel. */
export const RETENTION: PortalPage<Offer> = {
  path: "/subscriptions/:subscription/cancel/offer",
  find: (open, { param }) => findOffer(open, param("subscription")),
  seen: ({ subscription, coupon: { id, percent_off, amount_off } }) => [
    subscription,
    id,
    percent_off,
    amount_off,
  ],
  show: ({ open, subscription, coupon }, form) => (
    <OfferPage open={open} subscription={subscription} coupon={coupon} form={form} />
  ),
  submit: (tx, { subscription, coupon }) => {
    const kept = runningDiscounts(tx.account, subscription, tx.now);
    changeSubscription(tx, subscription.id, { discounts: [...kept, { coupon: coupon.id }] });
    return "discounted";
  },
};

/** The coupon that the session's flow offers for staying, if it can still be redeemed. */
export function findOffer(open: OpenSession, id: string): Offer | undefined {
  const { account, customer, session } = open;
  const flow = session.isFlowDone ? undefined : session.flow?.subscription_cancel;
  const subscription = flow?.subscription === id ? ownSubscription(open, id) : undefined;
  const offered = flow?.retention?.coupon_offer?.coupon;
  const coupon = offered === undefined ? undefined : account.of("coupon").get(offered);
  if (subscription === undefined || subscription.cancel_at !== null || coupon === undefined) return undefined;
  const holder = {
    customer: customer.id,
    currency: subscription.currency,
    subscription: id,
    item: null,
    testClock: customer.test_clock ?? null,
  };
  const isOpen = transact(account, null, (tx) => {
    tx.followClock(customer);
    return isRedeemable(tx, { coupon: coupon.id }, holder);
  });
  return isOpen ? { open, subscription, coupon } : undefined;
}

const OfferPage: FC<Offer & { readonly form: PageForm }> = ({ open, subscription, coupon, form }) => (
  <PortalLayout title="Before you go" open={open}>
    <div class="narrow">
      <h1>Before you go</h1>
      <TroubleNotice form={form} />
      <Plan open={open} subscription={subscription} />
      <p>
        Stay, and take <strong>{describeOffer(coupon, formatFor(open.session))}</strong>.
      </p>
      <PortalForm form={form}>
        <button type="submit" class="primary">
          Accept offer
        </button>
      </PortalForm>
      <a class="button" href={`${base(open)}/subscriptions/${subscription.id}/cancel?offer=declined`}>
        No thanks, continue to cancel
      </a>
    </div>
  </PortalLayout>
);

/** "25% off for 3 months". */
function describeOffer(coupon: CouponRecord, format: Format): string {
  const { amount_off: amount, currency, duration, duration_in_months: months, percent_off: percent } = coupon;
  const off = amount === null || currency === null ? `${percent}%` : format.money(amount, currency);
  if (duration === "once") return `${off} off your next payment`;
  if (duration === "forever") return `${off} off from now on`;
  return `${off} off for ${months === 1 ? "a month" : `${months} months`}`;
}
