import type Stripe from "stripe";
import * as z from "zod/mini";
import { ConflictError, InvalidArgumentError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, writeFields, writeOptions } from "../../input.js";
import { withAllLines } from "../../selling/invoice-lines.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { referencedId } from "../../stripe/reference.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { unlessOvertaken } from "../../unless-overtaken.js";
import { type Invoice, toInvoice } from "../../views/invoice.js";

export interface PayInvoiceOptions extends CallOptions, IdempotencyOptions {
  /**
   * The payment method to charge; it must be the invoice's customer's. Default: the subscription's, else the customer's
   * default.
   */
  readonly paymentMethodId?: string | undefined;
  /**
   * Marks the invoice as paid outside of Stripe, for example by a bank transfer, and charges nothing. Default: false.
   */
  readonly paidOutOfBand?: boolean | undefined;
}

const payOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    paymentMethodId: z.optional(z.unknown()),
    paidOutOfBand: z.optional(z.boolean("paidOutOfBand must be true or false.")),
  }),
);

export async function payInvoice(
  scope: TenantScope,
  invoice: string,
  options: PayInvoiceOptions,
): Promise<Invoice> {
  const invoiceId = parseObjectId("invoice", invoice);
  const { paymentMethodId: given, paidOutOfBand = false, idempotencyKey } = checkInput(payOptions, options);
  const method = given === undefined ? undefined : parseObjectId("payment_method", given, "paymentMethodId");
  if (method !== undefined && paidOutOfBand) {
    throw new InvalidArgumentError("Give either paymentMethodId or paidOutOfBand.");
  }
  // guard (as table): an invoice to pay is of one of the tenant's customers
  const before = await scope.invoice(invoiceId);
  if (method !== undefined) {
    // guard: an invoice is paid by a payment method of its own customer
    await scope.paymentMethods.proveFor(referencedId(before.customer) ?? "", method);
  }
  if (isPaid(before)) return view(scope, before);
  const params = {
    ...(method !== undefined && { payment_method: method }),
    ...(paidOutOfBand && { paid_out_of_band: true }),
  };
  const call = "POST /v1/invoices/{invoice}/pay";
  const isPaidNow = async (now: Stripe.Invoice) => {
    if (isPaid(now)) return true;
    if (method !== undefined) await scope.paymentMethods.attached(method);
    return false;
  };
  return settle(scope, invoiceId, isPaidNow, () =>
    scope.write(call, { invoice: invoiceId }, params, idempotencyKey),
  );
}

export async function voidInvoice(
  scope: TenantScope,
  invoice: string,
  options: CallOptions & IdempotencyOptions,
): Promise<Invoice> {
  const invoiceId = parseObjectId("invoice", invoice);
  const { idempotencyKey } = checkInput(writeOptions, options);
  // guard (as table): an invoice to void is of one of the tenant's customers
  const before = await scope.invoice(invoiceId);
  if (isVoid(before)) return view(scope, before);
  const call = "POST /v1/invoices/{invoice}/void";
  return settle(scope, invoiceId, isVoid, () =>
    scope.write(call, { invoice: invoiceId }, {}, idempotencyKey),
  );
}

/** @throws ConflictError when it can no longer be paid. */
function isPaid({ status }: Stripe.Invoice): boolean {
  if (status === "void") throw new ConflictError("The invoice is void, so it can no longer be paid.");
  return status === "paid";
}

/** @throws ConflictError when it can not be voided. */
function isVoid({ status }: Stripe.Invoice): boolean {
  if (status === "paid") {
    throw new ConflictError("The invoice is paid, so it cannot be voided. Refund it with createRefund.");
  }
  if (status === "draft") {
    throw new ConflictError("The invoice is a draft, which Stripe cannot void before it is finalized.");
  }
  return status === "void";
}

/** Settles the invoice. Where Stripe refuses to, it may have been settled since it was read, by this customer or a retry. */
async function settle(
  scope: TenantScope,
  invoiceId: string,
  isSettled: (now: Stripe.Invoice) => boolean | Promise<boolean>,
  write: () => Promise<Stripe.Invoice>,
): Promise<Invoice> {
  const settled = await unlessOvertaken(async () => {
    const now = await scope.invoice(invoiceId);
    return (await isSettled(now)) ? now : undefined;
  }, write);
  return view(scope, settled);
}

async function view(scope: TenantScope, invoice: Stripe.Invoice): Promise<Invoice> {
  return toInvoice(await withAllLines(scope, invoice), scope);
}
