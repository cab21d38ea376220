import { lastPeriodEnd } from "../../billing/catalog/period-ends.js";
import { changeSubscription } from "../../billing/subscriptions/change-subscription.js";
import { dropFutureChange, futureChange } from "../../portal/portal-schedule.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { formatFor } from "../format.js";
import { PortalForm, TroubleNotice } from "./form.js";
import { GoBack, PortalLayout } from "./frame.js";
import type { PortalPage } from "./page.js";
import { Plan, type SubscriptionProps } from "./plan.js";
import { type OpenSession, ownSubscription } from "./session.js";

/** Asks before a cancellation is taken back. */
export const KEEP: PortalPage<SubscriptionProps> = {
  path: "/subscriptions/:subscription/keep",
  find: (open, { param }) => {
    const subscription = ownSubscription(open, param("subscription"));
    return subscription && isKeepable(open, subscription) ? { open, subscription } : undefined;
  },
  seen: ({ subscription }) => subscription,
  show: ({ open, subscription }, form) => (
    <PortalLayout title="Keep your subscription" open={open}>
      <div class="narrow">
        <h1>Keep your subscription</h1>
        <TroubleNotice form={form} />
        <Plan open={open} subscription={subscription} />
        <p>
          It will not be canceled on{" "}
          {formatFor(open.session).date(subscription.cancel_at ?? lastPeriodEnd(subscription))} and goes on as
          before.
        </p>
        <PortalForm form={form}>
          <button type="submit" class="primary">
            Keep subscription
          </button>
        </PortalForm>
        <GoBack open={open} />
      </div>
    </PortalLayout>
  ),
  submit: (tx, { subscription }) => {
    dropFutureChange(tx, subscription);
    changeSubscription(tx, subscription.id, { cancel_at: null });
    return "kept";
  },
};

/** The portal cannot undo a schedule with more than one coming phase. */
export function isKeepable({ account }: OpenSession, subscription: SubscriptionRecord): boolean {
  return subscription.cancel_at !== null && futureChange(account, subscription) === undefined;
}
