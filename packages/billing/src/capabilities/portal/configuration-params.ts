import type Stripe from "stripe";
import { InvalidArgumentError } from "../../errors.js";
import { takeFingerprint } from "../../fingerprint.js";
import { allowReturnUrl, type ReturnUrlPolicy } from "../../return-urls/return-url.js";
import type {
  CancelFeature,
  OfferedProduct,
  PauseFeature,
  PortalConfigurationSpec,
  PortalFeatures,
  UpdateFeature,
} from "./configuration-spec.js";

/** The parameters for a specification, and their hash, which finds the configuration again. */
export interface ConfigurationContent {
  readonly params: Params;
  readonly hash: string;
}

type Params = Stripe.BillingPortal.ConfigurationCreateParams;
type Features = Params["features"];

/**
 * Without a policy, accepts any return URL: for a specification that is only searched for and never sent.
 *
 * Hashes the parameters with every default spelled out. So equal portals have one hash however they are written, and a
 * release of this package that sends something else has another one.
 *
 * @throws ReturnUrlNotAllowedError | InvalidArgumentError for a URL that customers may not be sent to.
 */
export function toContent(
  spec: PortalConfigurationSpec,
  policy: ReturnUrlPolicy | undefined,
): ConfigurationContent {
  const { name, headline, privacyPolicyUrl, termsOfServiceUrl, returnUrl, loginPage = false } = spec;
  const params: Params = {
    business_profile: {
      ...(headline === undefined ? {} : { headline }),
      ...(privacyPolicyUrl === undefined
        ? {}
        : { privacy_policy_url: plainUrl(privacyPolicyUrl, "privacyPolicyUrl") }),
      ...(termsOfServiceUrl === undefined
        ? {}
        : { terms_of_service_url: plainUrl(termsOfServiceUrl, "termsOfServiceUrl") }),
    },
    features: toFeatures(spec.features),
    login_page: { enabled: loginPage },
    ...(name === undefined ? {} : { name }),
    ...(returnUrl === undefined
      ? {}
      : {
          default_return_url:
            // guard (if true): a configuration leads back to the tenant's origins
            policy === undefined ? plainUrl(returnUrl, "returnUrl") : allowReturnUrl(returnUrl, policy),
        }),
  };
  return { params, hash: takeFingerprint(params) };
}

export function toFeatures({
  invoiceHistory = false,
  paymentMethodUpdate = false,
  customerUpdate,
  subscriptionCancel,
  subscriptionPause,
  subscriptionUpdate,
}: PortalFeatures): Features {
  return {
    invoice_history: { enabled: invoiceHistory },
    payment_method_update: { enabled: paymentMethodUpdate },
    customer_update:
      customerUpdate === undefined
        ? { enabled: false }
        : { enabled: true, allowed_updates: [...customerUpdate.allowedUpdates] },
    subscription_cancel: subscriptionCancel === undefined ? { enabled: false } : toCancel(subscriptionCancel),
    // Sends it only if it is asked for, because older API versions do not know it.
    ...(subscriptionPause === undefined ? {} : { subscription_pause: toPause(subscriptionPause) }),
    subscription_update: subscriptionUpdate === undefined ? { enabled: false } : toUpdate(subscriptionUpdate),
  };
}

function toCancel({
  mode = "at_period_end",
  prorationBehavior = "none",
  reasons,
}: CancelFeature): NonNullable<Features["subscription_cancel"]> {
  return {
    enabled: true,
    mode,
    proration_behavior: prorationBehavior,
    cancellation_reason:
      // Sends an empty list as a blank, because form encoding cannot express an empty list.
      reasons === undefined ? { enabled: false, options: "" } : { enabled: true, options: [...reasons] },
  };
}

function toPause({ intervals }: PauseFeature): NonNullable<Features["subscription_pause"]> {
  if (intervals === undefined) return { enabled: true, duration: { type: "indefinite" } };
  const options = intervals.map(({ interval, count = 1 }) => ({ interval, interval_count: count }));
  return { enabled: true, duration: { type: "interval_options", interval_options: options } };
}

function toUpdate({
  allowedUpdates,
  products,
  prorationBehavior = "none",
  scheduleAtPeriodEnd = [],
  trialUpdateBehavior = "end_trial",
  billingCycleAnchor = "unchanged",
}: UpdateFeature): NonNullable<Features["subscription_update"]> {
  return {
    enabled: true,
    default_allowed_updates: [...allowedUpdates],
    products: products.map(({ productId, priceIds, quantity }) => ({
      product: productId,
      prices: [...priceIds].sort(),
      ...(quantity && { adjustable_quantity: toAdjustableQuantity(quantity) }),
    })),
    proration_behavior: prorationBehavior,
    ...(scheduleAtPeriodEnd.length === 0
      ? {}
      : { schedule_at_period_end: { conditions: scheduleAtPeriodEnd.map((type) => ({ type })) } }),
    trial_update_behavior: trialUpdateBehavior,
    billing_cycle_anchor: billingCycleAnchor,
  };
}

function toAdjustableQuantity({ minimum, maximum }: NonNullable<OfferedProduct["quantity"]>) {
  return {
    enabled: true,
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  };
}

/** Checks the form of a page's URL. The application chose it, so any origin will do. */
function plainUrl(url: string, name: string): string {
  if (!URL.canParse(url)) throw new InvalidArgumentError(`${name} must be an absolute https URL.`);
  // guard (argument): a configuration's pages are spelled plainly
  return allowReturnUrl(url, { allowedOrigins: [new URL(url).origin] }, name);
}

/** The metadata key that holds the hash. */
const HASH_KEY = "billingSpec";

export function metadataWith(hash: string): Record<string, string> {
  return { [HASH_KEY]: hash };
}

/** Reads the hash of the specification that a configuration was created from; `undefined` if there was none. */
export function specHash({ metadata }: Stripe.BillingPortal.Configuration): string | undefined {
  return metadata && Object.hasOwn(metadata, HASH_KEY) ? metadata[HASH_KEY] : undefined;
}
