import type { PaymentMethod } from "@repo/billing";
import type { FC } from "hono/jsx";
import { describePaymentMethod } from "./wording.js";

export const PaymentMethodsPanel: FC<{ readonly methods: readonly PaymentMethod[] }> = ({ methods }) => (
  <section class="card plan" aria-labelledby="payment-methods-title">
    <h2 id="payment-methods-title">Payment method</h2>
    <ul id="payment-methods" class="methods" data-live>
      {methods.length === 0 ? <li>None yet. It is needed when the trial ends.</li> : null}
      {methods.map((method) => (
        <li key={method.id}>
          <strong>{describePaymentMethod(method)}</strong>
          {method.isDefault ? <span class="pill">Default</span> : null}
          {method.card === null ? null : (
            <span class="hint">
              Expires {String(method.card.expMonth).padStart(2, "0")}/{method.card.expYear}
            </span>
          )}
        </li>
      ))}
    </ul>
    <form method="post" action="/billing/payment-method">
      <button type="submit" class="quiet">
        {methods.length === 0 ? "Add a card" : "Use another card"}
      </button>
    </form>
  </section>
);
