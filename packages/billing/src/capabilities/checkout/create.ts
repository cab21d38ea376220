import type Stripe from "stripe";
import { ConflictError, InvalidArgumentError, StripeUnavailableError } from "../../errors.js";
import type { TenantReturnUrls } from "../../return-urls/tenant-return-urls.js";
import { assertFuture } from "../../selling/assert-future.js";
import {
  assertNonePaidSince,
  type CustomerSessions,
  expireSales,
  expireSession,
  findSales,
  findSameSession,
  listSessions,
  type Sale,
} from "../../selling/checkout-pages.js";
import { assertNoneSells, listCurrentSubscriptions } from "../../selling/current-subscriptions.js";
import { proveNewDiscount } from "../../selling/prove-discount.js";
import { assertRecurring, collectProductIds, type Prices, proveForSale } from "../../selling/prove-prices.js";
import { sideBySide } from "../../side-by-side.js";
import { Steps } from "../../steps.js";
import { isReplay } from "../../stripe/replay.js";
import { assertMayEnterCodes } from "../../tenancy/promotion-code-entry.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { unlessOvertaken } from "../../unless-overtaken.js";
import {
  isOpen,
  type OpenCheckoutSession,
  type OpenEmbeddedCheckoutSession,
  toCheckoutSession,
} from "../../views/checkout-session.js";
import { toDisplayParams } from "./display.js";
import {
  type CheckedPayment,
  type CheckedSetup,
  type CheckedSubscription,
  type CreateCheckoutSessionOptions,
  type CreateEmbeddedCheckoutSessionOptions,
  checkOptions,
} from "./options.js";
import {
  paymentContent,
  purchaseParams,
  type SessionContent,
  setupContent,
  subscriptionContent,
  type Visit,
} from "./params.js";

export async function createCheckoutSession(
  scope: TenantScope,
  options: CreateCheckoutSessionOptions | CreateEmbeddedCheckoutSessionOptions,
  urls: TenantReturnUrls,
): Promise<OpenCheckoutSession | OpenEmbeddedCheckoutSession> {
  const wanted = checkOptions(options);
  if (wanted.allowPromotionCodes === true) {
    // guard: customers type codes only in the tenant's own account
    assertMayEnterCodes(scope.discounts, "allowPromotionCodes", "Give a code of the tenant's as discount.");
  }
  const { metadata } = wanted;
  const checked = {
    display: toDisplayParams(wanted, urls),
    // guard (argument): a Checkout session's metadata names no reserved key
    metadata: metadata === undefined ? {} : scope.callerMetadata(metadata),
    managedPayments: allowManagedPayments(scope, wanted),
  };
  const customerId = await scope.customerId(wanted.customerId);
  const prepare = () => prepareContent(scope, wanted, { ...checked, customerId });
  const [, { content, productIds }, sessions] = await sideBySide(
    // guard: Checkout is opened for a proved customer
    proveVisitor(scope, wanted, customerId),
    prepare(),
    listSessions(scope, customerId),
  );
  const { fingerprint } = content;
  const sale = { mode: wanted.mode ?? "subscription", productIds };
  const maySellTwice = wanted.allowSecond === true;
  const pages = findSales(sessions.open, sale);
  // One that a newer page should have closed is not handed out again: the newest stays.
  const same = findSameSession(maySellTwice ? pages : pages.slice(0, 1), fingerprint);
  // Two clicks at once have one key, and so get one session. The key changes with the customer's next session, and every
  // minute, because Stripe repeats even a failed answer for as long as it remembers the key.
  const minute = Math.floor(Date.now() / 60_000);
  const steps = new Steps(wanted.idempotencyKey ?? [fingerprint, sessions.newestId, minute].join(" "));
  const made =
    same ??
    (await steps.take("the new page", () =>
      unlessOvertaken(
        () => prepare().then(() => undefined),
        () =>
          makePage(
            scope,
            content,
            { key: steps.key, isCallers: wanted.idempotencyKey !== undefined },
            maySellTwice ? [] : pages,
          ),
      ),
    ));
  const isAlone = same !== undefined && pages.length === 1;
  const session =
    maySellTwice || isAlone
      ? made
      : await steps.take("the end of the older pages", () =>
          keepOnePage(scope, steps, { customerId, before: sessions, fingerprint, sale }, made),
        );
  const view = toCheckoutSession(session, scope);
  if (isOpen(view)) return view;
  throw new StripeUnavailableError("Stripe created a Checkout session that cannot be shown. Try again.");
}

const LEAST_TRIAL_MS = 48 * 3_600_000;

type Wanted = CheckedSubscription | CheckedPayment | CheckedSetup;

interface Proved {
  readonly content: SessionContent;
  readonly productIds: ReadonlySet<string>;
}

/** Proves the customer, by whose clock a trial has to end in the future. */
async function proveVisitor(scope: TenantScope, wanted: Wanted, customerId: string): Promise<void> {
  // guard (call proveCustomer): an open page is handed out again on no proof of another call
  await scope.proveForWrite(customerId);
  const sentence = "trialEnd must be a Date at least 48 hours from now, as Stripe's Checkout requires.";
  await assertFuture(wanted.trialEnd, sentence, () => scope.customer(customerId), LEAST_TRIAL_MS);
}

/** Proves everything that is named, and builds the content of the page. */
async function prepareContent(scope: TenantScope, wanted: Wanted, visit: Visit): Promise<Proved> {
  if (wanted.mode === "setup") return { content: setupContent(wanted, visit), productIds: new Set() };
  const { lines, discount } = wanted;
  const maySellTwice = wanted.mode === "payment" || wanted.allowSecond === true;
  const [prices, subscriptions, discountParam] = await sideBySide(
    // guard (as table): Checkout sells only prices that the tenant may sell
    proveForSale(
      scope,
      lines.map((line) => line.priceId),
    ),
    // guard (if true): Checkout sells no second subscription to a product
    maySellTwice ? [] : listCurrentSubscriptions(scope, visit.customerId),
    // guard (as table): Checkout gives a discount that the tenant may give
    discount === undefined ? undefined : proveNewDiscount(scope, discount, visit.customerId),
  );
  const productIds = collectProductIds(prices);
  assertKind(prices, wanted);
  const purchase = purchaseParams(wanted, prices, discountParam);
  if (wanted.mode === "payment") return { content: paymentContent(wanted, visit, purchase), productIds };
  assertNoneSells(subscriptions, productIds);
  return { content: subscriptionContent(wanted, visit, purchase), productIds };
}

/**
 * Makes a page, or finds the one that an earlier call made with the caller's key: Stripe answers with it as it was then.
 *
 * @throws ConflictError when that one is over, or a newer one should have closed it.
 */
async function makePage(
  scope: TenantScope,
  { params }: SessionContent,
  { key, isCallers }: { readonly key: string; readonly isCallers: boolean },
  pages: readonly Stripe.Checkout.Session[],
): Promise<Stripe.Checkout.Session> {
  const made = await scope.write("POST /v1/checkout/sessions", {}, params, key);
  if (!isCallers || !isReplay(made)) return made;
  const now = await scope.checkoutSession(made.id);
  if (now.status === "open" && pages.findIndex(({ id }) => id === now.id) <= 0) return now;
  throw new ConflictError(
    "The page that was created with this idempotency key has ended, or a newer one has replaced it. Use a new key.",
    { conflictingId: now.id },
  );
}

/** What one page is kept of. */
interface Kept {
  readonly customerId: string;
  /** The customer's sessions before the page was made. */
  readonly before: CustomerSessions;
  readonly fingerprint: string;
  readonly sale: Sale;
}

/**
 * Closes every older page for the same product, once the new one exists: of pages that calls create at once, in any number of
 * processes, the newest in Stripe's order stays. Of two with the same content, both calls get the newest.
 *
 * @throws ConflictError when the customer has just paid an older page, or has subscribed meanwhile; then closes the new one.
 */
async function keepOnePage(
  scope: TenantScope,
  steps: Steps,
  { customerId, before, fingerprint, sale }: Kept,
  made: Stripe.Checkout.Session,
): Promise<Stripe.Checkout.Session> {
  const [now, subscriptions] = await sideBySide(
    listSessions(scope, customerId),
    sale.mode === "subscription" ? listCurrentSubscriptions(scope, customerId) : [],
  );
  const { open } = now;
  const place = open.findIndex(({ id }) => id === made.id);
  const newer = place < 0 ? open : open.slice(0, place);
  try {
    if (place >= 0) await expireSales(scope, open.slice(place + 1), sale);
    assertNoneSells(subscriptions, sale.productIds);
    assertNonePaidSince(before, now, sale);
  } catch (error) {
    if (error instanceof ConflictError) {
      await expireSession(scope, made.id);
      steps.undo();
    }
    throw error;
  }
  return findSameSession(newer, fingerprint) ?? made;
}

/**
 * Stripe refuses a session in a connected account of a platform that has Managed Payments on by default, unless the session
 * switches them off.
 *
 * @throws InvalidArgumentError when they are asked for in a connected account.
 */
function allowManagedPayments(scope: TenantScope, wanted: Wanted): boolean | undefined {
  const { managedPayments } = wanted;
  if (scope.account === undefined) return managedPayments;
  if (managedPayments !== true) return false;
  throw new InvalidArgumentError(
    "Stripe does not allow Managed Payments in connected accounts. Leave out managedPayments.",
  );
}

/** @throws InvalidArgumentError when prices are paid otherwise than the session asks for. */
function assertKind(prices: Prices, { mode }: CheckedSubscription | CheckedPayment): void {
  if (mode !== "payment") assertRecurring(prices);
  else if ([...prices.values()].some((price) => price.recurring !== null)) {
    throw new InvalidArgumentError("A payment takes one-time prices, and one of these is recurring.");
  }
}
