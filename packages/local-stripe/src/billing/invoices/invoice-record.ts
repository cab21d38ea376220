import type { Transaction } from "../../store/account-data.js";
import type { CustomerRecord } from "../../store/records/customers.js";
import type { InvoiceLineRecord, InvoiceRecord } from "../../store/records/invoices.js";
import { leastCharge } from "../catalog/currency.js";
import { listTaxIds } from "../customers/tax-ids.js";
import { discountedAmount } from "../discounts/discounting.js";

/** What makes one draft invoice differ from another. */
export interface InvoiceContent
  extends Pick<
    InvoiceRecord,
    | "automatically_finalizes_at"
    | "billing_reason"
    | "collection_method"
    | "currency"
    | "custom_fields"
    | "description"
    | "discounts"
    | "footer"
    | "id"
    | "metadata"
    | "parent"
    | "test_clock"
  > {
  readonly customer: CustomerRecord;
  readonly discountAmounts: readonly { readonly amount: number; readonly discount: string }[];
  readonly isTaxed: boolean;
  /** With their taxes. */
  readonly lines: readonly InvoiceLineRecord[];
}

/** A draft invoice with the sums of its lines, which is not kept yet. */
export function invoiceRecord(tx: Transaction, content: InvoiceContent): InvoiceRecord {
  const { account } = tx;
  const { customer, discountAmounts, isTaxed, lines, ...fields } = content;
  const subtotal = lines.reduce((sum, line) => sum + line.amount, 0);
  const taxes = lines.flatMap((line) => line.taxes ?? []);
  const sumTaxes = (behavior: "exclusive" | "inclusive"): number =>
    taxes.reduce((sum, tax) => sum + (tax.tax_behavior === behavior ? tax.amount : 0), 0);
  const net = lines.reduce((sum, line) => sum + discountedAmount(line), 0);
  const total = net + sumTaxes("exclusive");
  const { due } = settle(total, customer.balance, content.currency);
  const starts = lines.map((line) => line.period.start);
  return {
    object: "invoice",
    account_country: "US",
    account_name: null,
    account_tax_ids: null,
    amount_due: due,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_paid_off_stripe: 0,
    amount_remaining: due,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: true,
    automatic_tax: {
      disabled_reason: null,
      enabled: isTaxed,
      liability: isTaxed ? { type: "self" } : null,
      provider: isTaxed ? "stripe" : null,
      status: isTaxed ? "complete" : null,
    },
    created: tx.now,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: customer.shipping,
    customer_tax_exempt: customer.tax_exempt ?? null,
    customer_tax_ids: listTaxIds(account, customer.id).map(({ type, value }) => ({ type, value })),
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    due_date: null,
    effective_at: null,
    ending_balance: null,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: "self" },
    last_finalization_error: null,
    latest_revision: null,
    lines: lines.map((line) => ({ ...line, invoice: content.id })),
    livemode: account.livemode,
    next_payment_attempt: null,
    number: null,
    on_behalf_of: null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: tx.now,
    period_start: Math.min(tx.now, ...starts),
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: customer.balance,
    statement_descriptor: null,
    status: "draft",
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal,
    subtotal_excluding_tax: subtotal - sumTaxes("inclusive"),
    total,
    total_discount_amounts: [...discountAmounts],
    total_excluding_tax: net - sumTaxes("inclusive"),
    total_pretax_credit_amounts: [],
    total_taxes: taxes,
    webhooks_delivered_at: null,
    confirmationSecret: null,
    isOverdue: false,
    ...fields,
  };
}

/** Splits a total into the amount due and the balance that is left: negative is credit, positive is owed. */
export function settle(total: number, balance: number, currency: string): { due: number; balance: number } {
  const owed = total + balance;
  // An amount too small to charge is added to the balance, and so to the next invoice.
  return owed >= Math.max(1, leastCharge(currency)) ? { due: owed, balance: 0 } : { due: 0, balance: owed };
}
