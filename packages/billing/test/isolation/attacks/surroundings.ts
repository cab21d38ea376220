import { connectTenancy, isBillingError } from "../../../src/index.js";
import { sdkFor } from "../../stripe-world.js";
import { answer, clientThat } from "../intercepted-client.js";
import type { Attack, ErrorCode, Outcome } from "../siege.js";

/** One idempotency key from two tenants makes two effects, and tells neither of the other. */
export const sharedKey: Attack = async function* (siege) {
  const { realm, target } = siege;
  const [first, second] = [await siege.newTenant(), await siege.newTenant()];
  const keyed = Object.values(target.options).includes("idempotencyKey");
  const keys: string[][] = [];
  for (const [name, tenant] of [
    ["a first tenant", first],
    ["its retry", first],
    ["a second tenant", second],
  ] as const) {
    const options = { ...siege.validOptions(tenant), ...(keyed && { idempotencyKey: "one key for all" }) };
    const act = () => siege.callFor(tenant, { billing: realm.service(), options });
    keys.push(postKeys(yield { name, act, caller: tenant, sends: "writes" }));
  }
  const [original = [], retry = [], foreign = []] = keys;
  const repeats = (own: string[], others: string[]) => own.filter((key) => others.includes(key));
  if (repeats(foreign, [...original, ...retry]).length > 0) throw new Error("two tenants shared a key");
  // What is already so is not written again.
  const isRepeated = repeats(retry, original).length === original.length || retry.length === 0;
  if (keyed ? !isRepeated : repeats(retry, original).length > 0) {
    throw new Error(keyed ? "a retry had another key" : "two calls without a caller's key shared one");
  }
};

/** A service of one mode meets objects of the other. */
export const otherMode: Attack = async function* (siege) {
  const { realm, target } = siege;
  const { local } = realm.world;
  yield {
    name: "a live service is answered with test objects",
    act: () => siege.call({ billing: realm.service({ mode: "live" }) }),
    refusedAs: ["mode_mismatch"],
    // What creates an object reads none before.
    sends: target.takes === undefined ? "writes" : "reads",
  };
  const live = realm.service({ stripe: sdkFor(local, local.liveSecretKey), mode: "live" });
  yield {
    name: "a live key asks for test objects",
    act: () => siege.call({ billing: live }),
    refusedAs: ["not_found"],
    mayAlsoSucceed: target.takes === undefined,
    sends: target.takes === undefined ? "writes" : "reads",
  };
};

/** The tenant's connected account is blank, unknown, somebody else's, or the client has one of its own. */
export const wrongAccount: Attack = async function* (siege) {
  const { a, b, realm, target } = siege;
  const foreign = realm.accountOf(b.tenantId);
  if (foreign === undefined) {
    const billing = realm.service();
    yield { name: "tenants of one account", act: () => siege.call({ billing }), sends: "writes" };
    return;
  }
  const linked = (account: unknown, tenantId: unknown) =>
    realm.service({
      tenancy: connectTenancy({ accountOf: () => account as never, tenantOf: () => tenantId as never }),
    });
  const none: readonly unknown[] = [
    undefined,
    null,
    "",
    " ",
    "acct_",
    "platform",
    7,
    {},
    [],
    ["acct_1"],
    `${foreign}\n`,
  ];
  for (const account of [...none, `${foreign}/../x`, `acct_${"x".repeat(251)}`, new String(foreign)]) {
    yield {
      name: `the account ${JSON.stringify(account)}`,
      act: () => siege.call({ billing: linked(account, a.tenantId) }),
      refusedAs: ["account_mismatch"],
      sends: "nothing",
    };
  }
  for (const owner of [b.tenantId, undefined, null, "", [a.tenantId], a.tenantId.toUpperCase()]) {
    yield {
      name: `an account linked back to ${JSON.stringify(owner)}`,
      act: () => siege.call({ billing: linked(foreign, owner) }),
      refusedAs: ["account_mismatch"],
      sends: "nothing",
    };
  }
  yield {
    name: "an account that Stripe does not know",
    act: () => siege.call({ billing: linked("acct_unknown", a.tenantId) }),
    account: "acct_unknown",
    refusedAs: ["permission"],
    sends: target.takes === undefined ? "writes" : "reads",
  };
  const { local } = realm.world;
  const stripe = sdkFor(local, local.secretKey, { stripeAccount: foreign });
  yield {
    name: "a client whose default account is B's",
    act: () => siege.call({ billing: realm.service({ stripe }) }),
    sends: "writes",
  };
};

/** Stripe's own errors name ids, keys and e-mails of others. None of it may come through. */
export const tellingError: Attack = async function* (siege) {
  const { b, realm } = siege;
  const { local } = realm.world;
  const caller = await siege.caller("other");
  const { requests } = yield { name: "no error", act: () => siege.callFor(caller), caller, sends: "writes" };
  const text =
    `No such object: '${b.customerId}'; a similar object exists in live mode, but a test mode key sk_live_${"x".repeat(24)} ` +
    `was used for billing@${b.tenantId}.example (${b.subscriptionId}) on account acct_${b.tenantId}.`;
  const fields = {
    message: text,
    param: text,
    code: text,
    decline_code: text,
    doc_url: `https://stripe.example/${b.customerId}`,
    request_log_url: `https://stripe.example/${b.subscriptionId}`,
    charge: b.subscriptionId,
    payment_intent: { id: b.subscriptionId, customer: b.customerId },
    payment_method: { id: b.itemId, billing_details: { email: `billing@${b.tenantId}.example` } },
    source: { id: b.itemId },
    user_message: text,
    detail: text,
  };
  for (const [index, { method }] of requests.entries()) {
    for (const { status, type } of ANSWERS) {
      let sent = 0;
      const stripe = clientThat(local, (_, send) => {
        if (sent++ !== index) return send();
        if (status === "network") return Promise.reject(new Error(text));
        if (status === "html") return Promise.resolve(answer(502, text, { "content-type": "text/html" }));
        return Promise.resolve(answer(status, { error: { type, ...fields } }, { "request-id": text }));
      });
      const outcome: Outcome = yield {
        name: `${method} answered ${status} ${type}`,
        act: () => siege.callFor(caller, { billing: realm.service({ stripe, maxRetries: 0 }) }),
        caller,
        refusedAs: ANY_FAILURE,
        // What is already so succeeds, whatever Stripe says of it.
        mayAlsoSucceed: true,
        sends: "writes",
      };
      // Whoever makes sure of something comes again when Stripe is busy.
      const isBusy = status === 409 || status === 429;
      if (!outcome.refused && index === 0 && !isBusy)
        throw new Error("an error of the first request was swallowed");
      if (isBillingError(outcome.error) && outcome.error.message.includes("sk_live"))
        throw new Error("a key came through");
    }
  }
};

const ANSWERS = [
  { status: 400, type: "invalid_request_error" },
  { status: 400, type: "idempotency_error" },
  { status: 401, type: "invalid_request_error" },
  { status: 402, type: "card_error" },
  { status: 403, type: "invalid_request_error" },
  { status: 404, type: "invalid_request_error" },
  { status: 409, type: "idempotency_error" },
  { status: 429, type: "rate_limit_error" },
  { status: 500, type: "api_error" },
  { status: 418, type: "unheard_of" },
  { status: "html", type: "" },
  { status: "network", type: "" },
] as const;

const ANY_FAILURE: readonly ErrorCode[] = [
  "not_found",
  "invalid_argument",
  "conflict",
  "payment_required",
  "rate_limited",
  "authentication",
  "permission",
  "stripe_unavailable",
  "indeterminate",
];

function postKeys({ requests }: Outcome): string[] {
  return requests.flatMap(({ method, idempotencyKey }) => (method === "POST" ? (idempotencyKey ?? []) : []));
}
