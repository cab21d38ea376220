import { checkInput, listFields, onFirstUse, optionsObject } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { ListOptions, Page } from "../../stripe/page.js";
import type { OperatorScope } from "../../tenancy/scope/operator-scope.js";
import { type Customer, toCustomer } from "../../views/customer.js";
import { readPage } from "../each-page.js";
import type { Owned } from "../owned.js";
import { type CreatedOptions, createdFields, toCreatedParam, toPagingParams } from "./list-fields.js";
import { toOwnedPage } from "./owned-page.js";

export interface ListAllCustomersOptions extends CallOptions, ListOptions, CreatedOptions {}

const listOptions = onFirstUse(() => optionsObject({ ...listFields(), ...createdFields() }));

export async function listCustomers(
  scope: OperatorScope,
  options: ListAllCustomersOptions,
): Promise<Page<Owned<Customer>>> {
  const given = checkInput(listOptions, options);
  if (given.after !== undefined) parseObjectId("customer", given.after, "after");
  const params = { ...toPagingParams(given), ...toCreatedParam(given) };
  const page = await readPage(scope, "GET /v1/customers", params);
  return toOwnedPage(
    scope,
    page,
    (customer) => customer,
    (customer) =>
      toCustomer(customer, {
        reference: scope.referenceOf(customer) ?? null,
        metadata: scope.withoutReserved(customer.metadata),
      }),
  );
}
