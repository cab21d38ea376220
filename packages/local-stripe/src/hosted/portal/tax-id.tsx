import type { FC } from "hono/jsx";
import { ApiError, invalid } from "../../api-error.js";
import { addTaxId, listTaxIds, TAX_ID_TYPES } from "../../billing/customers/tax-ids.js";
import type { Transaction } from "../../store/account-data.js";
import type { TaxIdRecord } from "../../store/records/customers.js";
import { Choice, Field, type PageForm } from "./form.js";
import type { OpenSession } from "./session.js";

/** The tax id that the portal shows: the customer's newest. */
export function findTaxId({ account, customer }: OpenSession): TaxIdRecord | undefined {
  return listTaxIds(account, customer.id)[0];
}

/** Takes another in the place of the one that was shown. */
export function changeTaxId(tx: Transaction, open: OpenSession, fields: URLSearchParams): void {
  const before = findTaxId(open);
  const value = fields.get("tax_id[value]")?.trim() ?? "";
  const type = TAX_ID_TYPES.find((one) => one === fields.get("tax_id[type]"));
  if (before?.value === value && before.type === type) return;
  if (value !== "" && type === undefined) throw invalid("Choose the kind of tax ID.", "tax_id[type]");
  if (before !== undefined) tx.remove("tax_id", before.id, "customer.tax_id.deleted");
  if (value === "" || type === undefined) return;
  try {
    addTaxId(tx, open.customer.id, { type, value });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ApiError(error.status, error.message, { ...error.details, param: "tax_id[value]" });
  }
}

export const TaxIdFields: FC<{ readonly form: PageForm; readonly taxId: TaxIdRecord | undefined }> = (
  props,
) => (
  <fieldset>
    <legend>Tax ID</legend>
    <Choice
      form={props.form}
      name="tax_id[type]"
      label="Kind"
      value={props.taxId?.type}
      options={TAX_ID_TYPES.map((type) => [type, type.replace("_", " ").toUpperCase()])}
    />
    <Field form={props.form} name="tax_id[value]" label="Number" value={props.taxId?.value} maxlength={100} />
  </fieldset>
);
