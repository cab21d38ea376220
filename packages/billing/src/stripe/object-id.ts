import { describeKind } from "../describe-kind.js";
import { InvalidArgumentError } from "../errors.js";

/** The kinds of Stripe object that callers name by id. */
export type ObjectKind =
  | "customer"
  | "subscription"
  | "subscription_item"
  | "product"
  | "price"
  | "promotion_code"
  | "payment_method"
  | "checkout_session"
  | "invoice"
  | "charge"
  | "payment_intent"
  | "refund"
  | "tax_id";

/** The first is today's; cards and sources of old are payment methods as well, and keep their ids. */
const PREFIXES: Record<Exclude<ObjectKind, "product">, readonly [string, ...string[]]> = {
  customer: ["cus"],
  subscription: ["sub"],
  subscription_item: ["si"],
  price: ["price"],
  promotion_code: ["promo"],
  payment_method: ["pm", "card", "src"],
  checkout_session: ["cs"],
  invoice: ["in"],
  charge: ["ch", "py"],
  payment_intent: ["pi"],
  refund: ["re", "pyr"],
  tax_id: ["txi"],
};

/**
 * Checks an id's kind, alphabet and size before anything is sent.
 *
 * The SDK puts whatever it is given into the path: `""` turns a retrieve into a list, `".."` climbs, and an object with
 * `toString` is as good as a string. So nothing but the exact form passes.
 *
 * @throws InvalidArgumentError naming the argument, never its value.
 */
export function parseObjectId(kind: ObjectKind, value: unknown, argument = `${kind}Id`): string {
  // guard (operand 1): an id is a text
  if (typeof value === "string" && isObjectId(kind, value)) return value;
  const form =
    kind === "product" ? ": 1 to 255 letters, digits, _ and -" : `, such as "${PREFIXES[kind][0]}_…"`;
  throw new InvalidArgumentError(
    `${argument} must be the id of a Stripe ${kind.replaceAll("_", " ")}${form}.${explainId(value)}`,
  );
}

function explainId(value: unknown): string {
  try {
    if (typeof value === "object" && value !== null && "id" in value) return " It is an object: pass its id.";
    const kind = describeKind(value);
    return kind === "a string" ? "" : ` It is ${kind}.`;
  } catch {
    // A proxy that cannot be looked at is no id either.
    return "";
  }
}

export function isObjectId(kind: ObjectKind, value: string): boolean {
  if (kind === "product") return isProductId(value);
  // guard (pattern /^([a-z]+)_/): an id is letters, digits and underscores
  const [, prefix = ""] = /^([a-z]+)_\w+$/.exec(value) ?? [];
  // guard (operand 1): an id is short; guard (operand 2): an id is of the right kind
  return value.length <= 255 && PREFIXES[kind].includes(prefix);
}

/** Tells if a product may be called so: its maker may choose any id of this alphabet. */
function isProductId(value: string): boolean {
  // guard (pattern /./): a product's id is letters, digits, _ and -, and short
  // guard (operand 2): a product is not read by the path of the search for products
  return /^[\w-]{1,255}$/.test(value) && value !== "search";
}

/** Checks a coupon's id, which its maker chose. @throws InvalidArgumentError */
export function parseCouponId(value: unknown): string {
  // guard: a coupon's id is letters, digits, _ and -
  if (typeof value !== "string" || !isCouponId(value)) {
    throw new InvalidArgumentError(
      `couponId must be the id of a Stripe coupon: 1 to 200 letters, digits, _ and -.${explainId(value)}`,
    );
  }
  return value;
}

export function isCouponId(value: string): boolean {
  return /^[\w-]{1,200}$/.test(value);
}
