import { InvalidArgumentError } from "../../errors.js";
import type { RetrieveCall } from "../../stripe/calls.js";
import { isStripeObject } from "../gate/stripe-objects.js";
import type { EventObject } from "../tenancy.js";

/** How an object of one kind is read, with the object expanded that proves its owner. */
interface EventObjectRead {
  readonly call: RetrieveCall;
  /** The name of the id in the call's path. */
  readonly name: string;
  readonly expand: "customer" | "product" | undefined;
}

const READS: Readonly<Record<string, EventObjectRead>> = {
  "billing_portal.configuration": read("GET /v1/billing_portal/configurations/{configuration}"),
  charge: read("GET /v1/charges/{charge}", "customer"),
  "checkout.session": read("GET /v1/checkout/sessions/{session}", "customer"),
  coupon: read("GET /v1/coupons/{coupon}"),
  credit_note: read("GET /v1/credit_notes/{credit_note}", "customer"),
  customer: read("GET /v1/customers/{customer}"),
  invoice: read("GET /v1/invoices/{invoice}", "customer"),
  invoiceitem: read("GET /v1/invoiceitems/{invoiceitem}", "customer"),
  payment_intent: read("GET /v1/payment_intents/{payment_intent}", "customer"),
  payment_method: read("GET /v1/payment_methods/{payment_method}", "customer"),
  price: read("GET /v1/prices/{price}", "product"),
  product: read("GET /v1/products/{product}"),
  promotion_code: read("GET /v1/promotion_codes/{promotion_code}", "customer"),
  setup_intent: read("GET /v1/setup_intents/{setup_intent}", "customer"),
  subscription: read("GET /v1/subscriptions/{subscription}", "customer"),
  subscription_schedule: read("GET /v1/subscription_schedules/{schedule}", "customer"),
};

/**
 * How an event's object is read.
 *
 * @throws InvalidArgumentError for a kind whose owner the gate cannot prove, or an id that is none.
 */
export function eventObjectRead({ type, id }: EventObject): EventObjectRead {
  const found = typeof type === "string" && Object.hasOwn(READS, type) ? READS[type] : undefined;
  if (found === undefined) {
    throw new InvalidArgumentError(
      "An object of this kind names no owner that can be proved, so it is not read for a tenant. " +
        `Kinds that are: ${Object.keys(READS).join(", ")}.`,
    );
  }
  if (typeof id !== "string" || !/^[A-Za-z0-9_-]{1,255}$/.test(id)) {
    throw new InvalidArgumentError('id must be the id of the event\'s object, such as "sub_…".');
  }
  return found;
}

/** Puts the id back in the place of what was expanded only to prove the owner. */
export function withoutExpansion(object: object, name: string | undefined): object {
  const expanded: unknown = name === undefined ? undefined : Reflect.get(object, name);
  return name !== undefined && isStripeObject(expanded) ? { ...object, [name]: expanded.id } : object;
}

function read(call: RetrieveCall, expand?: "customer" | "product"): EventObjectRead {
  const [, name = ""] = /\{(\w+)\}$/.exec(call) ?? [];
  return { call, name, expand };
}
