import type { FC } from "hono/jsx";
import { testCard } from "../billing/payments/test-cards.js";

/** The well-known cards to choose from, with what each does. */
const CARDS: readonly (readonly [token: string, does: string])[] = [
  ["pm_card_visa", "Pays"],
  ["pm_card_mastercard", "Pays"],
  ["pm_card_threeDSecure2Required", "Asks its holder first (3-D Secure)"],
  ["pm_card_visa_chargeDeclined", "Is declined"],
  ["pm_card_visa_chargeDeclinedInsufficientFunds", "Is declined: insufficient funds"],
  ["pm_card_chargeCustomerFail", "Can be saved, and is declined when it is charged"],
];

/** The choice of a card in the form of a page that takes a payment. */
export const TestCards: FC = () => (
  <fieldset>
    <legend>Test card</legend>
    {CARDS.map(([token, does], at) => {
      const card = testCard(token);
      return (
        <label class="choice">
          <input type="radio" name="card" value={token} required checked={at === 0} />
          <span>
            <strong class="brand">{card?.brand}</strong> <span class="digits">•••• {card?.last4}</span>
            <small>{does}</small>
          </span>
        </label>
      );
    })}
  </fieldset>
);
