import type { FC } from "hono/jsx";
import { firstPeriodEnd } from "../../billing/catalog/period-ends.js";
import { defaultMethod } from "../../billing/payments/payment.js";
import type { Quote } from "../../portal/portal-changes.js";
import { formatFor } from "../format.js";
import type { OpenProps } from "./frame.js";
import { InvoiceLines } from "./invoice-lines.js";
import { MethodName } from "./method-name.js";

/** Shows the amounts due now and at the next renewal. */
export const Amounts: FC<OpenProps & { readonly quote: Quote }> = ({ open, quote: { now, next, after } }) => {
  const format = formatFor(open.session);
  const due = now?.amount_due ?? 0;
  const method = defaultMethod(open.account, after);
  return (
    <>
      <h2 class="section">Amount due today</h2>
      <p class="total" data-amount="now">
        {format.money(due, after.currency)}
      </p>
      {now === undefined ? null : <InvoiceLines open={open} invoice={now} />}
      {due === 0 ? null : (
        <p class="quiet">
          Charged to <MethodName open={open} method={method} />.
        </p>
      )}
      <h2 class="section">Next payment</h2>
      {next === undefined ? (
        <p>Nothing more is charged.</p>
      ) : (
        <>
          <p class="total">
            <span data-amount="next">{format.money(next.amount_due, after.currency)}</span>{" "}
            <small>on {format.date(firstPeriodEnd(after))}</small>
          </p>
          <InvoiceLines open={open} invoice={next} />
        </>
      )}
    </>
  );
};
