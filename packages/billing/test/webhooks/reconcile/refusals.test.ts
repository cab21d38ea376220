/** What a run is refused with, and what it begins and ends at. */
import { describe, expect, test } from "vitest";
import { ConfigurationError, InvalidArgumentError } from "../../../src/errors.js";
import {
  createWebhookReceiver,
  memoryInbox,
  type ReconcileOptions,
  type TenantResolver,
} from "../../../src/webhooks.js";
import { NOW_SECONDS, now, SECRET, twoTenants } from "../signed-delivery.js";
import { fakeStripe, listedEvent } from "./listed-events.js";

const SUMMARY = "entitlements.active_entitlement_summary.updated";
const HANDLERS = ["customer.subscription.updated", "customer.subscription.deleted", SUMMARY];

function receiverOf(billing: TenantResolver<object>, types: readonly string[] = HANDLERS) {
  return createWebhookReceiver({
    signingSecrets: [SECRET],
    billing,
    inbox: memoryInbox(),
    on: Object.fromEntries(types.map((type) => [type, () => undefined])),
    logger: { warn: () => undefined },
    now,
  });
}

const at = (seconds: number) => new Date(seconds * 1000);
const since = at(NOW_SECONDS - 1000);
const CURSOR = "cursor must be one that reconcile returned or passed to onProgress.";
const noAccount = { listAccountSubscriptions: async () => ({ subscriptions: [], nextCursor: undefined }) };

describe("reconcile", () => {
  const { reconcile } = receiverOf(fakeStripe([]));

  test.each<[object, Error]>([
    [{}, new InvalidArgumentError("reconcile needs since, or a cursor.")],
    [{ since: "yesterday" }, new InvalidArgumentError("since must be a valid Date.")],
    [{ since: at(Number.NaN) }, new InvalidArgumentError("since must be a valid Date.")],
    [{ since, until: 7 }, new InvalidArgumentError("until must be a valid Date.")],
    [{ since, until: at(NOW_SECONDS - 1001) }, new InvalidArgumentError("since must not be after until.")],
    [
      { since: at(NOW_SECONDS - 30 * 86_400 - 3_601) },
      new InvalidArgumentError("since is more than 30 days ago, and Stripe lists the events of 30 days."),
    ],
    [
      { since, accounts: "acct_1" },
      new InvalidArgumentError(
        "accounts must be an array of account ids, or a function that begins to read them.",
      ),
    ],
    [{ since, onProgress: "log" }, new InvalidArgumentError("onProgress must be a function.")],
    [{ since, signal: 5 }, new ConfigurationError("signal must be an AbortSignal.")],
    [
      { since, maxRequestsPerSecond: 1_001 },
      new ConfigurationError("maxRequestsPerSecond must be a whole number from 1 to 1000."),
    ],
    [
      { since, overlapSeconds: 30 * 86_400 + 1 },
      new ConfigurationError("overlapSeconds must be a whole number from 0 to 2592000."),
    ],
    [
      { since, from: since },
      new ConfigurationError(
        'reconcile has no option "from". Its options are accounts, maxRequestsPerSecond, signal, onProgress, since, ' +
          "until, cursor, overlapSeconds.",
      ),
    ],
    ...[
      "tomorrow",
      "7",
      "null",
      "{}",
      '{"fromSeconds":"1"}',
      '{"fromSeconds":1,"toSeconds":"2"}',
      '{"fromSeconds":1,"unsettledSeconds":1.5}',
      '{"fromSeconds":1,"passed":"1"}',
      '{"fromSeconds":1,"types":7}',
      '{"fromSeconds":1,"lastPassed":7}',
      '{"fromSeconds":1,"pages":7}',
      '{"fromSeconds":1,"pages":null}',
      '{"fromSeconds":1,"pages":{"a":7}}',
      '{"fromSeconds":1,"pages":{"a":"x","b":7}}',
    ].map((cursor) => [{ cursor }, new InvalidArgumentError(CURSOR)] as [object, Error]),
  ])("refuses %o, and says why", async (options, error) => {
    await expect(reconcile(options as ReconcileOptions)).rejects.toEqual(error); // of no such type
  });

  test.each<[object, object]>([
    [{ since: at(NOW_SECONDS - 30 * 86_400 - 3_600) }, { fromSeconds: NOW_SECONDS - 30 * 86_400 - 3_600 }],
    [
      { since, until: since },
      { fromSeconds: NOW_SECONDS - 1000, toSeconds: NOW_SECONDS - 1000 },
    ],
    [{ since, maxRequestsPerSecond: 1_000, overlapSeconds: 30 * 86_400 }, { toSeconds: NOW_SECONDS }],
    [{ since, maxRequestsPerSecond: 1, overlapSeconds: 0 }, {}],
    [
      { cursor: `{"fromSeconds":${NOW_SECONDS - 5},"toSeconds":${NOW_SECONDS - 3}}`, until: since },
      { fromSeconds: NOW_SECONDS - 5, toSeconds: NOW_SECONDS - 3 },
    ],
    [
      { cursor: `{"fromSeconds":${NOW_SECONDS - 5}}`, since },
      { fromSeconds: NOW_SECONDS - 5, toSeconds: NOW_SECONDS },
    ],
  ])("takes %o", async (options, query) => {
    const billing = fakeStripe([]);
    await receiverOf(billing).reconcile(options);
    expect(billing.queries[0]).toMatchObject(query);
  });

  test("needs a service that lists events", async () => {
    const words = "reconcile needs a billing service with listEvents, as StripeBillingService has.";
    await expect(receiverOf(twoTenants()).reconcile({ since })).rejects.toEqual(
      new ConfigurationError(words),
    );
  });

  test("says that an account's list had another account's event", async () => {
    const billing = fakeStripe([]);
    billing.events.set("acct_1", [listedEvent("evt_1", NOW_SECONDS - 10, { account: "acct_2" })]);
    await expect(receiverOf(billing).reconcile({ since, accounts: ["acct_1"] })).rejects.toEqual(
      new InvalidArgumentError("Stripe listed another account's event."),
    );
  });

  test("ends with a cursor ten minutes before its end, from which the next one begins", async () => {
    const { cursor } = await reconcile({ since });
    expect(JSON.parse(cursor)).toEqual({ fromSeconds: NOW_SECONDS - 600 });
    const short = await reconcile({ since: at(NOW_SECONDS - 100) });
    expect(JSON.parse(short.cursor)).toEqual({ fromSeconds: NOW_SECONDS - 100 });
    const whole = await reconcile({ since, overlapSeconds: 0 });
    expect(JSON.parse(whole.cursor)).toEqual({ fromSeconds: NOW_SECONDS });
  });
});

describe.each([
  ["reconcileSubscriptions", "subscriptions"],
  ["reconcileEntitlements", "customers' entitlements"],
] as const)("%s", (method, given) => {
  const findOutdated = () => [];

  test.each<[object, Error]>([
    [{}, new InvalidArgumentError(`findOutdated must be a function of ${given}.`)],
    [{ findOutdated, cursor: "next" }, new InvalidArgumentError(CURSOR)],
    [
      { findOutdated, since },
      new ConfigurationError(
        `${method} has no option "since". Its options are accounts, maxRequestsPerSecond, signal, onProgress, ` +
          "findOutdated, cursor.",
      ),
    ],
  ])("refuses %o, and says why", async (options, error) => {
    const run = receiverOf({ ...twoTenants(), ...noAccount })[method];
    await expect(Reflect.apply(run, undefined, [options])).rejects.toEqual(error);
  });

  test("needs a service that lists subscriptions", async () => {
    await expect(receiverOf(twoTenants())[method]({ findOutdated })).rejects.toEqual(
      new ConfigurationError(
        `${method} needs a billing service with listAccountSubscriptions, as StripeBillingService has.`,
      ),
    );
  });

  test("takes a cursor of its own, and what it reports is frozen", async () => {
    const cursor = JSON.stringify({ fromSeconds: NOW_SECONDS - 100 });
    const report = await receiverOf({ ...twoTenants(), ...noAccount })[method]({ findOutdated, cursor });
    expect(report).toEqual({ listed: 0, recovered: 0, unsettled: 0, dead: 0 });
    expect(Object.isFrozen(report)).toBe(true);
  });
});

describe("a missing handler", () => {
  test.each([[[HANDLERS[0]]], [[HANDLERS[1]]], [[]]])(
    "is named by reconcileSubscriptions: %o",
    async (types) => {
      const handled = types.filter((type) => type !== undefined);
      const { reconcileSubscriptions } = receiverOf({ ...twoTenants(), ...noAccount }, handled);
      await expect(reconcileSubscriptions({ findOutdated: () => [] })).rejects.toEqual(
        new ConfigurationError(
          "reconcileSubscriptions needs handlers for customer.subscription.updated and customer.subscription.deleted.",
        ),
      );
    },
  );

  test("is named by reconcileEntitlements", async () => {
    const { reconcileEntitlements } = receiverOf({ ...twoTenants(), ...noAccount }, []);
    await expect(reconcileEntitlements({ findOutdated: () => [] })).rejects.toEqual(
      new ConfigurationError(`reconcileEntitlements needs a handler for ${SUMMARY}.`),
    );
  });
});
