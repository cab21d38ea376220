import * as z from "zod/mini";
import { ConflictError, isBillingError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, writeFields } from "../../input.js";
import { expireSession, listSessions } from "../../selling/checkout-pages.js";
import { listCurrentSubscriptions } from "../../selling/current-subscriptions.js";
import { sideBySide } from "../../side-by-side.js";
import { Steps } from "../../steps.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { parseObjectId } from "../../stripe/object-id.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";

/** Accepts an `idempotencyKey` for the retry that an error asks for, but does not need it. */
export interface DeleteCustomerOptions extends CallOptions, IdempotencyOptions {
  /** Deletes a customer with current subscriptions, which end at once and without a refund. Default: false. */
  readonly cancelSubscriptions?: boolean | undefined;
}

/** The result of a deletion. */
export interface DeletedCustomer {
  readonly id: string;
  readonly deleted: true;
  /**
   * The ids of the subscriptions that were current just before. A subscription that another call creates at that moment
   * ends too, but is not listed.
   */
  readonly canceledSubscriptionIds: readonly string[];
}

const deleteOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    cancelSubscriptions: z.optional(z.boolean("cancelSubscriptions must be true or false.")),
  }),
);

/** Closes the customer's open pages first, since a page that outlived its customer could still be paid. */
export async function deleteCustomer(
  scope: TenantScope,
  customer: string,
  options: DeleteCustomerOptions,
): Promise<DeletedCustomer> {
  const customerId = parseObjectId("customer", customer);
  const { cancelSubscriptions = false, idempotencyKey } = checkInput(deleteOptions, options);
  const [, subscriptions, { open }] = await sideBySide(
    // guard: a customer is proved before it is deleted
    scope.proveForWrite(customerId),
    listCurrentSubscriptions(scope, customerId),
    listSessions(scope, customerId),
  );
  const [inTheWay] = subscriptions;
  if (inTheWay !== undefined && !cancelSubscriptions) {
    throw new ConflictError(
      "The customer has a current subscription, which its deletion would end. Cancel it first, or pass cancelSubscriptions: true.",
      { conflictingId: inTheWay.id },
    );
  }
  const steps = new Steps(idempotencyKey);
  for (const { id } of open) {
    await steps.take("the end of an open page", () => expireSession(scope, id));
  }
  await steps.take("the deletion", () => remove(scope, customerId));
  return Object.freeze({
    id: customerId,
    deleted: true,
    canceledSubscriptionIds: Object.freeze(subscriptions.map(({ id }) => id)),
  });
}

/** Stripe keeps no idempotency key for a DELETE, so a lost answer is looked for in the customer itself. */
async function remove(scope: TenantScope, customerId: string): Promise<void> {
  try {
    await scope.write("DELETE /v1/customers/{customer}", { customer: customerId }, {});
  } catch (error) {
    const mayBeDone = isBillingError(error) && (error.code === "indeterminate" || error.code === "not_found");
    if (!mayBeDone || !(await isDeleted(scope, customerId))) throw error;
  }
}

/** Whether it is known to be deleted; what cannot be read is not known. */
async function isDeleted(scope: TenantScope, customerId: string): Promise<boolean> {
  try {
    return await scope.customers.isDeleted(customerId);
  } catch {
    return false;
  }
}
