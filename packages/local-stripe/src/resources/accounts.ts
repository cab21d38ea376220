import { emailAddress } from "../declare/email-address.js";
import { listRoute } from "../declare/list.js";
import { mergeMetadata, metadata } from "../declare/metadata.js";
import { clearable, oneOf, text, type Values } from "../declare/params.js";
import { type Call, type Resource, retrieveRoute, route } from "../declare/route.js";
import { newId } from "../ids.js";
import type { AccountRecord } from "../store/records/account.js";
import type { Wire } from "../store/wire.js";

const FIELDS = {
  email: clearable(emailAddress()),
  metadata: metadata(),
};

const CREATE = { ...FIELDS, country: text({ max: 2 }), type: oneOf("custom", "express", "standard") };

/** Connected accounts: just enough of each for its own, separate objects. */
export const accounts: Resource<"account"> = {
  kind: { object: "account", noun: "account" },
  permission: "connected_account",
  routes: [
    route("POST /v1/accounts", CREATE, createAccount),
    listRoute("account", "/v1/accounts", {}, () => ({})),
    retrieveRoute("account", "/v1/accounts"),
    route("POST /v1/accounts/:id", FIELDS, ({ tx, account, id, params: { metadata: change, ...fields } }) => {
      const before = account.getFromPath("account", id);
      const merged = change === undefined ? {} : { metadata: mergeMetadata(before.metadata, change) };
      return account.render("account", tx.change("account", id, { ...fields, ...merged }, "account.updated"));
    }),
  ],
};

function createAccount({ tx, account, params }: Call<Values<typeof CREATE>>): Wire {
  const { metadata: change, ...fields } = params;
  const connected = newAccount(newId("acct").replace("_1", "_"), tx.now, fields);
  return account.render(
    "account",
    tx.insert("account", { ...connected, metadata: mergeMetadata({}, change) }),
  );
}

export function newAccount(
  id: string,
  created: number,
  fields: {
    readonly country?: string;
    readonly email?: string | null;
    readonly type?: AccountRecord["type"];
  } = {},
): AccountRecord {
  return {
    id,
    object: "account",
    business_profile: null,
    business_type: null,
    charges_enabled: true,
    country: fields.country ?? "US",
    created,
    default_currency: "usd",
    details_submitted: true,
    email: fields.email ?? null,
    metadata: {},
    payouts_enabled: true,
    settings: null,
    type: fields.type ?? "standard",
  };
}
