import type { FC } from "hono/jsx";
import { offersFor, type PortalOffer, readChoice } from "../../portal/portal-changes.js";
import type { SubscriptionItemRecord, SubscriptionRecord } from "../../store/records/subscriptions.js";
import { formatFor } from "../format.js";
import { describeProblem, Field, type PageForm, PortalForm, Problem, TroubleNotice } from "./form.js";
import { GoBack, type OpenProps, PortalLayout } from "./frame.js";
import type { PortalPage } from "./page.js";
import { Plan, productName } from "./plan.js";
import { type OpenSession, ownSubscription } from "./session.js";

export interface Changeable extends OpenProps {
  readonly subscription: SubscriptionRecord;
  readonly item: SubscriptionItemRecord;
  readonly offers: readonly PortalOffer[];
}

/** Lets a customer choose among what the configuration offers. Nothing is changed here. */
export const UPDATE: PortalPage<Changeable> = {
  path: "/subscriptions/:subscription/update",
  find: (open, { param }) => findChangeable(open, param("subscription")),
  seen: ({ subscription, offers }) => [subscription, offers],
  show: (subject, form) => <UpdatePage {...subject} form={form} />,
  submit: (_act, { subscription, item, offers }, fields) => {
    const { price, quantity } = readChoice(offers, item, {
      price: fields.get("price"),
      quantity: fields.get("quantity"),
    });
    const query = new URLSearchParams({
      price: price.id,
      ...(quantity !== undefined && { quantity: String(quantity) }),
    });
    return { goTo: `/subscriptions/${subscription.id}/update/confirm?${query}` };
  },
};

/** `undefined` for a subscription that the portal offers no change of, or lets customers only cancel. */
export function findChangeable(open: OpenSession, id: string): Changeable | undefined {
  const subscription = ownSubscription(open, id);
  const [item] = subscription?.items ?? [];
  if (subscription === undefined || item === undefined) return undefined;
  const offers = offersFor(open.account, open.configuration.features.subscription_update, subscription);
  return offers.length === 0 ? undefined : { open, subscription, item, offers };
}

const UpdatePage: FC<Changeable & { readonly form: PageForm }> = (props) => {
  const { open, subscription, item, offers, form } = props;
  const quantities = offers.flatMap(({ quantity }) => quantity ?? []);
  return (
    <PortalLayout title="Update your plan" open={open}>
      <div class="narrow">
        <h1>Update your plan</h1>
        <TroubleNotice form={form} known={["price", "quantity"]} />
        <Plan open={open} subscription={subscription} />
        <PortalForm form={form}>
          <Plans {...props} />
          {quantities.length === 0 ? null : (
            <Field
              form={form}
              name="quantity"
              label="Quantity"
              type="number"
              value={String(item.quantity ?? 1)}
              required
              min={Math.max(1, Math.min(...quantities.map(({ minimum }) => minimum)))}
              {...largest(quantities)}
            />
          )}
          <p>
            <button type="submit" class="primary">
              Continue
            </button>
          </p>
        </PortalForm>
        <GoBack open={open} />
      </div>
    </PortalLayout>
  );
};

const Plans: FC<Changeable & { readonly form: PageForm }> = ({ open, item, offers, form }) => {
  const format = formatFor(open.session);
  const chosen = form.fields?.get("price") ?? item.price;
  return (
    <fieldset {...describeProblem(form, "price")}>
      <legend>Plan</legend>
      {offers.map(({ price }) => (
        <label class="choice offer">
          <input type="radio" name="price" value={price.id} checked={price.id === chosen} required />
          <span>
            <strong>{productName(open, price.product)}</strong>
            <span class="quiet">{format.price(price, { quantity: 1 })}</span>
          </span>
          {price.id === item.price ? <span class="status">Current plan</span> : null}
        </label>
      ))}
      <Problem form={form} name="price" />
    </fieldset>
  );
};

/** The largest quantity that any of the offers allows, where all of them have one. */
function largest(quantities: readonly NonNullable<PortalOffer["quantity"]>[]): { readonly max?: number } {
  const most = quantities.map(({ maximum }) => maximum ?? Number.POSITIVE_INFINITY);
  return most.includes(Number.POSITIVE_INFINITY) ? {} : { max: Math.max(...most) };
}
