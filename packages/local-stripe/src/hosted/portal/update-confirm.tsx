import type { FC } from "hono/jsx";
import { firstPeriodEnd } from "../../billing/cancellation.js";
import { changeSubscription } from "../../billing/change-subscription.js";
import {
  changeRequest,
  choiceOf,
  type PortalChoice,
  type Quote,
  quote,
  quoteChange,
} from "../../billing/portal-changes.js";
import { scheduleChoice, waitsForPeriodEnd } from "../../billing/portal-schedule.js";
import { ApiError } from "../../http/api-error.js";
import { Act } from "../../store/act.js";
import type { SubscriptionRecord } from "../../store/records.js";
import { formatFor } from "../format.js";
import { Amounts } from "./amounts.js";
import { type PageForm, PortalForm, TroubleNotice } from "./form.js";
import { GoBack, type OpenProps, PortalLayout } from "./frame.js";
import type { PageRequest, PortalPage } from "./page.js";
import { Plan } from "./plan.js";
import { type OpenSession, ownSubscription } from "./session.js";
import { findChangeable } from "./update.js";

interface Confirmable extends OpenProps {
  readonly subscription: SubscriptionRecord;
  readonly choice: PortalChoice;
  /** The moment from which it is prorated: that at which the amounts were shown. */
  readonly at: number;
  /** The page before, for a choice that was made in the portal. */
  readonly back?: string;
}

/** Shows what a choice costs, now and next, before it is made. */
export const UPDATE_CONFIRM: PortalPage<Confirmable> = {
  path: "/subscriptions/:subscription/update/confirm",
  find: (open, request) => {
    const found = findChangeable(open, request.param("subscription"));
    if (found === undefined) return undefined;
    const { subscription, item, offers } = found;
    try {
      const { query } = request;
      const choice = choiceOf(offers, item, { price: query.get("price"), quantity: query.get("quantity") });
      const back = `/subscriptions/${subscription.id}/update`;
      return { open, subscription, choice, at: momentOf(open, request), back };
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  },
  seen: seenOf,
  show: (subject, form) => <ConfirmPage {...subject} form={form} />,
  submit: confirm,
};

/** The same for a choice that the session's flow has made. */
export const FLOW_CONFIRM: PortalPage<Confirmable> = {
  path: "/confirm",
  find: (open, request) => {
    const flow = open.session.flow?.subscription_update_confirm;
    const [item] = flow?.items ?? [];
    if (!flow || item === undefined || open.session.isFlowDone) return undefined;
    const subscription = ownSubscription(open, flow.subscription);
    if (subscription === undefined) return undefined;
    if (!open.configuration.features.subscription_update.enabled) return undefined;
    const price = open.world.inPath("price", item.price ?? "");
    return { open, subscription, choice: { price, quantity: item.quantity }, at: momentOf(open, request) };
  },
  seen: seenOf,
  show: (subject, form) => <ConfirmPage {...subject} form={form} />,
  submit: confirm,
};

/** What was shown holds for as long as the page may stand open, since the seal covers the moment too. */
function momentOf(open: OpenSession, { fields }: PageRequest): number {
  const at = fields?.get("at");
  return at === null || at === undefined ? open.now : Number(at);
}

function seenOf({ subscription, choice, at }: Confirmable): unknown {
  return [subscription, choice, at];
}

function requestFor({ open, subscription, choice, at }: Confirmable): ReturnType<typeof changeRequest> {
  return changeRequest(open.configuration.features.subscription_update, subscription, choice, at);
}

function confirm(act: Act, subject: Confirmable): "changed" | "scheduled" {
  const { subscription, choice } = subject;
  if (waits(subject)) {
    scheduleChoice(act, subscription, choice);
    return "scheduled";
  }
  changeSubscription(act, subscription.id, requestFor(subject));
  return "changed";
}

function waits({ open, subscription, choice }: Confirmable): boolean {
  return waitsForPeriodEnd(open.world, open.configuration.features.subscription_update, subscription, choice);
}

const ConfirmPage: FC<Confirmable & { readonly form: PageForm }> = (props) => {
  const { open, subscription, form, at, back } = props;
  return (
    <PortalLayout title="Confirm your update" open={open}>
      <div class="narrow">
        <h1>Confirm your update</h1>
        <TroubleNotice form={form} />
        <h2 class="section">Your plan now</h2>
        <Plan open={open} subscription={subscription} />
        <h2 class="section">Your plan then</h2>
        <Plan open={open} subscription={chosen(props)} isPlanned />
        {waits(props) ? (
          <p>It changes on {formatFor(open.session).date(firstPeriodEnd(subscription))}.</p>
        ) : null}
        <Amounts open={open} quote={quoteOf(props)} />
        <PortalForm form={form}>
          <input type="hidden" name="at" value={String(at)} />
          <button type="submit" class="primary">
            Confirm
          </button>
        </PortalForm>
        <GoBack open={open} {...(back !== undefined && { to: back })} />
      </div>
    </PortalLayout>
  );
};

function quoteOf(subject: Confirmable): Quote {
  const { open, subscription, choice } = subject;
  return Act.run(open.world, null, (act) => {
    act.followClock(open.customer);
    if (!waits(subject)) return quoteChange(act, subscription.id, requestFor(subject));
    return quote(act, subscription.id, (rehearsal) => {
      scheduleChoice(rehearsal, subscription, choice);
      return rehearsal.world.inPath("subscription", subscription.id);
    });
  });
}

/** What is subscribed to once the change is made, whenever that is. */
function chosen({ subscription, choice: { price, quantity } }: Confirmable): SubscriptionRecord {
  const items = subscription.items.map(({ quantity: _before, ...item }) => ({
    ...item,
    price: price.id,
    ...(quantity !== undefined && { quantity }),
  }));
  return { ...subscription, items };
}
