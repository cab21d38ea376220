import { InvalidArgumentError } from "../../errors.js";
import type { PathIds, RetrieveCall } from "../../stripe/calls.js";
import { notFound } from "../../stripe/translate-error.js";
import type { GateToStripe } from "../gate/gate.js";
import { isStripeObject } from "../gate/stripe-objects.js";
import type { EventObject } from "../tenancy.js";

/** The read of one kind of object, with the object expanded that proves its owner. */
interface EventObjectRead {
  readonly call: RetrieveCall;
  /** The name of the id in the call's path. */
  readonly name: string;
  readonly id: RegExp;
  readonly expand: Expansion | undefined;
}

/** Coupons, products and the oldest prices have ids that their makers chose. */
const ANY_ID = /^[A-Za-z0-9_-]{1,255}$/;

/** What leads to the owner: a charge stands between a dispute or refund and its customer. */
type Expansion = "customer" | "product" | "charge.customer";

const READS: Readonly<Record<string, EventObjectRead>> = {
  "billing_portal.configuration": read(
    "GET /v1/billing_portal/configurations/{configuration}",
    /^bpc_\w{1,240}$/,
  ),
  charge: read("GET /v1/charges/{charge}", /^(?:ch|py)_\w{1,240}$/, "customer"),
  "checkout.session": read("GET /v1/checkout/sessions/{session}", /^cs_\w{1,240}$/, "customer"),
  coupon: read("GET /v1/coupons/{coupon}", ANY_ID),
  credit_note: read("GET /v1/credit_notes/{credit_note}", /^cn_\w{1,240}$/, "customer"),
  dispute: read("GET /v1/disputes/{dispute}", /^(?:dp|du|pdp)_\w{1,240}$/, "charge.customer"),
  customer: read("GET /v1/customers/{customer}", /^cus_\w{1,240}$/),
  invoice: read("GET /v1/invoices/{invoice}", /^in_\w{1,240}$/, "customer"),
  invoiceitem: read("GET /v1/invoiceitems/{invoiceitem}", /^ii_\w{1,240}$/, "customer"),
  payment_intent: read("GET /v1/payment_intents/{payment_intent}", /^pi_\w{1,240}$/, "customer"),
  payment_method: read(
    "GET /v1/payment_methods/{payment_method}",
    /^(?:pm|card|src|ba)_\w{1,240}$/,
    "customer",
  ),
  price: read("GET /v1/prices/{price}", ANY_ID, "product"),
  product: read("GET /v1/products/{product}", ANY_ID),
  promotion_code: read("GET /v1/promotion_codes/{promotion_code}", /^promo_\w{1,240}$/, "customer"),
  refund: read("GET /v1/refunds/{refund}", /^(?:re|pyr)_\w{1,240}$/, "charge.customer"),
  setup_intent: read("GET /v1/setup_intents/{setup_intent}", /^seti_\w{1,240}$/, "customer"),
  subscription: read("GET /v1/subscriptions/{subscription}", /^sub_\w{1,240}$/, "customer"),
  subscription_schedule: read(
    "GET /v1/subscription_schedules/{schedule}",
    /^sub_sched_\w{1,240}$/,
    "customer",
  ),
};

/**
 * Reads the object that an event is about, as it is now. One request.
 *
 * @throws InvalidArgumentError for a kind that cannot be proved to be a tenant's.
 * @throws NotFoundError when it is missing or not the tenant's.
 */
export async function readEventObject(
  gate: Pick<GateToStripe, "retrieve">,
  object: EventObject,
): Promise<object> {
  const { call, name, expand } = eventObjectRead(object);
  const params = expand === undefined ? {} : { expand: [expand] };
  const answer: object = await gate.retrieve(call, { [name]: object.id } as PathIds<typeof call>, params);
  const customer = expandedCustomer(answer, expand);
  // Nothing of a deleted customer can be read, as under the other strategies.
  if (typeof customer === "object" && customer !== null && "deleted" in customer) throw notFound();
  return withoutExpansion(answer, expand);
}

/**
 * Finds the read for an event's object.
 *
 * @throws InvalidArgumentError for a kind whose owner the gate cannot prove, or a malformed id.
 */
function eventObjectRead({ type, id }: EventObject): EventObjectRead {
  const found = typeof type === "string" && Object.hasOwn(READS, type) ? READS[type] : undefined;
  if (found === undefined) {
    throw new InvalidArgumentError(
      "An object of this kind cannot be fetched for a tenant, because it names no owner that can be proved. " +
        `Kinds that can be fetched: ${Object.keys(READS).join(", ")}.`,
    );
  }
  // guard (if false): the id of an event's object is checked before it is read
  if (typeof id !== "string" || !found.id.test(id)) {
    throw new InvalidArgumentError(`id must be the id of a Stripe ${type}, as the event names it.`);
  }
  return found;
}

/** Finds the customer that came along to prove the owner, if one did. */
function expandedCustomer(object: object, expand: string | undefined): unknown {
  if (expand === "customer") return Reflect.get(object, "customer");
  const charge: unknown = expand === "charge.customer" ? Reflect.get(object, "charge") : undefined;
  return isStripeObject(charge) ? charge.customer : undefined;
}

/** Replaces the object that was expanded to prove the owner by its id. */
function withoutExpansion(object: object, expand: string | undefined): object {
  const [name] = expand?.split(".") ?? [];
  const expanded: unknown = name === undefined ? undefined : Reflect.get(object, name);
  return name !== undefined && isStripeObject(expanded) ? { ...object, [name]: expanded.id } : object;
}

function read(call: RetrieveCall, id: RegExp, expand?: Expansion): EventObjectRead {
  const [, name = ""] = /\{(\w+)\}$/.exec(call) ?? [];
  return { call, name, id, expand };
}
