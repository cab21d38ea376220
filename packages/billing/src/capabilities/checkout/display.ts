/** Where Checkout is shown: on a page hosted by Stripe, or as a form in a page of the application. */
import type Stripe from "stripe";
import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { allowReturnUrl } from "../../return-urls/return-url.js";
import type { TenantReturnUrls } from "../../return-urls/tenant-return-urls.js";

/** Checkout on a page hosted by Stripe, to which the application redirects the browser. The default. */
export interface HostedPageOptions {
  readonly uiMode?: "hosted" | undefined;
  /**
   * The page after success: an absolute URL, or a path on the origin of the settings' `portal.returnUrl`, which is the
   * default. Stripe replaces `{CHECKOUT_SESSION_ID}`. A visit to that page does not prove a payment: call
   * `getCheckoutSession`.
   */
  readonly successUrl?: string | undefined;
  /** The target of the page's "back" link. Default: `portal.returnUrl`. */
  readonly cancelUrl?: string | undefined;
  /** A form's alone. */
  readonly returnUrl?: undefined;
  /** A form's alone. */
  readonly redirectOnCompletion?: undefined;
}

/** Checkout as a form in a page of the application, which Stripe.js shows with the session's `clientSecret`. */
export interface EmbeddedFormOptions {
  /** See https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-ui_mode */
  readonly uiMode: "embedded";
  /**
   * The page after completion, and after a redirect to a payment method's own site: an absolute URL, or a path on the
   * origin of the settings' `portal.returnUrl`, which is the default. Stripe replaces `{CHECKOUT_SESSION_ID}`. A visit
   * to that page does not prove a payment: call `getCheckoutSession`, and show the form again if the session is still
   * open.
   */
  readonly returnUrl?: string | undefined;
  /**
   * When the browser is sent to {@link returnUrl}: `"always"` (the default), or `"if_required"` only if the payment
   * method led to another site. `"never"` offers no such payment methods and takes no `returnUrl`. Without a redirect,
   * Stripe.js calls `onComplete`.
   */
  readonly redirectOnCompletion?: "always" | "if_required" | "never" | undefined;
  /** A page's alone. */
  readonly successUrl?: undefined;
  /** A page's alone. */
  readonly cancelUrl?: undefined;
}

interface DisplayFields {
  readonly uiMode: z.ZodMiniType<"hosted" | "embedded" | undefined>;
  readonly redirectOnCompletion: z.ZodMiniType<EmbeddedFormOptions["redirectOnCompletion"]>;
  readonly successUrl: z.ZodMiniType;
  readonly cancelUrl: z.ZodMiniType;
  readonly returnUrl: z.ZodMiniType;
}

const REDIRECTS = ["always", "if_required", "never"] as const;

/** The fields that say where a session is shown. URLs are judged by their own guard. */
export function displayFields(): DisplayFields {
  return {
    uiMode: z.optional(z.enum(["hosted", "embedded"], 'uiMode must be "hosted" or "embedded".')),
    redirectOnCompletion: z.optional(
      z.enum(REDIRECTS, `redirectOnCompletion must be one of ${REDIRECTS.join(", ")}.`),
    ),
    successUrl: z.optional(z.unknown()),
    cancelUrl: z.optional(z.unknown()),
    returnUrl: z.optional(z.unknown()),
  };
}

/** The display after its check; the URLs are still anything. */
export interface CheckedDisplay {
  readonly uiMode?: "hosted" | "embedded" | undefined;
  readonly redirectOnCompletion?: EmbeddedFormOptions["redirectOnCompletion"];
  readonly successUrl?: unknown;
  readonly cancelUrl?: unknown;
  readonly returnUrl?: unknown;
}

/** @throws InvalidArgumentError for a combination that Stripe refuses. */
export function assertOneDisplay(given: CheckedDisplay): void {
  const { uiMode = "hosted", successUrl, cancelUrl, returnUrl, redirectOnCompletion } = given;
  if (uiMode === "hosted") {
    if (returnUrl === undefined && redirectOnCompletion === undefined) return;
    throw new InvalidArgumentError(
      'returnUrl and redirectOnCompletion need uiMode "embedded". A hosted page takes successUrl and cancelUrl.',
    );
  }
  if (successUrl !== undefined || cancelUrl !== undefined) {
    throw new InvalidArgumentError('uiMode "embedded" takes no successUrl and no cancelUrl. Give returnUrl.');
  }
  if (returnUrl !== undefined && redirectOnCompletion === "never") {
    throw new InvalidArgumentError('redirectOnCompletion "never" takes no returnUrl.');
  }
}

export type DisplayParams = Pick<
  Stripe.Checkout.SessionCreateParams,
  "cancel_url" | "redirect_on_completion" | "return_url" | "success_url" | "ui_mode"
>;

/**
 * Leaves out `ui_mode` for a hosted page: it is the default.
 *
 * @throws ReturnUrlNotAllowedError for a URL that is not on an allowed origin.
 */
export function toDisplayParams(given: CheckedDisplay, urls: TenantReturnUrls): DisplayParams {
  const { uiMode, redirectOnCompletion } = given;
  const { successUrl = urls.returnUrl, cancelUrl = urls.returnUrl, returnUrl = urls.returnUrl } = given;
  if (uiMode !== "embedded") {
    return {
      // guard (argument): Checkout's success URL is checked
      success_url: allowUrl(successUrl, urls, "successUrl"),
      // guard (argument): Checkout's cancel URL is checked
      cancel_url: allowUrl(cancelUrl, urls, "cancelUrl"),
    };
  }
  return {
    ui_mode: "embedded_page",
    ...(redirectOnCompletion && { redirect_on_completion: redirectOnCompletion }),
    // guard (argument): an embedded Checkout's return URL is checked
    ...(redirectOnCompletion !== "never" && { return_url: allowUrl(returnUrl, urls, "returnUrl") }),
  };
}

function allowUrl(given: unknown, { policy }: TenantReturnUrls, name: string): string {
  // guard (argument): Checkout leads back to the tenant's origins
  if (given !== undefined) return allowReturnUrl(given, policy, name);
  throw new InvalidArgumentError(`Give ${name}, or the settings portal.returnUrl.`);
}
