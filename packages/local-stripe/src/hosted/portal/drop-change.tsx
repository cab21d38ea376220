import type { FC } from "hono/jsx";
import { dropFutureChange, type FutureChange, futureChange } from "../../portal/portal-schedule.js";
import { formatFor } from "../format.js";
import { PortalForm, TroubleNotice } from "./form.js";
import { GoBack, PortalLayout } from "./frame.js";
import type { PortalPage } from "./page.js";
import { Plan, productName, type SubscriptionProps } from "./plan.js";
import { ownSubscription } from "./session.js";

interface Scheduled extends SubscriptionProps {
  readonly change: FutureChange;
}

/** Asks before a scheduled change of plan is taken back. */
export const DROP_CHANGE: PortalPage<Scheduled> = {
  path: "/subscriptions/:subscription/keep-plan",
  find: (open, { param }) => {
    const subscription = ownSubscription(open, param("subscription"));
    const change = subscription && futureChange(open.account, subscription);
    if (subscription === undefined || change === undefined) return undefined;
    return open.configuration.features.subscription_update.enabled
      ? { open, subscription, change }
      : undefined;
  },
  seen: ({ subscription, change }) => [subscription, change],
  show: ({ open, subscription, change }, form) => (
    <PortalLayout title="Keep your plan" open={open}>
      <div class="narrow">
        <h1>Keep your plan</h1>
        <TroubleNotice form={form} />
        <Plan open={open} subscription={subscription} />
        <FutureWords open={open} change={change} />
        <PortalForm form={form}>
          <button type="submit" class="primary">
            Cancel scheduled change
          </button>
        </PortalForm>
        <GoBack open={open} />
      </div>
    </PortalLayout>
  ),
  submit: (tx, { subscription }) => {
    dropFutureChange(tx, subscription);
    return "unscheduled";
  },
};

/** "It changes to Small × 2 on February 1, 2027." */
export const FutureWords: FC<Omit<Scheduled, "subscription">> = ({ open, change: { at, items } }) => {
  const names = items.map(({ price, quantity }) => {
    const { product } = open.account.getFromPath("price", price);
    const times = quantity === undefined || quantity === 1 ? "" : ` × ${quantity}`;
    return productName(open, product) + times;
  });
  return (
    <p class="quiet">
      It changes to {names.join(", ")} on {formatFor(open.session).date(at)}.
    </p>
  );
};
