import type { FC } from "hono/jsx";
import { CardName } from "./method-name.js";
import { productNames, type SubscriptionProps } from "./plan.js";

/** Says that a subscription is charged to a card of its own, whatever the customer's default is. */
export const OwnCard: FC<SubscriptionProps> = ({ open, subscription }) => {
  const { default_payment_method: own } = subscription;
  const method = own === null ? undefined : open.account.of("payment_method").get(own);
  if (method === undefined) return null;
  return (
    <p class="quiet">
      {productNames(open, subscription).join(", ")} is charged to a card of its own:{" "}
      <CardName card={method.card} />. Another default does not change that.
    </p>
  );
};
