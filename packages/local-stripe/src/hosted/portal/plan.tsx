import type { FC } from "hono/jsx";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { formatFor } from "../format.js";
import type { OpenProps } from "./frame.js";
import type { OpenSession } from "./session.js";

export interface SubscriptionProps extends OpenProps {
  readonly subscription: SubscriptionRecord;
}

/** Shows the items and prices of a subscription. A planned one has no status. */
export const Plan: FC<SubscriptionProps & { readonly isPlanned?: boolean }> = (props) => {
  const { open, subscription, isPlanned = false } = props;
  const format = formatFor(open.session);
  return (
    <div class="plan">
      {subscription.items.map((item, at) => {
        const price = open.account.getFromPath("price", item.price);
        return (
          <div>
            <h3>
              {productName(open, price.product)}
              {item.quantity !== undefined && item.quantity !== 1 ? ` × ${item.quantity}` : ""}
              {at === 0 && !isPlanned ? <Status subscription={subscription} /> : null}
            </h3>
            <p class="price">{format.price(price, item)}</p>
          </div>
        );
      })}
    </div>
  );
};

export function productName({ account }: OpenSession, id: string): string {
  return account.of("product").get(id)?.name ?? id;
}

export function productNames(open: OpenSession, { items }: SubscriptionRecord): readonly string[] {
  return items.map((item) => productName(open, open.account.getFromPath("price", item.price).product));
}

const STATUS_WORDS: Readonly<Record<string, string>> = {
  active: "Active",
  trialing: "Trial",
  past_due: "Past due",
  unpaid: "Unpaid",
  paused: "Paused",
  incomplete: "Incomplete",
};

const Status: FC<{ readonly subscription: SubscriptionRecord }> = ({ subscription }) =>
  subscription.cancel_at === null ? (
    <span
      class={
        subscription.status === "active" || subscription.status === "trialing" ? "status" : "status ending"
      }
    >
      {STATUS_WORDS[subscription.status] ?? subscription.status}
    </span>
  ) : (
    <span class="status ending">Cancels soon</span>
  );
