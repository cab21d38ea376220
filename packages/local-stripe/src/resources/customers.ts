import { invalid } from "../api-error.js";
import { attach } from "../billing/payments/payment-methods.js";
import { emailAddress } from "../declare/email-address.js";
import { listed, listRoute, searchRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import {
  clearable,
  clearableList,
  hash,
  integer,
  isWithin,
  oneOf,
  range,
  required,
  text,
  type Values,
} from "../declare/params.js";
import { type Call, type Resource, route } from "../declare/route.js";
import { newId, randomText } from "../ids.js";
import type { AccountData } from "../store/account-data.js";
import type { CustomerRecord } from "../store/records/customers.js";
import type { Wire } from "../store/wire.js";

const ADDRESS = {
  city: clearable(text()),
  country: clearable(text()),
  line1: clearable(text()),
  line2: clearable(text()),
  postal_code: clearable(text()),
  state: clearable(text()),
};

const FIELDS = {
  address: clearable(hash(ADDRESS)),
  balance: integer(),
  description: clearable(text()),
  email: clearable(emailAddress()),
  invoice_prefix: text(),
  invoice_settings: hash({
    custom_fields: clearableList(
      hash({ name: required(text({ max: 40 })), value: required(text({ max: 140 })) }),
    ),
    footer: clearable(text()),
    default_payment_method: clearable(text()),
  }),
  metadata: metadata(),
  name: clearable(text({ max: 256 })),
  next_invoice_sequence: integer({ min: 1 }),
  phone: clearable(text({ max: 20 })),
  preferred_locales: clearableList(text()),
  shipping: clearable(
    hash({ address: required(hash(ADDRESS)), name: required(text()), phone: clearable(text()) }),
  ),
  tax_exempt: clearable(oneOf("exempt", "none", "reverse")),
};

const CREATE = { ...FIELDS, payment_method: text(), test_clock: text() };

export const customers: Resource<"customer"> = {
  kind: {
    object: "customer",
    noun: "customer",
    keys: { email: (customer) => [customer.email], test_clock: (customer) => [customer.test_clock] },
    expandable: {
      address: "shown",
      shipping: "shown",
      invoice_settings: "shown",
      "invoice_settings.default_payment_method": "payment_method",
      test_clock: "test_helpers.test_clock",
      subscriptions: listSubscriptions,
      tax_ids: firstTaxIds,
    },
  },
  permission: "customer",
  routes: [
    route("POST /v1/customers", CREATE, createCustomer),
    searchRoute("customer", "/v1/customers", {
      created: { type: "number", of: (customer) => customer.created },
      email: { type: "token", of: (customer) => customer.email },
      name: { type: "text", of: (customer) => customer.name },
      phone: { type: "token", of: (customer) => customer.phone },
    }),
    listRoute(
      "customer",
      "/v1/customers",
      { created: range(), email: text({ max: 512 }), test_clock: text() },
      ({ params: { created, email, test_clock } }) => ({
        match: { ...(email !== undefined && { email }), ...(test_clock !== undefined && { test_clock }) },
        where: (customer) =>
          (created === undefined || isWithin(created, customer.created)) &&
          // Customers of test clocks are listed only when their clock is named.
          (test_clock !== undefined || customer.test_clock === null),
      }),
    ),
    route("GET /v1/customers/:id", {}, ({ account, id }) =>
      account.of("customer").wasDeleted(id)
        ? deleted(id)
        : account.render("customer", account.getFromPath("customer", id)),
    ),
    route("POST /v1/customers/:id", FIELDS, updateCustomer),
    route("DELETE /v1/customers/:id", {}, ({ tx, id }) => {
      tx.remove("customer", id, "customer.deleted");
      return deleted(id);
    }),
  ],
};

function createCustomer({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  const clock = params.test_clock;
  if (clock !== undefined) account.getFromParam("test_helpers.test_clock", clock, "test_clock");
  tx.followClock({ test_clock: clock ?? null });
  const customer: CustomerRecord = {
    id: newId("cus", "short"),
    object: "customer",
    address: toAddress(params.address),
    balance: params.balance ?? 0,
    created: tx.now,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: params.description ?? null,
    discount: null,
    email: params.email ?? null,
    invoice_prefix: params.invoice_prefix ?? randomText(8).toUpperCase(),
    invoice_settings: {
      custom_fields: customFields(params.invoice_settings),
      default_payment_method: null,
      footer: params.invoice_settings?.footer ?? null,
      rendering_options: null,
    },
    livemode: account.livemode,
    metadata: mergeMetadata({}, params.metadata),
    name: params.name ?? null,
    next_invoice_sequence: params.next_invoice_sequence ?? 1,
    phone: params.phone ?? null,
    preferred_locales: params.preferred_locales ?? [],
    shipping: toShipping(params.shipping),
    tax_exempt: params.tax_exempt ?? "none",
    test_clock: clock ?? null,
  };
  tx.insert("customer", customer);
  const attached =
    params.payment_method === undefined ? undefined : attach(tx, params.payment_method, customer.id);
  const asked = params.invoice_settings?.default_payment_method;
  // A token may be given for both; the payment method is made once.
  const method = asked === params.payment_method ? attached?.id : asked;
  if (asked !== undefined) {
    const invoice_settings = {
      ...customer.invoice_settings,
      default_payment_method: ownMethod(account, customer.id, method),
    };
    tx.change("customer", customer.id, { invoice_settings });
  }
  const created = account.render("customer", account.getFromPath("customer", customer.id));
  tx.emit("customer.created", created);
  return created;
}

function ownMethod(account: AccountData, customer: string, method: string | null | undefined): string | null {
  if (method === null || method === undefined) return null;
  const param = "invoice_settings[default_payment_method]";
  if (account.getFromParam("payment_method", method, param).customer === customer) return method;
  throw invalid(
    "The customer does not have a payment method with the ID " +
      `${method}. The payment method must be attached to the customer.`,
    param,
    "resource_missing",
  );
}

function updateCustomer({ tx, account, id, params }: Call<Values<typeof FIELDS>>): Wire {
  const {
    address,
    invoice_settings,
    metadata: change,
    shipping,
    tax_exempt,
    preferred_locales,
    ...plain
  } = params;
  const before = account.getFromPath("customer", id);
  tx.followClock(before);
  const after = tx.change(
    "customer",
    id,
    {
      ...plain,
      ...(address !== undefined && { address: toAddress(address) }),
      ...(shipping !== undefined && { shipping: toShipping(shipping) }),
      ...(tax_exempt !== undefined && { tax_exempt: tax_exempt ?? "none" }),
      ...(preferred_locales !== undefined && { preferred_locales }),
      ...(change !== undefined && { metadata: mergeMetadata(before.metadata, change) }),
      ...(invoice_settings && {
        invoice_settings: {
          ...before.invoice_settings,
          ...(invoice_settings.footer !== undefined && { footer: invoice_settings.footer }),
          ...(invoice_settings.default_payment_method !== undefined && {
            default_payment_method: ownMethod(account, id, invoice_settings.default_payment_method),
          }),
          ...(invoice_settings.custom_fields && { custom_fields: customFields(invoice_settings) }),
        },
      }),
    },
    "customer.updated",
  );
  return account.render("customer", after);
}

function deleted(id: string): Wire {
  return { id, object: "customer", deleted: true };
}

type Address = { readonly [Part in keyof typeof ADDRESS]?: string | null };

function toAddress(address: Address | null | undefined): NonNullable<CustomerRecord["address"]> | null {
  if (address === null || address === undefined) return null;
  const {
    city = null,
    country = null,
    line1 = null,
    line2 = null,
    postal_code = null,
    state = null,
  } = address;
  return { city, country, line1, line2, postal_code, state };
}

function toShipping(shipping: Values<typeof FIELDS>["shipping"]): CustomerRecord["shipping"] {
  if (shipping === null || shipping === undefined) return null;
  const address = toAddress(shipping.address);
  if (address === null) throw invalid("Missing required param: shipping[address].", "shipping[address]");
  return { address, name: shipping.name, phone: shipping.phone ?? null };
}

function customFields(
  settings: Values<typeof FIELDS>["invoice_settings"],
): CustomerRecord["invoice_settings"]["custom_fields"] {
  const fields = settings?.custom_fields ?? [];
  return fields.length === 0 ? null : fields;
}

/** The first page of the customer's subscriptions that are not canceled. */
function listSubscriptions(customer: Wire, account: AccountData): Wire {
  const id = String(customer["id"]);
  const page = account.of("subscription").page({ match: { customer: id, canceled: "false" }, limit: 10 });
  return listed(
    `/v1/customers/${id}/subscriptions`,
    page?.hasMore ?? false,
    (page?.data ?? []).map((one) => account.render("subscription", one)),
  );
}

/** The first page of the customer's tax ids. */
function firstTaxIds(customer: Wire, account: AccountData): Wire {
  const id = String(customer["id"]);
  const page = account.of("tax_id").page({ match: { customer: id }, limit: 10 });
  return listed(
    `/v1/customers/${id}/tax_ids`,
    page?.hasMore ?? false,
    (page?.data ?? []).map((one) => account.render("tax_id", one)),
  );
}
