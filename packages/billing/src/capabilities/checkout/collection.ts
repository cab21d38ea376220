import type Stripe from "stripe";
import * as z from "zod/mini";
import { InvalidArgumentError } from "../../errors.js";
import { boundedList, text } from "../../input.js";

/** The details that Checkout asks the customer for. */
export interface CollectionOptions {
  /**
   * `"required"` always asks for a billing address; `"auto"` only if the payment or taxes need it. Default: `"auto"`.
   */
  readonly billingAddressCollection?: "auto" | "required" | undefined;
  /**
   * The types of payment method to offer, such as `["card"]`. Stripe shows those of them that are enabled in the
   * account and possible for the purchase. Default: all of those. See
   * https://docs.stripe.com/api/payment_methods/object#payment_method_object-type
   */
  readonly paymentMethodTypes?: readonly string[] | undefined;
}

/** The further details that Checkout asks the customer for in a purchase. */
export interface PurchaseCollectionOptions extends CollectionOptions {
  /** Lets Stripe Tax calculate the taxes from the customer's address. Default: false. */
  readonly automaticTax?: boolean | undefined;
  /**
   * Lets a company enter its tax id, which is saved to the customer and shown on invoices, together with the company's
   * name. `"required"` makes it mandatory in countries where Stripe supports tax ids. Default: false.
   */
  readonly taxIdCollection?: boolean | "required" | undefined;
  /** Which of these details are saved to the customer. Default: only what `automaticTax` and `taxIdCollection` need. */
  readonly customerUpdate?: CustomerUpdate | undefined;
}

export interface CustomerUpdate {
  /** `"auto"` saves the billing address. Default: `"never"`, and `"auto"` with `automaticTax`. */
  readonly address?: "auto" | "never" | undefined;
  /** `"auto"` saves the name. Default: `"never"`, and `"auto"` with `taxIdCollection`. */
  readonly name?: "auto" | "never" | undefined;
}

type Fields<T> = { readonly [Name in keyof T]-?: z.ZodMiniType<T[Name]> };

const TYPES = 'paymentMethodTypes must be a list of 1 to 50 types of payment method, such as ["card"].';
const UPDATE = 'customerUpdate must be { address?, name? }, each "auto" or "never".';

export function collectionFields(): Fields<CollectionOptions> {
  return {
    billingAddressCollection: z.optional(
      z.enum(["auto", "required"], 'billingAddressCollection must be "auto" or "required".'),
    ),
    paymentMethodTypes: z.optional(
      boundedList(text(TYPES, /^[a-z][a-z0-9_]{1,40}$/), { least: 1, most: 50 }, TYPES),
    ),
  };
}

export function purchaseCollectionFields(): Fields<PurchaseCollectionOptions> {
  const update = z.optional(z.enum(["auto", "never"], UPDATE));
  return {
    ...collectionFields(),
    automaticTax: z.optional(z.boolean("automaticTax must be true or false.")),
    taxIdCollection: z.optional(
      z.union([z.boolean(), z.literal("required")], 'taxIdCollection must be true, false or "required".'),
    ),
    customerUpdate: z.optional(z.strictObject({ address: update, name: update }, UPDATE)),
  };
}

/** @throws InvalidArgumentError for a combination that Stripe refuses. */
export function assertCollectable(given: PurchaseCollectionOptions): void {
  const { taxIdCollection = false, customerUpdate } = given;
  if (taxIdCollection !== false && customerUpdate?.name === "never") {
    throw new InvalidArgumentError(
      'Stripe saves a tax id together with the company\'s name: taxIdCollection needs customerUpdate.name "auto", or none.',
    );
  }
}

type CollectionParams = Pick<
  Stripe.Checkout.SessionCreateParams,
  "allowed_payment_method_types" | "billing_address_collection"
>;

export function toCollectionParams({
  billingAddressCollection,
  paymentMethodTypes,
}: CollectionOptions): CollectionParams {
  return {
    ...(billingAddressCollection && { billing_address_collection: billingAddressCollection }),
    ...(paymentMethodTypes && { allowed_payment_method_types: [...new Set(paymentMethodTypes)].sort() }),
  };
}

type PurchaseCollectionParams = Pick<
  Stripe.Checkout.SessionCreateParams,
  "automatic_tax" | "customer_update" | "tax_id_collection"
>;

export function toPurchaseCollectionParams({
  automaticTax = false,
  taxIdCollection = false,
  customerUpdate = {},
}: PurchaseCollectionOptions): PurchaseCollectionParams {
  // Taxes need an address. A customer without one enters it on the page.
  const address = customerUpdate.address ?? (automaticTax ? "auto" : undefined);
  const name = customerUpdate.name ?? (taxIdCollection !== false ? "auto" : undefined);
  return {
    ...(automaticTax && { automatic_tax: { enabled: true } }),
    ...(taxIdCollection !== false && {
      tax_id_collection: {
        enabled: true,
        ...(taxIdCollection === "required" && { required: "if_supported" as const }),
      },
    }),
    customer_update: { ...(address && { address }), ...(name && { name }) },
  };
}
