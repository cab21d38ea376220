import type Stripe from "stripe";
import { ConflictError, IndeterminateError, NotFoundError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, writeFields } from "../../input.js";
import { referenceField } from "../../reference.js";
import { sha256Hex } from "../../sha256.js";
import type { SingleFlight } from "../../single-flight.js";
import { Steps } from "../../steps.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { IdempotencyOptions } from "../../stripe/idempotency.js";
import { allOf, metadataIs } from "../../stripe/search-query.js";
import { REFERENCE_KEY, readMark } from "../../tenancy/metadata-mark.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import type { Customer } from "../../views/customer.js";
import { customerView } from "./customers.js";
import { type CustomerDetails, type DetailParams, detailFields, holds, toDetailParams } from "./details.js";

/** Accepts an `idempotencyKey` but does not need it: the reference is the key. */
export interface EnsureCustomerOptions extends CustomerDetails, CallOptions, IdempotencyOptions {
  /**
   * The tenant's own id for the customer, such as the id of a user or workspace. Avoid e-mail addresses, which may pass
   * to another person. 1 to 200 letters, digits and `_ . : @ / + = -`, starting with a letter or digit; compared
   * exactly. Two tenants may use the same reference for two different customers.
   */
  readonly reference: string;
}

const ensureOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    ...detailFields(),
    reference: referenceField(),
  }),
);

/**
 * Finds the customer by what this process remembers, then by Stripe's search, and else makes it. Search lags behind, and
 * two processes may find nothing at the same time; so a customer is made with nothing but its marks, under an
 * idempotency key of nothing but the tenant and the reference, and Stripe answers all who make it with the same one.
 * What else it should be told comes after that.
 */
export async function ensureCustomer(
  scope: TenantScope,
  options: EnsureCustomerOptions,
  singleFlight: SingleFlight,
): Promise<Customer> {
  const { reference, idempotencyKey: _, ...details } = checkInput(ensureOptions, options);
  const params = toDetailParams(scope, details);
  scope.customers.assertCanMake();
  const known = () => readAndUpdate(scope, scope.customers.findByReference(reference), params);
  const findOrMake = async () => {
    const found =
      // An earlier call may have found or created it meanwhile.
      (await known()) ?? (await find(scope, reference, params)) ?? (await make(scope, reference, params));
    scope.customers.rememberReference(reference, found.id);
    return found;
  };
  // guard (part 1): no tenant waits for another's customer
  const key = `${scope.tenantId} ${reference}`;
  const customer =
    (await known()) ?? (await singleFlight.run(key, (others) => scope.race(others), findOrMake));
  return customerView(scope, customer);
}

/** Finds the oldest customer with the reference that still exists. */
async function find(
  scope: TenantScope,
  reference: string,
  params: DetailParams,
): Promise<Stripe.Customer | undefined> {
  const marks = Object.entries({ ...scope.mark, [REFERENCE_KEY]: reference });
  const { hits } = await scope.search(
    "GET /v1/customers/search",
    allOf(...marks.map(([key, value]) => metadataIs(key, value))),
    { limit: 100 },
    // Search ignores case, so it may find other references as well.
    // guard (as true): a customer is found by its exact marks
    ({ metadata }) => marks.every(([key, value]) => readMark({ metadata }, key) === value),
  );
  const oldestFirst = [...hits].sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
  for (const [index, hit] of oldestFirst.entries()) {
    const customer = await unlessMissing(() => updateIfNeeded(scope, hit, params));
    if (customer === undefined) continue;
    const others = oldestFirst.length - index - 1;
    if (others > 0) scope.audit("duplicate_customer", "GET /v1/customers/search", others);
    return customer;
  }
  return undefined;
}

/**
 * Makes the customer. Stripe may replay the answer for one that the same key made before, and that was deleted or given to
 * another tenant since. Then the next key makes another one, and every process that comes this far tries the same keys.
 */
async function make(scope: TenantScope, reference: string, params: DetailParams): Promise<Stripe.Customer> {
  const metadata = { [REFERENCE_KEY]: reference };
  for (let attempt = 1; attempt < MOST_ATTEMPTS; attempt += 1) {
    const key = toCreationKey(reference, attempt);
    const steps = new Steps(key);
    const customer = await unlessMissing(async () => {
      const made = await steps.take("the customer", () =>
        scope.write("POST /v1/customers", {}, { metadata }, key),
      );
      return steps.take("its details", () => updateIfNeeded(scope, made, params));
    });
    if (customer !== undefined) return customer;
  }
  throw new ConflictError(
    "The customer was deleted or assigned to another tenant each time it was created. Try again later.",
  );
}

/** More customers of one reference than an operator deletes in the day that Stripe replays answers for. */
const MOST_ATTEMPTS = 100;

/** Hashes the reference, because errors and logs show the key and a reference may be personal data. */
function toCreationKey(reference: string, attempt: number): string {
  return sha256Hex(`${reference} ${attempt}`);
}

/** Reads the customer and updates the details that differ; undefined where there is none, or no longer. */
async function readAndUpdate(
  scope: TenantScope,
  id: string | undefined,
  params: DetailParams,
): Promise<Stripe.Customer | undefined> {
  if (id === undefined) return undefined;
  return unlessMissing(async () => updateIfNeeded(scope, await scope.customers.read(id), params));
}

/** Updates the details of a customer that differ. */
async function updateIfNeeded(
  scope: TenantScope,
  customer: Stripe.Customer,
  params: DetailParams,
): Promise<Stripe.Customer> {
  if (holds(customer, params)) return customer;
  return scope.write("POST /v1/customers/{customer}", { customer: customer.id }, params, crypto.randomUUID());
}

async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Tells if the customer is missing, also when it was deleted after this call created it. */
function isMissing(error: unknown): boolean {
  const cause = error instanceof IndeterminateError && error.failed !== undefined ? error.cause : error;
  return cause instanceof NotFoundError;
}
