/**
 * At most one open session for the same thing: an old one that is paid beside the new one would charge the customer
 * twice.
 */
import { randomUUID } from "node:crypto";
import type Stripe from "stripe";
import { ConflictError, InvalidArgumentError } from "../../errors.js";
import { eachPage } from "../../stripe/page.js";
import { referencedId } from "../../stripe/reference.js";
import { CHECKOUT_KEY } from "../../tenancy/metadata-mark.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import type { SessionContent } from "./params.js";

type Session = Stripe.Checkout.Session;

/** A customer's sessions that may still be open, newest first. */
export interface CustomerSessions {
  readonly open: readonly Session[];
  /** Of all, whatever became of it. */
  readonly newestId: string | undefined;
}

/** No session is open for longer. */
const DAY_SECONDS = 86_400;

/** One request for each hundred sessions of the last day. */
export async function listSessions(scope: TenantScope, customer: string): Promise<CustomerSessions> {
  const open: Session[] = [];
  let newestId: string | undefined;
  const params = { customer, limit: 100, expand: ["data.line_items"] };
  const pages = eachPage((cursor) => scope.list("GET /v1/checkout/sessions", { ...params, ...cursor }));
  for await (const page of pages) {
    newestId ??= page[0]?.id;
    open.push(...page.filter(({ status }) => status === "open"));
    const oldest = page.at(-1);
    if (oldest !== undefined && oldest.created < Date.now() / 1_000 - DAY_SECONDS) break;
  }
  return { open, newestId };
}

/** What is left of a session's time has to be enough to fill the page in. */
const ENOUGH_SECONDS = 30 * 60;

/** The open session that is exactly what is wanted; undefined where there is none with time enough left. */
export function findSameSession(
  { open }: CustomerSessions,
  { fingerprint }: SessionContent,
): Session | undefined {
  return open.find(
    ({ metadata, expires_at: expiresAt, url }) =>
      // guard (operand 1): a session is found again by everything that it was made with
      metadata?.[CHECKOUT_KEY] === fingerprint &&
      expiresAt - Date.now() / 1_000 >= ENOUGH_SECONDS &&
      url !== null,
  );
}

/**
 * Expires every open session of the same mode that sells one of the products; a mode without products has one session
 * at a time. One request for each.
 *
 * @throws ConflictError when the customer completes one of them at this moment.
 */
export async function expireOthers(
  scope: TenantScope,
  { open }: CustomerSessions,
  mode: string,
  productIds: ReadonlySet<string>,
): Promise<void> {
  // guard (operand 2): only sessions that sell the same product are expired
  const others = open.filter((session) => session.mode === mode && sells(session, productIds));
  await Promise.all(others.map((session) => expire(scope, session.id)));
}

function sells({ mode, line_items: lines }: Session, productIds: ReadonlySet<string>): boolean {
  if (mode === "setup") return true;
  return (lines?.data ?? []).some(({ price }) => {
    if (price === null) return false;
    return productIds.has(referencedId(price.product));
  });
}

async function expire(scope: TenantScope, session: string): Promise<void> {
  try {
    // A key of its own for each: one key for several sessions would be a conflict.
    await scope.write("POST /v1/checkout/sessions/{session}/expire", { session }, {}, randomUUID());
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    // Only an open one can be expired, so it has ended by itself since it was listed.
    const { status } = await scope.checkoutSession(session);
    if (status === "expired") return;
    throw new ConflictError(
      "The customer is just completing another Checkout session for the same. Look at that one's result.",
      { conflictingId: session, cause: error },
    );
  }
}
