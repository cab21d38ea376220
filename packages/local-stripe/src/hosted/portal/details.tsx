import type { FC } from "hono/jsx";
import { invalid } from "../../api-error.js";
import type { CustomerRecord } from "../../store/records/customers.js";
import { isCountry } from "../countries.js";
import { CountryField } from "./countries.js";
import { Field, type PageForm, PortalForm, TroubleNotice } from "./form.js";
import { GoBack, type OpenProps, PortalLayout } from "./frame.js";
import type { PortalPage } from "./page.js";
import type { OpenSession } from "./session.js";
import { changeTaxId, findTaxId, TaxIdFields } from "./tax-id.js";

/** Changes what the configuration lets a customer change of the name, the addresses and how to be reached. */
export const DETAILS: PortalPage<OpenSession> = {
  path: "/details",
  find: (open) => (isEditable(open) ? open : undefined),
  seen: (open) => {
    const { address, email, name, phone, shipping } = open.customer;
    return [address, email, name, phone, shipping, findTaxId(open)];
  },
  show: (open, form) => <DetailsPage open={open} form={form} />,
  submit: (tx, open, fields) => {
    tx.change("customer", open.customer.id, readChanges(open, fields), "customer.updated");
    if (allows(open, "tax_id")) changeTaxId(tx, open, fields);
    return "address";
  },
};

export function isEditable({ configuration }: OpenSession): boolean {
  const { allowed_updates, enabled } = configuration.features.customer_update;
  return enabled && allowed_updates.length > 0;
}

type Detail = "address" | "email" | "name" | "phone" | "shipping" | "tax_id";

function allows({ configuration }: OpenSession, detail: Detail): boolean {
  return configuration.features.customer_update.allowed_updates.includes(detail);
}

/** Only what may be changed is read, whatever else was sent. */
function readChanges(open: OpenSession, fields: URLSearchParams): Partial<CustomerRecord> {
  const text = textIn(fields);
  return {
    ...(allows(open, "email") && { email: readEmail(text("email", 512)) }),
    ...(allows(open, "name") && { name: text("name", 256) }),
    ...(allows(open, "phone") && { phone: text("phone", 20) }),
    ...(allows(open, "address") && { address: addressIn("address", fields) }),
    ...(allows(open, "shipping") && { shipping: shippingIn(fields) }),
  };
}

function readEmail(email: string | null): string {
  if (email !== null && /^[^\s@]+@[^\s@]+$/.test(email)) return email;
  throw invalid("Enter an email address, such as ada@example.com.", "email");
}

function shippingIn(fields: URLSearchParams): CustomerRecord["shipping"] {
  const text = textIn(fields);
  const address = addressIn("shipping[address]", fields);
  const name = text("shipping[name]", 256);
  const phone = text("shipping[phone]", 20);
  if (address === null && name === null && phone === null) return null;
  if (name === null) throw invalid("Enter who it is shipped to.", "shipping[name]");
  if (address === null) throw invalid("Enter where it is shipped to.", "shipping[address][line1]");
  return { address, name, phone };
}

type Address = NonNullable<CustomerRecord["address"]>;

function addressIn(name: string, fields: URLSearchParams): Address | null {
  const text = textIn(fields);
  const address: Address = {
    line1: text(`${name}[line1]`, 200),
    line2: text(`${name}[line2]`, 200),
    postal_code: text(`${name}[postal_code]`, 20),
    city: text(`${name}[city]`, 100),
    state: text(`${name}[state]`, 100),
    country: text(`${name}[country]`, 2),
  };
  const { country } = address;
  if (country && !isCountry(country)) throw invalid("Choose one of the countries.", `${name}[country]`);
  return Object.values(address).every((part) => part === null) ? null : address;
}

/** Reads a field; what is empty is nothing. */
function textIn(fields: URLSearchParams): (name: string, longest: number) => string | null {
  return (name, longest) => {
    const value = fields.get(name)?.trim() ?? "";
    if (value.length > longest) throw invalid(`Enter at most ${longest} characters.`, name);
    return value === "" ? null : value;
  };
}

const DetailsPage: FC<OpenProps & { readonly form: PageForm }> = ({ open, form }) => {
  const { customer } = open;
  return (
    <PortalLayout title="Update your billing information" open={open}>
      <div class="narrow">
        <h1>Update your billing information</h1>
        {form.trouble?.field === undefined ? <TroubleNotice form={form} /> : null}
        <PortalForm form={form}>
          {allows(open, "name") ? (
            <Field
              form={form}
              name="name"
              label="Name"
              value={customer.name}
              autocomplete="name"
              maxlength={256}
            />
          ) : null}
          {allows(open, "email") ? (
            <Field
              form={form}
              name="email"
              label="Email"
              type="email"
              value={customer.email}
              autocomplete="email"
              required
              maxlength={512}
            />
          ) : null}
          {allows(open, "phone") ? (
            <Field
              form={form}
              name="phone"
              label="Phone"
              type="tel"
              value={customer.phone}
              autocomplete="tel"
              maxlength={20}
            />
          ) : null}
          {allows(open, "address") ? (
            <AddressFields
              form={form}
              name="address"
              kind="billing"
              title="Address"
              address={customer.address}
            />
          ) : null}
          {allows(open, "shipping") ? <ShippingFields form={form} shipping={customer.shipping} /> : null}
          {allows(open, "tax_id") ? <TaxIdFields form={form} taxId={findTaxId(open)} /> : null}
          <button type="submit" class="primary">
            Save
          </button>
        </PortalForm>
        <GoBack open={open} />
      </div>
    </PortalLayout>
  );
};

const ShippingFields: FC<{ readonly form: PageForm; readonly shipping: CustomerRecord["shipping"] }> = ({
  form,
  shipping,
}) => (
  <>
    <h2 class="section">Shipping</h2>
    <Field
      form={form}
      name="shipping[name]"
      label="Shipping name"
      value={shipping?.name}
      autocomplete="shipping name"
    />
    <Field
      form={form}
      name="shipping[phone]"
      label="Shipping phone"
      type="tel"
      value={shipping?.phone}
      autocomplete="shipping tel"
      maxlength={20}
    />
    <AddressFields
      form={form}
      name="shipping[address]"
      kind="shipping"
      title="Shipping address"
      address={shipping?.address}
    />
  </>
);

interface AddressProps {
  readonly form: PageForm;
  readonly name: string;
  readonly kind: "billing" | "shipping";
  readonly title: string;
  readonly address: { readonly [Part in keyof Address]?: string | null } | null | undefined;
}

const AddressFields: FC<AddressProps> = ({ form, name, kind, title, address }) => (
  <fieldset>
    <legend>{title}</legend>
    {PARTS.map(([part, label, autocomplete]) => (
      <Field
        form={form}
        name={`${name}[${part}]`}
        label={label}
        value={address?.[part]}
        autocomplete={`${kind} ${autocomplete}`}
      />
    ))}
    <CountryField
      form={form}
      name={`${name}[country]`}
      label="Country"
      value={address?.country}
      autocomplete={`${kind} country`}
    />
  </fieldset>
);

const PARTS = [
  ["line1", "Address line 1", "address-line1"],
  ["line2", "Address line 2", "address-line2"],
  ["postal_code", "Postal code", "postal-code"],
  ["city", "City", "address-level2"],
  ["state", "State or region", "address-level1"],
] as const;
