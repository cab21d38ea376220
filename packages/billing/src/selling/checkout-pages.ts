/**
 * Keeps at most one payable Checkout page per product: paying an old page beside a new one, or beside a subscription created
 * in another way, would charge the customer twice.
 */
import type Stripe from "stripe";
import { ConflictError, InvalidArgumentError } from "../errors.js";
import { sideBySide } from "../side-by-side.js";
import { eachPage } from "../stripe/page.js";
import { referencedId } from "../stripe/reference.js";
import { CHECKOUT_KEY } from "../tenancy/metadata-mark.js";
import type { TenantScope } from "../tenancy/scope/tenant-scope.js";

type Session = Stripe.Checkout.Session;

/** A customer's sessions that may still be open, newest first. */
export interface CustomerSessions {
  readonly open: readonly Session[];
  /** Those of the last day that their customer has completed. */
  readonly complete: readonly Session[];
  /** The id of the newest session of any status. */
  readonly newestId: string | undefined;
}

/** What a page sells: a mode, and its products. A mode without products has one page at a time. */
export interface Sale {
  readonly mode: string;
  readonly productIds: ReadonlySet<string>;
}

/** The longest time that a session can be open. */
const DAY_SECONDS = 86_400;

/**
 * Lists a customer's sessions of the last day. One request for each hundred, and one for each that can be paid, or was, and
 * sells more than the ten prices that a list shows of it.
 */
export async function listSessions(scope: TenantScope, customer: string): Promise<CustomerSessions> {
  const sessions: Session[] = [];
  let newestId: string | undefined;
  const params = { customer, limit: 100, expand: ["data.line_items"] };
  const pages = eachPage((cursor) => scope.list("GET /v1/checkout/sessions", { ...params, ...cursor }));
  for await (const page of pages) {
    newestId ??= page[0]?.id;
    sessions.push(...page);
    const oldest = page.at(-1);
    if (oldest !== undefined && oldest.created < Date.now() / 1_000 - DAY_SECONDS) break;
  }
  const having = async (wanted: Session["status"]) =>
    Promise.all(
      sessions.filter(({ status }) => status === wanted).map((session) => withAllItems(scope, session)),
    );
  const [open, complete] = await sideBySide(having("open"), having("complete"));
  return { open, complete, newestId };
}

/** As many as a session can have. */
const MOST_ITEMS = 100;

async function withAllItems(scope: TenantScope, session: Session): Promise<Session> {
  const { id, line_items: lines } = session;
  if (lines?.has_more !== true) return session;
  const call = "GET /v1/checkout/sessions/{session}/line_items";
  return { ...session, line_items: await scope.list(call, { limit: MOST_ITEMS }, { session: id }) };
}

/** The time that a customer needs to fill in a page. */
const ENOUGH_SECONDS = 30 * 60;

/** Finds the open session with exactly this content and enough time left. */
export function findSameSession(open: readonly Session[], fingerprint: string): Session | undefined {
  return open.find(
    ({ metadata, expires_at: expiresAt, url, client_secret: clientSecret }) =>
      // guard (operand 1): a session is found again by everything that it was made with
      metadata?.[CHECKOUT_KEY] === fingerprint &&
      expiresAt - Date.now() / 1_000 >= ENOUGH_SECONDS &&
      typeof (url ?? clientSecret) === "string",
  );
}

/**
 * Refuses to leave another page open beside one that was paid since the sessions were listed before. The subscription that
 * came of it may be on no list that was asked for at the same moment.
 *
 * @throws ConflictError with the id of the page that was paid.
 */
export function assertNonePaidSince(before: CustomerSessions, now: CustomerSessions, sale: Sale): void {
  const paid = findSales(now.complete, sale).find(({ id }) => before.complete.every((one) => one.id !== id));
  if (paid !== undefined) throw justCompleted(paid.id);
}

/**
 * Expires the open pages that sell the same product. One request for each.
 *
 * @throws ConflictError when the customer completes one of them at this moment.
 */
export async function expireSales(scope: TenantScope, open: readonly Session[], sale: Sale): Promise<void> {
  await Promise.all(findSales(open, sale).map(({ id }) => expireSession(scope, id)));
}

export function findSales(open: readonly Session[], { mode, productIds }: Sale): readonly Session[] {
  // guard (operand 2): only sessions that sell the same product are expired
  return open.filter((session) => session.mode === mode && sells(session, productIds));
}

function sells({ mode, line_items: lines }: Session, productIds: ReadonlySet<string>): boolean {
  if (mode === "setup") return true;
  return (lines?.data ?? []).some(
    ({ price }) => price !== null && productIds.has(referencedId(price.product)),
  );
}

/** @throws ConflictError when the customer has completed it. */
export async function expireSession(scope: TenantScope, session: string): Promise<void> {
  const call = "POST /v1/checkout/sessions/{session}/expire";
  try {
    // Each is a step of its own, because one key for several sessions would be a conflict.
    await scope.write(call, { session }, {}, undefined, `expire ${session}`);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    // Only an open session can be expired, so this one ended after it was listed.
    const { status } = await scope.checkoutSession(session);
    if (status === "expired") return;
    if (status !== "complete") throw error;
    throw justCompleted(session, { cause: error });
  }
}

function justCompleted(session: string, origin: { readonly cause?: unknown } = {}): ConflictError {
  return new ConflictError(
    "The customer is just completing another Checkout session for the same product. Look at the result of that session.",
    { conflictingId: session, ...origin },
  );
}
