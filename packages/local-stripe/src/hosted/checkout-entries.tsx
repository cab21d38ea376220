import type { FC } from "hono/jsx";
import { listTaxIds, TAX_ID_TYPES } from "../billing/customers/tax-ids.js";
import { wantsAddress, wantsName, wantsTaxId } from "../checkout/entries.js";
import type { AccountData } from "../store/account-data.js";
import type { CheckoutEntries, CheckoutSessionRecord } from "../store/records/checkout.js";
import { isCountry, namedCountries } from "./countries.js";

/** Reads what the session asks for, and nothing else that was sent. */
export function readEntries(session: CheckoutSessionRecord, form: URLSearchParams): CheckoutEntries {
  const text = (name: string): string | null => form.get(name)?.trim().slice(0, 256) || null;
  const country = text("country");
  const address = {
    line1: text("line1"),
    line2: text("line2"),
    postal_code: text("postal_code"),
    city: text("city"),
    state: text("state"),
    country: country !== null && isCountry(country) ? country : null,
  };
  const isEmpty = Object.values(address).every((part) => part === null);
  const type = TAX_ID_TYPES.find((one) => one === form.get("tax_id_type"));
  const value = text("tax_id");
  return {
    name: wantsName(session) ? text("name") : null,
    address: wantsAddress(session) && !isEmpty ? address : null,
    taxId: wantsTaxId(session) && type !== undefined && value !== null ? { type, value } : null,
  };
}

interface EntryProps {
  readonly account: AccountData;
  readonly session: CheckoutSessionRecord;
}

/** The fields of the page's form for what the session asks of its customer, filled in with what is known. */
export const EntryFields: FC<EntryProps> = ({ account, session }) => {
  const { address, name } = account.getFromPath("customer", String(session.customer));
  const isRequired = session.billing_address_collection === "required";
  return (
    <>
      {wantsAddress(session) ? (
        <fieldset>
          <legend>Billing address</legend>
          {wantsName(session) ? <NameField name={name ?? ""} session={session} /> : null}
          {PARTS.map(([part, label, autocomplete]) => (
            <>
              <label class="above" for={part}>
                {label}
              </label>
              <input
                id={part}
                name={part}
                type="text"
                value={address?.[part] ?? ""}
                autocomplete={`billing ${autocomplete}`}
                required={isRequired && part === "line1"}
              />
            </>
          ))}
          {session.automatic_tax.status === "complete" ? null : (
            <CountrySelect country={address?.country ?? null} required={isRequired} />
          )}
        </fieldset>
      ) : wantsName(session) ? (
        <NameField name={name ?? ""} session={session} />
      ) : null}
      {wantsTaxId(session) ? <TaxIdFields account={account} session={session} /> : null}
    </>
  );
};

const CountrySelect: FC<{ readonly country: string | null; readonly required: boolean }> = ({
  country,
  required,
}) => (
  <>
    <label class="above" for="country">
      Country
    </label>
    <select id="country" name="country" required={required} autocomplete="billing country">
      <option value="">Choose…</option>
      {namedCountries().map(([code, label]) => (
        <option value={code} selected={country === code}>
          {label}
        </option>
      ))}
    </select>
  </>
);

const NameField: FC<{ readonly name: string; readonly session: CheckoutSessionRecord }> = ({
  name,
  session,
}) => (
  <>
    <label class="above" for="name">
      {wantsTaxId(session) ? "Name or company" : "Name"}
    </label>
    <input id="name" name="name" type="text" value={name} autocomplete="name" maxlength={256} />
  </>
);

const TaxIdFields: FC<EntryProps> = ({ account, session }) => {
  const known = listTaxIds(account, String(session.customer))[0];
  const isRequired = session.tax_id_collection?.required === "if_supported";
  return (
    <fieldset>
      <legend>Tax ID {isRequired ? null : <small>for companies</small>}</legend>
      <label class="above" for="tax-id-type">
        Kind
      </label>
      <select id="tax-id-type" name="tax_id_type" required={isRequired}>
        <option value="">Choose…</option>
        {TAX_ID_TYPES.map((type) => (
          <option value={type} selected={known?.type === type}>
            {type.replace("_", " ").toUpperCase()}
          </option>
        ))}
      </select>
      <label class="above" for="tax-id">
        Number
      </label>
      <input
        id="tax-id"
        name="tax_id"
        type="text"
        value={known?.value ?? ""}
        required={isRequired}
        maxlength={100}
      />
    </fieldset>
  );
};

const PARTS = [
  ["line1", "Address", "address-line1"],
  ["postal_code", "Postal code", "postal-code"],
  ["city", "City", "address-level2"],
] as const;
