import type { FC } from "hono/jsx";
import { lastPeriodEnd } from "../../billing/catalog/period-ends.js";
import { cancelSubscription } from "../../billing/subscriptions/cancel-subscription.js";
import { type Details, FEEDBACK, scheduleCancellation } from "../../billing/subscriptions/cancellation.js";
import { dropFutureChange, futureChange } from "../../portal/portal-schedule.js";
import type { Transaction } from "../../store/account-data.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { formatFor } from "../format.js";
import { type PageForm, PortalForm, TroubleNotice } from "./form.js";
import { GoBack, PortalLayout } from "./frame.js";
import type { PortalPage } from "./page.js";
import { Plan, type SubscriptionProps } from "./plan.js";
import { findOffer } from "./retention.js";
import { type OpenSession, ownSubscription } from "./session.js";

interface Cancelable extends SubscriptionProps {
  readonly isOfferDeclined: boolean;
}

/** Asks before anything is canceled, and why. What the session's flow offers for staying comes first. */
export const CANCEL: PortalPage<Cancelable> = {
  path: "/subscriptions/:subscription/cancel",
  find: (open, { param, query }) => {
    const subscription = ownSubscription(open, param("subscription"));
    if (subscription === undefined || !isCancelable(open, subscription)) return undefined;
    return { open, subscription, isOfferDeclined: query.get("offer") === "declined" };
  },
  seen: ({ subscription }) => subscription,
  show: ({ open, subscription, isOfferDeclined }, form) =>
    isOfferDeclined || findOffer(open, subscription.id) === undefined ? (
      <CancelPage open={open} subscription={subscription} form={form} />
    ) : (
      { goTo: `/subscriptions/${subscription.id}/cancel/offer` }
    ),
  submit: (tx, { open, subscription }, fields) => {
    cancelInPortal(tx, open, subscription, fields);
    return "canceled";
  },
};

/** Stripe's portal cancels nothing while a change of it is scheduled. */
export function isCancelable(
  { configuration, account }: OpenSession,
  subscription: SubscriptionRecord,
): boolean {
  return (
    configuration.features.subscription_cancel.enabled &&
    subscription.cancel_at === null &&
    futureChange(account, subscription) === undefined
  );
}

/**
 * In flexible billing mode the portal fixes the date and leaves the flag alone; in classic mode it sets the flag, which
 * follows the period.
 */
function cancelInPortal(
  tx: Transaction,
  open: OpenSession,
  subscription: SubscriptionRecord,
  fields: URLSearchParams,
): void {
  const feature = open.configuration.features.subscription_cancel;
  const details = readDetails(feature.cancellation_reason, fields);
  if (feature.mode === "immediately") {
    const prorate = feature.proration_behavior === "create_prorations";
    cancelSubscription(tx, subscription.id, { prorate, cancellation_details: details });
    return;
  }
  // A schedule with nothing left to do lets go of it, as it would at the end of the period.
  dropFutureChange(tx, subscription);
  const when =
    subscription.billing_mode.type === "flexible"
      ? { cancel_at: lastPeriodEnd(subscription) }
      : { cancel_at_period_end: true };
  const ending = scheduleCancellation(subscription, { ...when, cancellation_details: details }, tx.now);
  tx.change("subscription", subscription.id, ending, "customer.subscription.updated");
}

type ReasonFeature = OpenSession["configuration"]["features"]["subscription_cancel"]["cancellation_reason"];

function readDetails({ enabled, options }: ReasonFeature, fields: URLSearchParams): Details {
  if (!enabled) return {};
  const feedback = FEEDBACK.find((one) => one === fields.get("feedback") && options.includes(one));
  const comment = fields.get("comment")?.trim() ?? "";
  return {
    ...(feedback && { feedback }),
    ...(comment !== "" && { comment: comment.slice(0, LONGEST_COMMENT) }),
  };
}

const LONGEST_COMMENT = 5000;

const CancelPage: FC<SubscriptionProps & { readonly form: PageForm }> = ({ open, subscription, form }) => {
  const { cancellation_reason: reason, mode } = open.configuration.features.subscription_cancel;
  const end = formatFor(open.session).date(lastPeriodEnd(subscription));
  const span = subscription.status === "trialing" ? "trial" : "billing period";
  return (
    <PortalLayout title="Cancel your subscription" open={open}>
      <div class="narrow">
        <h1>Cancel your subscription</h1>
        <TroubleNotice form={form} />
        <Plan open={open} subscription={subscription} />
        <p>
          {mode === "immediately"
            ? "It ends at once, and its service with it."
            : `It will be canceled, but is still available until the end of your ${span} on ${end}. If you change your mind, you can keep it until then.`}
        </p>
        <PortalForm form={form}>
          {reason.enabled ? <Reasons options={reason.options} form={form} /> : null}
          <p>
            <button type="submit" class="danger">
              Cancel subscription
            </button>
          </p>
        </PortalForm>
        <GoBack open={open} />
      </div>
    </PortalLayout>
  );
};

const REASON_WORDS: Readonly<Record<string, string>> = {
  customer_service: "Customer service was less than expected",
  low_quality: "Quality was less than expected",
  missing_features: "I need more features",
  other: "Other reason",
  switched_service: "I found an alternative",
  too_complex: "Ease of use was less than expected",
  too_expensive: "It is too expensive",
  unused: "I no longer need it",
};

const Reasons: FC<{ readonly options: readonly string[]; readonly form: PageForm }> = ({ options, form }) => (
  <fieldset>
    <legend>
      Why are you canceling? <small>(optional)</small>
    </legend>
    {options.map((option) => (
      <label class="choice">
        <input
          type="radio"
          name="feedback"
          value={option}
          checked={form.fields?.get("feedback") === option}
        />
        {REASON_WORDS[option] ?? option}
      </label>
    ))}
    <label class="above" for="comment">
      Anything else?
    </label>
    <textarea id="comment" name="comment" rows={3} maxlength={LONGEST_COMMENT}>
      {form.fields?.get("comment") ?? ""}
    </textarea>
  </fieldset>
);
