import type Stripe from "stripe";

/**
 * The shape in which an object of Stripe is kept: every expandable field is the id it stands for, and a decimal is the
 * string that travels, because the SDK turns that string into its own class on arrival.
 */
export type Stored<T> = T extends Stripe.Decimal
  ? string
  : T extends readonly (infer Element)[]
    ? Reference<Element>[]
    : T extends object
      ? { [Key in keyof T]: Reference<T[Key]> }
      : T;

/** A type that admits any string is an expandable reference or plain text; of both only the text is kept. */
type Reference<Value> = string extends Value ? Extract<Value, string | null | undefined> : Stored<Value>;
