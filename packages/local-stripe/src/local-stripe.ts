import {
  checkArgument,
  checkOptions,
  isAccountId,
  isFlag,
  isOneOf,
  isText,
  isWhole,
  requireOptions,
} from "./check-options.js";
import { Clock } from "./clock.js";
import { isThinEventType } from "./declare/event-type-checks.js";
import { DueFailures, type ReportedFailure } from "./due-failures.js";
import { hostedPages } from "./hosted/pages.js";
import { Api } from "./http/api.js";
import { controls } from "./http/control.js";
import { Faults } from "./http/faults.js";
import { Keys } from "./http/keys.js";
import { arePermissions } from "./http/permissions.js";
import { type RecordedRequest, Recorder } from "./http/recorder.js";
import { HOST, listen } from "./http/server.js";
import { checkStartOptions, type LocalStripeOptions } from "./options.js";
import { newAccount } from "./resources/accounts.js";
import { RESOURCES } from "./resources/all.js";
import { saveDefaultConfiguration } from "./resources/portal-configurations.js";
import { isSignedFor, rollSecret } from "./resources/signing-secrets.js";
import type { AccountData, EventType, Reaction, ServerContext } from "./store/account-data.js";
import { Accounts } from "./store/accounts.js";
import { passTime } from "./store/passing-time.js";
import type { RelatedObject } from "./store/records/events.js";
import { transact } from "./store/transaction.js";
import { Deliveries, type DeliveryAttempt, type DeliveryMishap } from "./webhooks/deliveries.js";

export interface WebhookControls {
  /** Makes coming deliveries be lost, delayed or repeated. Returns a function that undoes this. */
  add(mishap: DeliveryMishap): () => void;
  /** Holds deliveries back until `release`. */
  hold(): void;
  /** Sends the held deliveries one after the other, and waits for them. */
  release(order?: "as it happened" | "reversed"): Promise<void>;
  /**
   * Emits a thin event in test mode that this server never emits by itself, such as
   * `v2.core.account[requirements].updated`. Returns its id.
   */
  emitThin(type: string, relatedObject?: RelatedObject): string;
  /**
   * Gives an endpoint or event destination of test mode a new secret and returns it. The old secret still signs for
   * `overlapMs`. Default: 24 hours.
   */
  rollSecret(endpointId: string, options?: { readonly overlapMs?: number | undefined }): string;
}

/** A running local Stripe. */
export interface LocalStripe {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** The key of test mode. */
  readonly secretKey: string;
  /** The key of live mode, whose objects are separate from those of test mode. */
  readonly liveSecretKey: string;
  /** The API requests received, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Objects whose due change failed, such as a renewal, oldest first. Each is also reported by a process warning. */
  readonly dueFailures: readonly ReportedFailure[];
  /** Every attempt at a webhook delivery, oldest first. */
  readonly deliveries: readonly DeliveryAttempt[];
  /** Controls webhook deliveries, and does what only the Dashboard can do at Stripe. */
  readonly webhooks: WebhookControls;
  /** The failures to simulate: plan one with `faults.add({ kind: "rate_limit", path: "/v1/customers" })`. */
  readonly faults: Faults;
  /** Forgets the recorded requests. */
  clearRequests(): void;
  /** Sets how long searches miss new and changed objects. */
  setSearchDelay(milliseconds: number): void;
  /** Connects an account for `Stripe-Account` and returns its id. */
  connectAccount(id?: string): string;
  /**
   * Creates a restricted key, `rk_test_…`, that has only the permissions named, such as `customer_read` or
   * `subscription_write`. A permission that no call of this server needs is refused.
   */
  createRestrictedKey(
    permissions: readonly string[],
    options?: { readonly livemode?: boolean | undefined },
  ): string;
  /** Moves the server's time forward. Everything that is due by then happens, each change at its own time. */
  advanceBy(milliseconds: number): void;
  /** Resolves once no webhook delivery is under way or waiting for a retry. */
  settled(): Promise<void>;
  /** Stops listening, ends open connections and drops pending deliveries. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a local Stripe on this machine.
 *
 * @example
 * import { startLocalStripe } from "@repo/local-stripe";
 * import Stripe from "stripe";
 *
 * const local = await startLocalStripe();
 * const stripe = new Stripe(local.secretKey, { host: local.host, port: local.port, protocol: "http" });
 */
export async function startLocalStripe(options: LocalStripeOptions = {}): Promise<LocalStripe> {
  checkStartOptions(options);
  let searchDelayMs = options.searchDelayMs ?? 0;
  let url = "";
  const clock = new Clock(options.clock);
  const keys = new Keys(options);
  const faults = new Faults();
  const dueFailures = new DueFailures();
  const recorder = new Recorder(options.recordedRequests ?? 10_000);
  const deliveries = new Deliveries(
    {
      retryDelaysMs: options.webhookRetryDelaysMs ?? [100, 500, 2000],
      timeoutMs: options.webhookTimeoutMs ?? 10_000,
    },
    clock,
  );
  const context: ServerContext = {
    clock,
    origin: () => url,
    indexingDelayMs: () => searchDelayMs,
    businessName: options.businessName ?? "your application",
    requirePaymentMethod: options.requirePaymentMethod ?? false,
    afterLastAttempt: options.afterLastAttempt ?? "cancel",
    managedPayments: options.managedPayments ?? false,
    taxRates: options.taxRates ?? {},
    resources: RESOURCES,
    reactions: reactions(),
    reportDueFailure: (failure) => dueFailures.report(failure),
    announce: (account, event) => deliveries.announce(event, account, platformsAbove(account, accounts)),
    redeliver: (account, event, endpointId) => deliveries.redeliver(event, account, endpointId),
  };
  const accounts = new Accounts(context, (account) => {
    if (options.defaultPortalConfiguration ?? true) transact(account, null, saveDefaultConfiguration);
  });
  const connectAccount = (id = `acct_${Math.random().toString(36).slice(2)}`): string => {
    accounts.platform(false).of("account").insert(newAccount(id, clock.now));
    return id;
  };
  options.accounts?.forEach(connectAccount);

  const api = new Api({
    keys,
    accounts,
    resources: Object.values(RESOURCES),
    recorder,
    faults,
    onAnswer: options.onAnswer ?? (() => {}),
  });
  const letTimePass = (): void => {
    for (const account of accounts.all()) passTime(account, account.now);
  };
  const advanceBy = (milliseconds: number): void => {
    clock.advanceBy(milliseconds);
    letTimePass();
  };
  const pages = hostedPages(accounts).route("/local", controls(keys, clock, advanceBy));
  const server = await listen(api, pages, options.port ?? 0);
  url = `http://${HOST}:${server.port}`;
  const timer = setInterval(letTimePass, 1000).unref();

  const close = async (): Promise<void> => {
    clearInterval(timer);
    await Promise.all([deliveries.close(), server.close()]);
  };
  return {
    url,
    host: HOST,
    port: server.port,
    secretKey: keys.test,
    liveSecretKey: keys.live,
    get requests() {
      return recorder.all;
    },
    get dueFailures() {
      return dueFailures.all;
    },
    get deliveries() {
      return deliveries.attempts;
    },
    faults,
    webhooks: {
      add: (mishap) => deliveries.add(mishap),
      hold: () => deliveries.hold(),
      release: async (order = "as it happened") => {
        checkArgument("webhooks.release", "order", order, isOneOf("as it happened", "reversed"));
        await deliveries.release(order);
      },
      emitThin: (type, related) => {
        checkArgument("webhooks.emitThin", "type", type, isThinEventType);
        if (related !== undefined) checkRelatedObject(related);
        return transact(accounts.platform(false), null, (tx) => tx.emitThin(type, related ?? null).id);
      },
      rollSecret: (id, roll = {}) => {
        checkArgument("webhooks.rollSecret", "endpointId", id, isSignedFor);
        checkOptions("webhooks.rollSecret", roll, { overlapMs: isWhole(0) });
        const { overlapMs = 24 * 3600 * 1000 } = roll;
        return transact(accounts.platform(false), null, (tx) =>
          rollSecret(tx, id, Math.floor(overlapMs / 1000)),
        );
      },
    },
    clearRequests: () => recorder.clear(),
    setSearchDelay: (milliseconds) => {
      checkArgument("setSearchDelay", "milliseconds", milliseconds, isWhole(0));
      searchDelayMs = milliseconds;
    },
    connectAccount: (id) => {
      if (id !== undefined) checkArgument("connectAccount", "id", id, isAccountId);
      return connectAccount(id);
    },
    createRestrictedKey: (permissions, key = {}) => {
      checkArgument("createRestrictedKey", "permissions", permissions, arePermissions);
      checkOptions("createRestrictedKey", key, { livemode: isFlag });
      return keys.restricted(permissions, key.livemode ?? false);
    },
    advanceBy,
    settled: () => deliveries.settled(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function checkRelatedObject(related: RelatedObject): void {
  checkOptions("webhooks.emitThin", related, { id: isText, type: isText, url: isText });
  requireOptions("webhooks.emitThin", related, ["id", "type", "url"]);
}

/** A Connect endpoint of live mode receives the events of connected accounts in both modes. */
function platformsAbove(account: AccountData, accounts: Accounts): readonly AccountData[] {
  if (account.isPlatform) return [];
  return account.livemode ? [accounts.platform(true)] : [accounts.platform(false), accounts.platform(true)];
}

function reactions(): ReadonlyMap<EventType, readonly Reaction[]> {
  const all = new Map<EventType, Reaction[]>();
  for (const { reactions: own } of Object.values(RESOURCES)) {
    for (const [type, react] of Object.entries(own ?? {})) {
      // `Object.entries` forgets that the names are types of events.
      const present = all.get(type as EventType) ?? [];
      all.set(type as EventType, [...present, react]);
    }
  }
  return all;
}
