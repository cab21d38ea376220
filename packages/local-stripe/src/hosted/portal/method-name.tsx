import type { FC } from "hono/jsx";
import type { PaymentMethodRecord } from "../../store/records/payments.js";
import type { OpenProps } from "./frame.js";

/** "Visa •••• 4242". */
export const MethodName: FC<OpenProps & { readonly method: string | null }> = ({ open, method }) => {
  const card = method === null ? undefined : open.account.of("payment_method").get(method)?.card;
  return card === undefined ? <>no payment method yet</> : <CardName card={card} />;
};

export const CardName: FC<{ readonly card: PaymentMethodRecord["card"] }> = ({ card }) => (
  <span class="method">
    {BRANDS[card.brand] ?? card.brand} <span aria-hidden="true">••••</span>{" "}
    <span class="unseen">ending in </span>
    {card.last4}
  </span>
);

const BRANDS: Readonly<Record<string, string>> = {
  amex: "American Express",
  discover: "Discover",
  mastercard: "Mastercard",
  visa: "Visa",
};
