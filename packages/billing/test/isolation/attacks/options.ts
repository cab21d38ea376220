import { inspect } from "node:util";
import { HOSTILE_URLS, POLICY } from "../../return-urls/hostile-urls.js";
import { hostileTexts, hostileValues } from "../hostile-values.js";
import { optionsOf, placesFor } from "../method-row.js";
import type { Attack, Case, ErrorCode, Siege } from "../siege.js";

/** Options that are none of the method's, and options that are no object. */
export const smuggledOption: Attack = async function* (siege) {
  const { b, target } = siege;
  const smuggled: Readonly<Record<string, unknown>> = {
    stripeAccount: siege.realm.accountOf(b.tenantId) ?? "acct_1",
    stripeContext: "acct_1",
    stripe_account: "acct_1",
    apiKey: "sk_test_smuggled",
    api_key: "sk_test_smuggled",
    authenticator: () => undefined,
    idempotencyKey: "smuggled",
    host: "evil.example",
    path: "/v1/customers",
    query: `metadata["tenantId"]:"${b.tenantId}"`,
    customer: b.customerId,
    "customer[gte]": "",
    customer_account: b.customerId,
    customerId: b.customerId,
    tenantId: b.tenantId,
    subscription: b.subscriptionId,
    on_behalf_of: "acct_1",
    transfer_data: { destination: "acct_1" },
    starting_after: b.subscriptionId,
    ending_before: b.subscriptionId,
    return_url: "https://evil.example",
    metadata: { tenantId: b.tenantId },
    flow_data: { type: "subscription_cancel", subscription_cancel: { subscription: b.subscriptionId } },
    maxNetworkRetries: 0,
    additionalHeaders: { "Stripe-Account": "acct_1" },
    trusted: [b.customerId],
    unheardOf: true,
  };
  const own = { ...target.options, ...(target.invoke && { tenantId: "", customerId: "" }) };
  for (const [name, value] of Object.entries(smuggled)) {
    if (name in own) continue;
    yield refusedUnsent(siege, name, { ...siege.validOptions(siege.a), [name]: value });
  }
  const polluting: unknown = JSON.parse(`{"__proto__": {"customer": "${b.customerId}"}}`);
  yield refusedUnsent(siege, "an own __proto__", polluting);
  yield refusedUnsent(siege, "a constructor", { constructor: { prototype: { customer: b.customerId } } });

  const unreadable = () => {
    throw new Error(`unreadable ${b.customerId}`);
  };
  const noObjects: readonly (readonly [string, unknown])[] = [
    ["null", null],
    ["a text", b.customerId],
    ["a number", 7],
    ["a function", () => undefined],
    ["an array", [b.customerId]],
  ];
  const notOptions: readonly (readonly [string, unknown])[] = [
    // Where the id is in the same object, there is no call left without one.
    ...(target.invoke === undefined ? noObjects : []),
    ["a proxy that throws", new Proxy({}, { ownKeys: unreadable, get: unreadable })],
    ["a getter that throws", Object.defineProperty({}, "timeoutMs", { enumerable: true, get: unreadable })],
    ["a timeout that is a text", { timeoutMs: "10" }],
    ["a timeout without end", { timeoutMs: Number.POSITIVE_INFINITY }],
    ["a signal that is none", { signal: { aborted: false, addEventListener: () => undefined } }],
  ];
  for (const [name, options] of notOptions) {
    yield { ...refusedUnsent(siege, name, options), brings: [b.customerId] };
  }
};

/** Metadata that would change, blank or forge the tenant's mark, or break Stripe's limits. */
export const hostileMetadata: Attack = async function* (siege) {
  const { a, b, realm, target } = siege;
  const marks = realm.markKey === undefined ? [] : hostileMarks(realm.markKey, b.tenantId);
  const polluting: unknown = JSON.parse(`{"__proto__": {"tenantId": "${b.tenantId}"}}`);
  const hostile: readonly unknown[] = [
    ...marks,
    polluting,
    { constructor: "x" },
    { "": "x" },
    { "a[b]": "x" },
    { ["k".repeat(41)]: "x" },
    { key: "v".repeat(501) },
    { key: 7 },
    { key: true },
    { key: undefined },
    { key: { nested: b.tenantId } },
    { key: ["x"] },
    Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`key${index}`, "x"])),
    "",
    "tenantId",
    null,
    7,
    ["x"],
    () => undefined,
    new Map([["key", "x"]]),
  ];
  for (const { option, put } of placesFor(target, "metadata")) {
    for (const metadata of hostile) {
      yield {
        name: `${option} ${JSON.stringify(metadata)}`.slice(0, 100),
        act: () => siege.call({ options: { ...siege.validOptions(a), [option]: put(metadata, a) } }),
        refusedAs: ["reserved_metadata", "invalid_argument"],
        sends: "nothing",
      };
    }
  }
};

/** Another tenant's cursor, and limits that are none. */
export const hostilePaging: Attack = async function* (siege) {
  const { a, b, c, realm, target, validOptions } = siege;
  for (const option of optionsOf(target, "cursor")) {
    const cursors = [b, c].flatMap((tenant) => [
      tenant.subscriptionId,
      tenant.productId,
      tenant.customerId,
      tenant.itemId,
      tenant.invoiceId,
      tenant.paymentMethodId,
    ]);
    for (const cursor of cursors) {
      yield {
        name: `${option} ${cursor}`,
        act: () => siege.call({ options: { ...validOptions(a), [option]: cursor } }),
        refusedAs: ["invalid_argument"],
        sends: "reads",
        // In an account of the tenant's own Stripe itself knows no cursor of another's.
        brings: realm.name === "connectTenancy" ? [cursor] : [],
      };
    }
    const malformed = hostileTexts(b.subscriptionId).filter((text) => !/^[\w+/=.-]{1,1000}$/.test(text));
    for (const text of malformed) {
      yield refusedUnsent(siege, `${option} ${JSON.stringify(text)}`, { ...validOptions(a), [option]: text });
    }
    for (const [name, value] of hostileValues(b.subscriptionId)) {
      yield refusedUnsent(siege, `${option} ${name}`, { ...validOptions(a), [option]: value });
    }
  }
  const limits = [
    0,
    -1,
    1.5,
    101,
    1e9,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "10",
    null,
    { gte: 1 },
    [10],
    true,
    10n,
  ];
  for (const option of optionsOf(target, "limit")) {
    for (const limit of limits) {
      yield refusedUnsent(siege, `${option} ${inspect(limit)}`, { ...validOptions(a), [option]: limit });
    }
  }
};

/** Expansions, of which no method takes any. */
export const expansion: Attack = async function* (siege) {
  const paths = [
    ["customer"],
    ["data.customer"],
    ["data.customer.subscriptions.data.customer"],
    ["data"],
    "customer",
    {},
  ];
  for (const expand of paths) {
    yield refusedUnsent(siege, JSON.stringify(expand), { ...siege.validOptions(siege.a), expand });
  }
  yield refusedUnsent(siege, "expand[]", { ...siege.validOptions(siege.a), "expand[]": "data.customer" });
};

/** URLs that lead anywhere but to the tenant's allowed origins. */
export const hostileUrl: Attack = async function* (siege) {
  const { a, realm, target, validOptions } = siege;
  const { base = "", allowedOrigins } = POLICY;
  const billing = realm.service({ portal: { returnUrl: base, allowedReturnOrigins: allowedOrigins } });
  for (const { option, put } of placesFor(target, "url")) {
    for (const [trick, urls] of Object.entries(HOSTILE_URLS)) {
      for (const url of urls) {
        if (url === undefined || url === null) continue; // left out
        yield {
          name: `${option}, ${trick}`,
          act: () => siege.call({ billing, options: { ...validOptions(a), [option]: put(url, a) } }),
          refusedAs: typeof url === "string" ? ["return_url_not_allowed"] : NO_TEXT,
          sends: "nothing",
        };
      }
    }
  }
};

/** What is no text may be refused before it is looked at as a URL. */
const NO_TEXT: readonly ErrorCode[] = ["return_url_not_allowed", "invalid_argument"];

function hostileMarks(key: string, tenantId: string): readonly unknown[] {
  const keys = [key, key.toUpperCase(), key.toLowerCase(), ` ${key}`, `${key} `];
  return keys.flatMap((name) => [{ [name]: tenantId }, { [name]: "" }, { [name]: null }, { [name]: "*" }]);
}

function refusedUnsent(siege: Siege, name: string, options: unknown): Case {
  return { name, act: () => siege.call({ options }), refusedAs: ["invalid_argument"], sends: "nothing" };
}
