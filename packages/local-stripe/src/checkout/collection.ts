import { invalid, notImplemented } from "../api-error.js";
import { type MetadataChange, mergeMetadata } from "../declare/metadata.js";
import type { CheckoutSessionRecord } from "../store/records/checkout.js";

export interface InvoiceCreation {
  readonly enabled: boolean;
  readonly invoice_data?: {
    readonly description?: string;
    readonly footer?: string;
    readonly metadata?: MetadataChange;
  };
}

interface Asked {
  readonly allow_promotion_codes?: boolean;
  readonly allowed_payment_method_types?: readonly string[];
  readonly customer_update?: { readonly name?: "auto" | "never" };
  readonly discounts?: readonly unknown[];
  readonly invoice_creation?: InvoiceCreation;
  readonly payment_method_types?: readonly string[];
  readonly tax_id_collection?: { readonly enabled: boolean };
}

/** Refuses what cannot be asked for together, in Stripe's words. */
export function checkCollection(params: Asked): void {
  if (params.tax_id_collection?.enabled && params.customer_update?.name !== "auto") {
    throw invalid(
      "Tax ID collection requires updating business name on the customer. To enable tax ID collection for an existing customer, please set `customer_update[name]` to `auto`.",
      "tax_id_collection",
    );
  }
  if (params.allowed_payment_method_types !== undefined && params.payment_method_types !== undefined) {
    throw invalid(
      "You may only specify one of these parameters: allowed_payment_method_types, payment_method_types.",
      "payment_method_types",
      "parameters_exclusive",
    );
  }
  const isDiscounted = params.allow_promotion_codes === true || (params.discounts ?? []).length > 0;
  if (params.invoice_creation?.enabled && isDiscounted) {
    throw notImplemented("a discount on the invoice of a payment", "invoice_creation");
  }
}

export function shownCreation(asked: InvoiceCreation | undefined): CheckoutSessionRecord["invoice_creation"] {
  const { description, footer, metadata } = invoiceData(asked);
  return {
    enabled: asked?.enabled ?? false,
    invoice_data: {
      account_tax_ids: null,
      custom_fields: null,
      description,
      footer,
      issuer: null,
      metadata,
      rendering_options: null,
    },
  };
}

export function invoiceData(asked: InvoiceCreation | undefined): CheckoutSessionRecord["invoiceData"] {
  const { description, footer, metadata } = asked?.invoice_data ?? {};
  return {
    description: description ?? null,
    footer: footer ?? null,
    metadata: mergeMetadata({}, metadata),
  };
}
