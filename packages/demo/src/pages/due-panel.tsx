import { formatAmount, type Invoice } from "@repo/billing";
import type { FC } from "hono/jsx";

/** Asks for the payment of open invoices, above everything else. */
export const DuePanel: FC<{ readonly openInvoices: readonly Invoice[] }> = ({ openInvoices }) => (
  <div id="due" data-live>
    {openInvoices.map(({ id, number, amountRemaining, currency, hostedInvoiceUrl }) => (
      <section class="due" aria-label="Payment due" key={id}>
        <p>
          <strong>{formatAmount(amountRemaining, currency)} could not be collected.</strong> Pay invoice{" "}
          {number ?? id} to keep your plan, or use another card for the next try.
        </p>
        {hostedInvoiceUrl === null ? null : (
          <a class="primary" href={hostedInvoiceUrl}>
            Pay now
          </a>
        )}
      </section>
    ))}
  </div>
);
