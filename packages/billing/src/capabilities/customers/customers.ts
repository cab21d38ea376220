import type Stripe from "stripe";
import { InvalidArgumentError } from "../../errors.js";
import { callOptions, checkInput, onFirstUse, optionsObject, writeFields } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { REFERENCE_KEY, readMark } from "../../tenancy/metadata-mark.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { type Customer, toCustomer } from "../../views/customer.js";
import { type CustomerDetails, detailFields, toDetailParams } from "./details.js";

export async function getCustomer(
  scope: TenantScope,
  customer: string | undefined,
  options: CallOptions,
): Promise<Customer> {
  checkInput(callOptions, options);
  const customerId = await scope.customerId(customer);
  // guard (as table): a customer to read is the tenant's
  return customerView(scope, await scope.customer(customerId));
}

export interface UpdateCustomerOptions extends CustomerDetails, CallOptions, IdempotencyOptions {}

const updateOptions = onFirstUse(() => optionsObject({ ...writeFields(), ...detailFields() }));

export async function updateCustomer(
  scope: TenantScope,
  customer: string | undefined,
  options: UpdateCustomerOptions,
): Promise<Customer> {
  const { idempotencyKey, ...details } = checkInput(updateOptions, options);
  const params = toDetailParams(scope, details);
  if (Object.keys(params).length === 0) throw new InvalidArgumentError("Name at least one detail to change.");
  const customerId = await scope.customerId(customer);
  // guard: a customer is proved before it is changed
  await scope.proveCustomer(customerId);
  const ids = { customer: customerId };
  return customerView(scope, await scope.write("POST /v1/customers/{customer}", ids, params, idempotencyKey));
}

export function customerView(scope: TenantScope, customer: Stripe.Customer): Customer {
  return toCustomer(customer, {
    reference: readMark(customer, REFERENCE_KEY) ?? null,
    metadata: scope.withoutReserved(customer.metadata),
  });
}
