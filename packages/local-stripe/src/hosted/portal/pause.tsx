import type { FC } from "hono/jsx";
import { invalid } from "../../api-error.js";
import { plusIntervals } from "../../billing/catalog/period.js";
import { pauseSubscription, whyNotPausable } from "../../billing/subscriptions/pausing.js";
import type { PortalSessionRecord } from "../../store/records/portal.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { formatFor } from "../format.js";
import { describeProblem, type PageForm, PortalForm, Problem, TroubleNotice } from "./form.js";
import { GoBack, PortalLayout } from "./frame.js";
import type { PortalPage } from "./page.js";
import { Plan, type SubscriptionProps } from "./plan.js";
import { type OpenSession, ownSubscription } from "./session.js";

/** Asks before a subscription is paused, and for how long where the configuration gives a choice. */
export const PAUSE: PortalPage<SubscriptionProps> = {
  path: "/subscriptions/:subscription/pause",
  find: (open, { param }) => {
    const subscription = ownSubscription(open, param("subscription"));
    return subscription && isPausable(open, subscription) ? { open, subscription } : undefined;
  },
  seen: ({ open, subscription }) => [subscription, offeredDurations(open)],
  show: ({ open, subscription }, form) => <PausePage open={open} subscription={subscription} form={form} />,
  submit: (tx, { open, subscription }, fields) => {
    const durations = offeredDurations(open);
    const duration = durations[Number(fields.get("duration") ?? Number.NaN)];
    if (durations.length > 0 && duration === undefined) {
      throw invalid("Choose how long to pause.", "duration");
    }
    pauseSubscription(tx, subscription.id, {
      ...(duration && { resumesAt: plusIntervals(tx.now, duration, 1) }),
    });
    return "paused";
  },
};

/** Offers no pause to subscriptions that could not resume by themselves or that end anyway. */
export function isPausable({ configuration }: OpenSession, subscription: SubscriptionRecord): boolean {
  return (
    configuration.features.subscription_pause.enabled &&
    subscription.collection_method === "charge_automatically" &&
    subscription.cancel_at === null &&
    whyNotPausable(subscription) === undefined
  );
}

export function pauseWords(session: PortalSessionRecord, { resumesAt }: SubscriptionRecord): string {
  return resumesAt === null
    ? "Your subscription is paused. Nothing is charged until it is resumed."
    : `Your subscription is paused until ${formatFor(session).date(resumesAt)}.`;
}

type Duration = NonNullable<
  OpenSession["configuration"]["features"]["subscription_pause"]["duration"]["interval_options"]
>[number];

/** The durations that the portal offers; none if a pause lasts until it is resumed. */
function offeredDurations({ configuration }: OpenSession): readonly Duration[] {
  const { interval_options: options, type } = configuration.features.subscription_pause.duration;
  return type === "interval_options" ? (options ?? []) : [];
}

const PausePage: FC<SubscriptionProps & { readonly form: PageForm }> = ({ open, subscription, form }) => {
  const durations = offeredDurations(open);
  return (
    <PortalLayout title="Pause your subscription" open={open}>
      <div class="narrow">
        <h1>Pause your subscription</h1>
        <TroubleNotice form={form} known={["duration"]} />
        <Plan open={open} subscription={subscription} />
        <p>
          It is paused at once, and nothing is charged meanwhile. What you have paid for and not used is
          credited to your next invoice.
        </p>
        <PortalForm form={form}>
          {durations.length === 0 ? null : (
            <fieldset {...describeProblem(form, "duration")}>
              <legend>How long?</legend>
              {durations.map((duration, at) => (
                <label class="choice">
                  <input
                    type="radio"
                    name="duration"
                    value={String(at)}
                    checked={(form.fields?.get("duration") ?? "0") === String(at)}
                    required
                  />
                  {describeDuration(duration)}, until{" "}
                  {formatFor(open.session).date(plusIntervals(open.now, duration, 1))}
                </label>
              ))}
              <Problem form={form} name="duration" />
            </fieldset>
          )}
          <p>
            <button type="submit" class="primary">
              Pause subscription
            </button>
          </p>
        </PortalForm>
        <GoBack open={open} />
      </div>
    </PortalLayout>
  );
};

function describeDuration({ interval, interval_count: count }: Duration): string {
  return count === 1 ? `1 ${interval}` : `${count} ${interval}s`;
}
