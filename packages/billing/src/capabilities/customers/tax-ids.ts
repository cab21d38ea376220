import { InvalidArgumentError, isBillingError } from "../../errors.js";
import { callOptions, checkInput, onFirstUse, optionsObject, text, writeFields } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import { referencedId } from "../../stripe/reference.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type TaxId, toTaxId } from "../../views/tax-id.js";

export interface CreateTaxIdOptions extends CallOptions, IdempotencyOptions {
  /**
   * The type, such as `"eu_vat"` or `"us_ein"`. See https://docs.stripe.com/billing/customer/tax-ids#supported-tax-id
   */
  readonly type: string;
  /** The number as its authority writes it, such as `"DE123456789"`. Stripe checks its form. */
  readonly value: string;
}

export interface DeletedTaxId {
  readonly id: string;
  readonly deleted: true;
}

const createOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    type: text('type must be a kind of tax id, such as "eu_vat".', /^[a-z]{2}_[a-z0-9_]{2,20}$/),
    // Of all countries, only Mexico's have an ampersand and more than Latin letters and digits.
    value: text(
      "value must be 1 to 100 letters, digits, spaces and . , / & + * : -",
      /^[\p{L}\p{N}](?:[\p{L}\p{N} .,/&+*:-]{0,98}[\p{L}\p{N}+*])?$/u,
    ),
  }),
);

export async function createTaxId(
  scope: TenantScope,
  customer: string | undefined,
  options: CreateTaxIdOptions,
): Promise<TaxId> {
  const { idempotencyKey, ...wanted } = checkInput(createOptions, options);
  const customerId = await scope.customerId(customer);
  // guard: a customer is proved before it gets a tax id
  await scope.proveCustomer(customerId);
  const ids = { customer: customerId };
  try {
    return toTaxId(await scope.write("POST /v1/customers/{customer}/tax_ids", ids, wanted, idempotencyKey));
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    const same = (await readAll(scope, customerId)).find(
      ({ type, value }) => type === wanted.type && value === wanted.value,
    );
    if (same === undefined) throw error;
    return same;
  }
}

export async function listTaxIds(
  scope: TenantScope,
  customer: string | undefined,
  options: CallOptions,
): Promise<readonly TaxId[]> {
  checkInput(callOptions, options);
  return readAll(scope, await scope.customerId(customer));
}

export async function deleteTaxId(
  scope: TenantScope,
  taxId: string,
  options: CallOptions,
): Promise<DeletedTaxId> {
  const taxIdId = parseObjectId("tax_id", taxId, "taxIdId");
  checkInput(callOptions, options);
  // guard (as table): a tax id to delete is of one of the tenant's customers
  const { customer } = await scope.taxId(taxIdId);
  try {
    await scope.write("DELETE /v1/tax_ids/{tax_id}", { tax_id: taxIdId }, {});
  } catch (error) {
    // Stripe keeps no idempotency key for a DELETE, so a lost answer is looked for in what is left.
    const mayBeDone = isBillingError(error) && (error.code === "indeterminate" || error.code === "not_found");
    if (!mayBeDone || !(await isGone(scope, referencedId(customer), taxIdId))) throw error;
  }
  return Object.freeze({ id: taxIdId, deleted: true });
}

/** More than a customer can have. */
const MOST_TAX_IDS = 100;

async function readAll(scope: TenantScope, customerId: string): Promise<readonly TaxId[]> {
  // guard: tax ids are listed of a proved customer
  await scope.proveCustomer(customerId);
  const call = "GET /v1/customers/{customer}/tax_ids";
  const { data } = await scope.list(call, { limit: MOST_TAX_IDS }, { customer: customerId });
  return Object.freeze(data.map(toTaxId));
}

/** Whether it is known to be deleted; what cannot be read is not known. */
async function isGone(scope: TenantScope, customerId: string | null, taxIdId: string): Promise<boolean> {
  try {
    return customerId !== null && (await readAll(scope, customerId)).every(({ id }) => id !== taxIdId);
  } catch {
    return false;
  }
}
