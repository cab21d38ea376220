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
  | "invoice";

const PREFIX: Record<ObjectKind, string> = {
  customer: "cus",
  subscription: "sub",
  subscription_item: "si",
  product: "prod",
  price: "price",
  promotion_code: "promo",
  checkout_session: "cs",
  payment_method: "pm",
  invoice: "in",
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
  if (typeof value === "string" && isObjectId(kind, value)) return value;
  throw new InvalidArgumentError(
    `${argument} must be the id of a Stripe ${kind}, such as "${PREFIX[kind]}_…".`,
  );
}

export function isObjectId(kind: ObjectKind, value: string): boolean {
  const prefix = `${PREFIX[kind]}_`;
  return value.length <= 255 && value.startsWith(prefix) && /^\w+$/.test(value.slice(prefix.length));
}
