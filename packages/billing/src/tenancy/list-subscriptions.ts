import type Stripe from "stripe";
import type { Deadline } from "../deadline.js";
import { InvalidArgumentError } from "../errors.js";
import type { StripeAnswer } from "../stripe/calls.js";
import { send } from "../stripe/send.js";
import type { Transport } from "../stripe/transport.js";
import { SHARED } from "./metadata-mark.js";
import type { SubscriptionListQuery, SubscriptionPage } from "./tenancy.js";

const CALL = "GET /v1/subscriptions";
const PAGE = 100;

/**
 * Reads one page of an account's subscriptions, those that have ended as well. A read of the operator's: it holds those of
 * all tenants.
 *
 * @throws InvalidArgumentError for a cursor or an account that is none, before anything is sent.
 */
export async function listSubscriptions(
  transport: Transport,
  { account, cursor }: SubscriptionListQuery,
  deadline: Deadline,
): Promise<SubscriptionPage> {
  // guard (operand 1): the account of a list of subscriptions is one
  if (!isId(account, /^acct_\w{1,64}$/) || !isId(cursor, /^sub_\w{1,240}$/)) {
    throw new InvalidArgumentError("account must be an acct_… and cursor one that a page had.");
  }
  const params = { status: "all", limit: PAGE, ...(cursor === undefined ? {} : { starting_after: cursor }) };
  const request = { call: CALL, method: "GET", path: "/v1/subscriptions", params, account } as const;
  const answer = await send(transport, { ...request, tenantId: SHARED }, deadline);
  const { data, has_more: hasMore } = answer as StripeAnswer<typeof CALL>; // its shape was checked
  const last: Stripe.Subscription | undefined = data.at(-1);
  return Object.freeze({ subscriptions: data, nextCursor: hasMore ? last?.id : undefined });
}

function isId(value: unknown, pattern: RegExp): boolean {
  return value === undefined || (typeof value === "string" && pattern.test(value));
}
