import type { Customer } from "@repo/billing";
import type { FC } from "hono/jsx";

export const DetailsPanel: FC<{ readonly customer: Customer }> = ({ customer: { name, email, address } }) => (
  <section class="card plan" aria-labelledby="details-title">
    <h2 id="details-title">Billing details</h2>
    <address>
      {[
        name,
        email,
        address?.line1,
        address?.line2,
        [address?.postalCode, address?.city].filter(Boolean).join(" "),
        address?.state,
        address?.country,
      ]
        .filter(Boolean)
        .map((line) => (
          <span>{line}</span>
        ))}
    </address>
    <p class="end">
      <a class="button quiet" href="/billing/details">
        Change details
      </a>
    </p>
  </section>
);
