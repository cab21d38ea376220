import type { AccountData } from "../../store/account-data.js";
import type { Accounts } from "../../store/accounts.js";
import { passTime } from "../../store/passing-time.js";
import type { CustomerRecord } from "../../store/records/customers.js";
import type { PortalConfigurationRecord, PortalSessionRecord } from "../../store/records/portal.js";
import type { SubscriptionRecord } from "../../store/records/subscriptions.js";
import { transact } from "../../store/transaction.js";

/** An unused link lives five minutes; one that was opened, an hour after the last page. */
const UNUSED_SECONDS = 5 * 60;
const IDLE_SECONDS = 60 * 60;

/** A portal session that was opened, with the data of its one customer that its pages show and change. */
export interface OpenSession {
  readonly account: AccountData;
  readonly session: PortalSessionRecord;
  readonly configuration: PortalConfigurationRecord;
  readonly customer: CustomerRecord;
  readonly subscriptions: readonly SubscriptionRecord[];
  /** The time that the customer lives by: the server's, or that of its test clock. */
  readonly now: number;
}

/** Opens a session by the secret in its link and marks it as used; `undefined` if there is none or it has expired. */
export function openSession(accounts: Accounts, secret: string): OpenSession | undefined {
  for (const account of accounts.all()) {
    const session = account.of("billing_portal.session").all({ secret })[0];
    if (session === undefined) continue;
    const expiresAt =
      session.usedAt === null ? session.created + UNUSED_SECONDS : session.usedAt + IDLE_SECONDS;
    if (account.now >= expiresAt || account.of("customer").get(session.customer) === undefined)
      return undefined;
    passTime(account, account.now);
    transact(account, null, (tx) => tx.change("billing_portal.session", session.id, { usedAt: tx.now }));
    return look(account, session.id);
  }
  return undefined;
}

/** Reads the current state of the session's customer and subscriptions. */
export function look(account: AccountData, id: string): OpenSession {
  const session = account.getFromPath("billing_portal.session", id);
  const customer = account.getFromPath("customer", session.customer);
  const clock = customer.test_clock ?? null;
  return {
    account,
    session,
    customer,
    configuration: account.getFromPath("billing_portal.configuration", session.configuration),
    subscriptions: account.of("subscription").all({ customer: customer.id, ended: "false" }, (one) => {
      const { on_behalf_of: account } = session;
      return account === null || one.on_behalf_of === account;
    }),
    now: clock === null ? account.now : account.getFromPath("test_helpers.test_clock", clock).frozen_time,
  };
}

/** Finds a subscription among those of the session's own customer. */
export function ownSubscription(open: OpenSession, id: string): SubscriptionRecord | undefined {
  return open.subscriptions.find((one) => one.id === id);
}

/** The path of the session's front page; every other page is below it. */
export function base({ session }: Pick<OpenSession, "session">): string {
  return `/p/session/${session.secret}`;
}
