import { InvalidArgumentError, StripeUnavailableError } from "../../errors.js";
import { allowReturnUrl } from "../../return-urls/return-url.js";
import type { TenantReturnUrls } from "../../return-urls/tenant-return-urls.js";
import { assertNotSubscribed } from "../../selling/assert-not-subscribed.js";
import { proveNewDiscount } from "../../selling/prove-discount.js";
import { assertRecurring, collectProductIds, type Prices, proveForSale } from "../../selling/prove-prices.js";
import { assertMayEnterCodes } from "../../tenancy/promotion-code-entry.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { isOpen, type OpenCheckoutSession, toCheckoutSession } from "../../views/checkout-session.js";
import { type CustomerSessions, expireOthers, findSameSession, listSessions } from "./open-sessions.js";
import {
  type CheckedPayment,
  type CheckedSetup,
  type CheckedSubscription,
  type CreateCheckoutSessionOptions,
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
  options: CreateCheckoutSessionOptions,
  urls: TenantReturnUrls,
): Promise<OpenCheckoutSession> {
  const wanted = checkOptions(options);
  if (wanted.mode !== "setup" && wanted.allowPromotionCodes === true) {
    // guard: customers type codes only in the tenant's own account
    assertMayEnterCodes(scope, "allowPromotionCodes", "Give a code of the tenant's as discount.");
  }
  const { successUrl = urls.returnUrl, cancelUrl = urls.returnUrl, metadata } = wanted;
  const checked = {
    // guard (argument): Checkout's success URL is checked
    successUrl: allowUrl(successUrl, urls, "successUrl"),
    // guard (argument): Checkout's cancel URL is checked
    cancelUrl: allowUrl(cancelUrl, urls, "cancelUrl"),
    // guard (argument): a Checkout session's metadata names no reserved key
    metadata: metadata === undefined ? {} : scope.callerMetadata(metadata),
  };
  const customerId = await scope.customerId(wanted.customerId);
  // guard: Checkout is opened for a proved customer
  await scope.proveCustomer(customerId);
  const { content, productIds } = await prepareContent(scope, wanted, { ...checked, customerId });
  const sessions = await listSessions(scope, customerId);
  const session =
    findSameSession(sessions, content) ?? (await make(scope, wanted, content, productIds, sessions));
  const view = toCheckoutSession(session, scope);
  if (isOpen(view)) return view;
  throw new StripeUnavailableError("Stripe made a Checkout session without a page. Try again.");
}

type Wanted = CheckedSubscription | CheckedPayment | CheckedSetup;

interface Proved {
  readonly content: SessionContent;
  readonly productIds: ReadonlySet<string>;
}

/** Proves everything that is named, and says what is to be sent. */
async function prepareContent(scope: TenantScope, wanted: Wanted, visit: Visit): Promise<Proved> {
  if (wanted.mode === "setup") return { content: setupContent(wanted, visit), productIds: new Set() };
  const { lines, discount } = wanted;
  const [prices, discountParam] = await Promise.all([
    // guard (as table): Checkout sells only prices that the tenant may sell
    proveForSale(
      scope,
      lines.map((line) => line.priceId),
    ),
    // guard (as table): Checkout gives a discount that the tenant may give
    discount === undefined ? undefined : proveNewDiscount(scope, discount, visit.customerId),
  ]);
  const productIds = collectProductIds(prices);
  assertKind(prices, wanted);
  const purchase = purchaseParams(wanted, prices, discountParam);
  if (wanted.mode === "payment") return { content: paymentContent(wanted, visit, purchase), productIds };
  // guard: Checkout sells no second subscription to a product
  if (wanted.allowSecond !== true) await assertNotSubscribed(scope, visit.customerId, productIds);
  return { content: subscriptionContent(wanted, visit, purchase), productIds };
}

async function make(
  scope: TenantScope,
  wanted: Wanted,
  { params, fingerprint }: SessionContent,
  productIds: ReadonlySet<string>,
  sessions: CustomerSessions,
) {
  const maySellTwice = wanted.mode !== "setup" && wanted.mode !== "payment" && wanted.allowSecond === true;
  if (!maySellTwice) await expireOthers(scope, sessions, wanted.mode ?? "subscription", productIds);
  // Two clicks at once have the same key, and so get the same session. It changes with the customer's next session, and
  // every minute, since Stripe would repeat an answer that failed for as long as it remembers the key.
  const minute = Math.floor(Date.now() / 60_000);
  const key = `${fingerprint} ${sessions.newestId ?? "first"} ${minute}`;
  return scope.write("POST /v1/checkout/sessions", {}, params, key);
}

function allowUrl(given: unknown, { policy }: TenantReturnUrls, name: string): string {
  // guard (argument): Checkout leads back to the tenant's origins
  if (given !== undefined) return allowReturnUrl(given, policy, name);
  throw new InvalidArgumentError(`Give ${name}, or the settings portal.returnUrl.`);
}

/** @throws InvalidArgumentError when prices are paid otherwise than the session asks for. */
function assertKind(prices: Prices, { mode }: CheckedSubscription | CheckedPayment): void {
  if (mode !== "payment") assertRecurring(prices);
  else if ([...prices.values()].some((price) => price.recurring !== null)) {
    throw new InvalidArgumentError("A payment takes prices that are paid once, and one of these recurs.");
  }
}
