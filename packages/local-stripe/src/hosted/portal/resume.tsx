import { resumeSubscription } from "../../billing/subscriptions/pausing.js";
import { type Quote, quote } from "../../portal/portal-changes.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { transact } from "../../store/transaction.js";
import { Amounts } from "./amounts.js";
import { PortalForm, TroubleNotice } from "./form.js";
import { GoBack, PortalLayout } from "./frame.js";
import type { PortalPage } from "./page.js";
import { Plan, type SubscriptionProps } from "./plan.js";
import { type OpenSession, ownSubscription } from "./session.js";

/** Goes on with what was paused, after a look at what that costs. */
export const RESUME: PortalPage<SubscriptionProps> = {
  path: "/subscriptions/:subscription/resume",
  find: (open, { param }) => {
    const subscription = ownSubscription(open, param("subscription"));
    return subscription && isResumable(open, subscription) ? { open, subscription } : undefined;
  },
  seen: ({ subscription }) => subscription,
  show: ({ open, subscription }, form) => (
    <PortalLayout title="Resume your subscription" open={open}>
      <div class="narrow">
        <h1>Resume your subscription</h1>
        <TroubleNotice form={form} />
        <Plan open={open} subscription={subscription} />
        <Amounts open={open} quote={quoteResumption(open, subscription)} />
        <PortalForm form={form}>
          <button type="submit" class="primary">
            Resume subscription
          </button>
        </PortalForm>
        <GoBack open={open} />
      </div>
    </PortalLayout>
  ),
  submit: (tx, { subscription }) => {
    resumeSubscription(tx, subscription.id, {});
    return "resumed";
  },
};

/** Lets customers resume only subscriptions that a customer paused. */
export function isResumable({ configuration }: OpenSession, subscription: SubscriptionRecord): boolean {
  return (
    configuration.features.subscription_pause.enabled &&
    subscription.status === "paused" &&
    subscription.pendingChange === null &&
    subscription.status_details?.paused.subscription.type === "pause_requested" &&
    subscription.collection_method === "charge_automatically"
  );
}

function quoteResumption({ account }: OpenSession, { id }: SubscriptionRecord): Quote {
  return transact(account, null, (tx) => quote(tx, id, (dry) => resumeSubscription(dry, id, {})));
}
