/**
 * Portal flows: links that skip the portal's front page and open one task. Everything a flow names is proved to be the
 * customer's own, not only the tenant's, because the page acts on it for whoever has the link.
 *
 * See https://docs.stripe.com/customer-management/portal-deep-links
 */
import type Stripe from "stripe";
import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { checkInput, onFirstUse, text } from "../../input.js";
import { allowReturnUrl, type ReturnUrlPolicy } from "../../return-urls/return-url.js";
import { proveRedeemable } from "../../selling/prove-discount.js";
import { isObjectId, type ObjectKind } from "../../stripe/object-id.js";
import { referencedId } from "../../stripe/reference.js";
import { notFound } from "../../stripe/translate-error.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { isOnSale, isUsageBased } from "./offer.js";

/**
 * A task, and the page after it. The portal configuration has to allow the task.
 *
 * - `payment_method_update`: add a payment method and make it the default.
 * - `customer_update`: change name, address, tax ids and the like.
 * - `subscription_cancel`: cancel, optionally after the offer of a coupon to stay.
 * - `subscription_update`: choose another plan or quantity.
 * - `subscription_update_confirm`: confirm a change that the application has chosen; for subscriptions with one item.
 * - `subscription_pause`: pause; needs `stripe` 23.1.
 */
export type PortalFlow =
  | {
      readonly type: "payment_method_update" | "customer_update";
      readonly afterCompletion?: AfterCompletion | undefined;
    }
  | {
      readonly type: "subscription_update" | "subscription_pause";
      readonly subscriptionId: string;
      readonly afterCompletion?: AfterCompletion | undefined;
    }
  | {
      readonly type: "subscription_cancel";
      readonly subscriptionId: string;
      /** A coupon to offer to a customer who decides to stay; see {@link PortalDiscount} for which are allowed. */
      readonly retentionCouponId?: string | undefined;
      readonly afterCompletion?: AfterCompletion | undefined;
    }
  | {
      readonly type: "subscription_update_confirm";
      readonly subscriptionId: string;
      /** The item to change. Default: the subscription's only one. */
      readonly itemId?: string | undefined;
      /**
       * A recurring price on sale that the tenant may sell, of its own product or a shared one, and that the portal
       * configuration offers. Default: the present price.
       */
      readonly priceId?: string | undefined;
      /** Default: the present quantity. */
      readonly quantity?: number | undefined;
      readonly discount?: PortalDiscount | undefined;
      readonly afterCompletion?: AfterCompletion | undefined;
    };

/**
 * Coupons and promotion codes belong, as products do, to the tenant that their metadata names, or with `"*"` to all;
 * one without that mark is no tenant's. A promotion code made for one customer is for that customer alone.
 */
export type PortalDiscount = { readonly couponId: string } | { readonly promotionCodeId: string };

/**
 * - `portal_homepage` (Stripe's default): the portal's front page.
 * - `hosted_confirmation`: Stripe's confirmation page, with a message of up to 500 characters.
 * - `redirect`: back to the application, to a URL or path as for `returnUrl`.
 */
export type AfterCompletion =
  | { readonly type: "portal_homepage" }
  | { readonly type: "hosted_confirmation"; readonly message?: string | undefined }
  | { readonly type: "redirect"; readonly returnUrl: string };

const afterCompletionSchema = () =>
  z.optional(
    z.discriminatedUnion(
      "type",
      [
        z.strictObject({ type: z.literal("portal_homepage") }),
        z.strictObject({
          type: z.literal("hosted_confirmation"),
          message: z.optional(
            text("flow.afterCompletion.message must be a string of 1 to 500 characters.", /^.{1,500}$/s),
          ),
        }),
        z.strictObject({
          type: z.literal("redirect"),
          returnUrl: z.string("flow.afterCompletion.returnUrl must be a string."),
        }),
      ],
      "flow.afterCompletion.type must be portal_homepage, hosted_confirmation or redirect.",
    ),
  );

const portalFlow = onFirstUse(() => {
  const afterCompletion = afterCompletionSchema();
  const subscriptionId = idOf("subscription", "subscriptionId");
  const couponId = text("A coupon's id is 1 to 200 letters, digits, _ and -.", /^[\w-]{1,200}$/);
  return z.discriminatedUnion(
    "type",
    [
      z.strictObject({ type: z.enum(["payment_method_update", "customer_update"]), afterCompletion }),
      z.strictObject({
        type: z.enum(["subscription_update", "subscription_pause"]),
        subscriptionId,
        afterCompletion,
      }),
      z.strictObject({
        type: z.literal("subscription_cancel"),
        subscriptionId,
        retentionCouponId: z.optional(couponId),
        afterCompletion,
      }),
      z.strictObject({
        type: z.literal("subscription_update_confirm"),
        subscriptionId,
        itemId: z.optional(idOf("subscription_item", "itemId")),
        priceId: z.optional(idOf("price", "priceId")),
        quantity: z.optional(
          z
            .int("flow.quantity must be a whole number.")
            .check(z.gte(0, "flow.quantity must not be negative.")),
        ),
        discount: z.optional(
          z.union(
            [
              z.strictObject({ couponId }),
              z.strictObject({ promotionCodeId: idOf("promotion_code", "promotionCodeId") }),
            ],
            "flow.discount must be { couponId } or { promotionCodeId }.",
          ),
        ),
        afterCompletion,
      }),
    ],
    "flow.type must be payment_method_update, customer_update, subscription_update, subscription_pause, " +
      "subscription_cancel or subscription_update_confirm.",
  );
});

type CheckedFlow = z.infer<ReturnType<typeof portalFlow>>;
type ConfirmFlow = Extract<CheckedFlow, { type: "subscription_update_confirm" }>;
type FlowData = Stripe.BillingPortal.SessionCreateParams.FlowData;

/**
 * Proves everything a flow names: one request for a subscription that was not proved recently (always, for a change to
 * confirm), and one for each price, coupon and promotion code.
 */
export type FlowProof = (scope: TenantScope, customerId: string) => Promise<FlowData>;

/**
 * Checks what needs no request, and returns a function that does the rest.
 *
 * @throws InvalidArgumentError | ReturnUrlNotAllowedError
 */
export function checkFlow(given: unknown, policy: ReturnUrlPolicy): FlowProof {
  const flow = checkInput(portalFlow, given);
  const isConfirm = flow.type === "subscription_update_confirm";
  if (isConfirm && flow.priceId === undefined && flow.quantity === undefined) {
    throw new InvalidArgumentError("flow needs a priceId or a quantity to confirm.");
  }
  const after =
    flow.afterCompletion === undefined
      ? {}
      : { after_completion: toAfterCompletion(flow.afterCompletion, policy) };
  return async (scope, customerId) => ({
    type: flow.type,
    ...after,
    ...(await proveTask(scope, customerId, flow)),
  });
}

async function proveTask(
  scope: TenantScope,
  customerId: string,
  flow: CheckedFlow,
): Promise<Omit<FlowData, "type">> {
  switch (flow.type) {
    case "payment_method_update":
    case "customer_update":
      return {};
    case "subscription_update":
    case "subscription_pause":
      // guard: a subscription to update or pause is the customer's
      await scope.proveCustomersSubscription(customerId, flow.subscriptionId);
      return { [flow.type]: { subscription: flow.subscriptionId } };
    case "subscription_cancel": {
      const { subscriptionId: subscription, retentionCouponId: coupon } = flow;
      // guard: a subscription to cancel is the customer's
      await scope.proveCustomersSubscription(customerId, subscription);
      if (coupon === undefined) return { subscription_cancel: { subscription } };
      // guard: a coupon to stay is one that the tenant may give
      await proveRedeemable(scope, { couponId: coupon }, customerId);
      const retention = { type: "coupon_offer" as const, coupon_offer: { coupon } };
      return { subscription_cancel: { subscription, retention } };
    }
    case "subscription_update_confirm":
      return { subscription_update_confirm: await proveConfirmation(scope, customerId, flow) };
  }
}

async function proveConfirmation(
  scope: TenantScope,
  customerId: string,
  { subscriptionId: subscription, itemId, priceId, quantity, discount }: ConfirmFlow,
): Promise<NonNullable<FlowData["subscription_update_confirm"]>> {
  const { customer, items: listed } = await scope.subscription(subscription);
  // guard: a change to confirm is of the named customer
  if (referencedId(customer) !== customerId) throw notFound();
  const items = listed.data;
  const [item] = items;
  // guard: an item to confirm is of the subscription
  if (itemId !== undefined && !items.some(({ id }) => id === itemId)) throw notFound();
  if (item === undefined || items.length > 1) {
    throw new InvalidArgumentError("Stripe's portal can only change subscriptions with one item.");
  }
  if (priceId !== undefined) {
    // guard (as { active: true, recurring: {}, product: { active: true } }): a price to confirm is one that the tenant may sell
    const price = await scope.price(priceId);
    if (!isOnSale(price)) throw new InvalidArgumentError("flow.priceId is archived, so it cannot be sold.");
    if (price.recurring === null || isUsageBased(price)) {
      throw new InvalidArgumentError(
        `flow.priceId is a ${price.recurring === null ? "one-time" : "usage-based"} price. Stripe's portal cannot change a subscription to one.`,
      );
    }
  }
  return {
    subscription,
    items: [
      {
        id: item.id,
        ...(priceId === undefined ? {} : { price: priceId }),
        ...(quantity === undefined ? {} : { quantity }),
      },
    ],
    // guard (as table): a discount to confirm is one that the tenant may give
    ...(discount === undefined ? {} : { discounts: [await proveRedeemable(scope, discount, customerId)] }),
  };
}

function toAfterCompletion(
  after: NonNullable<CheckedFlow["afterCompletion"]>,
  policy: ReturnUrlPolicy,
): NonNullable<FlowData["after_completion"]> {
  switch (after.type) {
    case "portal_homepage":
      return { type: after.type };
    case "hosted_confirmation": {
      const { type, message } = after;
      return message === undefined ? { type } : { type, hosted_confirmation: { custom_message: message } };
    }
    case "redirect": {
      // guard (argument of allowReturnUrl): a flow leads back to the tenant's origins
      const returnUrl = allowReturnUrl(after.returnUrl, policy, "flow.afterCompletion.returnUrl");
      return { type: after.type, redirect: { return_url: returnUrl } };
    }
  }
}

function idOf(kind: ObjectKind, name: string): z.ZodMiniCustom<string, string> {
  const accepts = (value: unknown) => typeof value === "string" && isObjectId(kind, value);
  return z.custom<string>(accepts, `flow.${name} must be the id of a Stripe ${kind.replace("_", " ")}.`);
}
