import type { TaxId } from "@repo/billing";
import type { FC } from "hono/jsx";

/** What a customer typed that Stripe refused. */
export interface RefusedTaxId {
  readonly type: string;
  readonly value: string;
}

interface TaxIdsCardProps {
  readonly taxIds: readonly TaxId[];
  readonly refused: RefusedTaxId | undefined;
}

/** The customer's tax ids, each with a way to remove it, and a form for another. */
export const TaxIdsCard: FC<TaxIdsCardProps> = ({ taxIds, refused }) => (
  <section class="card" aria-labelledby="tax-ids-title">
    <h2 id="tax-ids-title">Tax ids</h2>
    <p class="hint">They are printed on every new invoice.</p>
    <ul class="facts">
      {taxIds.map((taxId) => (
        <li>
          <span>
            <strong>{taxId.value}</strong> {nameKind(taxId.type)}
            <span class="hint"> {describeVerification(taxId)}</span>
          </span>
          <form method="post" action="/billing/tax-ids/remove">
            <input type="hidden" name="id" value={taxId.id} />
            <button type="submit" class="quiet">
              Remove <span class="unseen">{taxId.value}</span>
            </button>
          </form>
        </li>
      ))}
    </ul>
    <form method="post" action="/billing/tax-ids" class="line-form end">
      <label class="field">
        Kind
        <select name="type" required>
          {KINDS.map(([type, name]) => (
            <option value={type} selected={refused?.type === type}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Number
        <input
          type="text"
          name="value"
          value={refused?.value ?? ""}
          required
          maxlength={100}
          autofocus={refused !== undefined}
          {...(refused !== undefined && { "aria-invalid": "true", "aria-describedby": "tax-id-problem" })}
        />
      </label>
      <button type="submit" class="primary">
        Add tax id
      </button>
    </form>
    {refused === undefined ? null : (
      <p class="notice bad" id="tax-id-problem" role="alert">
        This is no number of that kind. Nothing was saved.
      </p>
    )}
  </section>
);

/** The kinds that this application offers. Stripe has more. */
const KINDS: readonly (readonly [type: string, name: string])[] = [
  ["eu_vat", "VAT number (EU)"],
  ["gb_vat", "VAT number (United Kingdom)"],
  ["ch_vat", "VAT number (Switzerland)"],
  ["us_ein", "EIN (United States)"],
  ["ca_bn", "Business number (Canada)"],
  ["au_abn", "ABN (Australia)"],
  ["in_gst", "GSTIN (India)"],
];

/** Another kind, which the customer gave on Stripe's own pages, is named as Stripe names it. */
function nameKind(type: string): string {
  return KINDS.find(([kind]) => kind === type)?.[1] ?? type;
}

function describeVerification({ verification }: TaxId): string {
  if (verification?.status === "pending") return "Being checked";
  if (verification?.status === "verified") return "Checked";
  return verification?.status === "unverified" ? "Not known to the authority" : "";
}
