import type { Customer, TaxId } from "@repo/billing";
import type { FC } from "hono/jsx";
import type { Workspace } from "../workspaces.js";
import { Layout } from "./layout.js";
import { type RefusedTaxId, TaxIdsCard } from "./tax-ids-card.js";

interface DetailsPageProps {
  readonly workspace: Workspace;
  readonly customer: Customer;
  readonly taxIds: readonly TaxId[];
  readonly refused: RefusedTaxId | undefined;
}

export const DetailsPage: FC<DetailsPageProps> = ({
  workspace,
  customer: { name, email, address },
  taxIds,
  refused,
}) => (
  <Layout title="Billing details" workspace={workspace} path="/billing">
    <h1>Billing details</h1>
    <section class="card" aria-label="Billing details">
      <p class="hint">They appear on every new invoice.</p>
      <form method="post" action="/billing/details" class="details">
        <Field label="Name" name="name" value={name} autocomplete="organization" required />
        <Field
          label="E-mail for invoices"
          name="email"
          value={email}
          autocomplete="email"
          type="email"
          required
        />
        <Field label="Address" name="line1" value={address?.line1} autocomplete="address-line1" />
        <Field
          label="Address, second line"
          name="line2"
          value={address?.line2}
          autocomplete="address-line2"
        />
        <Field label="Postal code" name="postalCode" value={address?.postalCode} autocomplete="postal-code" />
        <Field label="City" name="city" value={address?.city} autocomplete="address-level2" />
        <Field label="State or region" name="state" value={address?.state} autocomplete="address-level1" />
        <Field
          label="Country, as a two-letter code"
          name="country"
          value={address?.country}
          autocomplete="country"
          pattern="[A-Z]{2}"
        />
        <button type="submit" class="primary">
          Save
        </button>
      </form>
    </section>
    <TaxIdsCard taxIds={taxIds} refused={refused} />
    <p>
      <a href="/billing">Back to billing, without a change</a>
    </p>
  </Layout>
);

interface FieldProps {
  readonly label: string;
  readonly name: string;
  readonly value: string | null | undefined;
  /** What a browser may fill in. */
  readonly autocomplete: string;
  readonly type?: "text" | "email";
  readonly required?: boolean;
  readonly pattern?: string;
}

const Field: FC<FieldProps> = ({ label, value, type = "text", ...rest }) => (
  <label class="field">
    {label}
    <input type={type} value={value ?? ""} {...rest} />
  </label>
);
