/**
 * Tests an application's own wiring: its tenancy, directory, Stripe client and any wrapper around the service. Attacks
 * an existing tenant in the name of another, through the public methods.
 */
import type { StripeBillingService } from "../index.js";
import { assertKnownKeys } from "../webhooks/known-keys.js";

/** One tenant and its Stripe objects. Objects that are left out are not attacked. */
export interface TenantUnderTest {
  readonly tenantId: string;
  readonly customerId: string;
  readonly subscriptionId?: string | undefined;
  readonly invoiceId?: string | undefined;
  readonly paymentMethodId?: string | undefined;
}

export interface TenantIsolationOptions {
  /** The application's service, not bound to a tenant. */
  readonly billing: StripeBillingService;
  /** The attacking tenant. */
  readonly own: TenantUnderTest;
  /** The attacked tenant. */
  readonly other: TenantUnderTest;
  /**
   * Also attacks methods that write. With intact isolation nothing is written. With broken isolation a write succeeds,
   * so each does as little as possible: a portal session that is never opened, an empty update, a cancellation at the
   * end of the period, another default payment method. Default: false.
   */
  readonly attackWrites?: boolean | undefined;
}

export interface TenantIsolationReport {
  readonly passed: number;
  readonly failed: number;
  readonly checks: readonly TenantIsolationCheck[];
}

export interface TenantIsolationCheck {
  readonly name: string;
  readonly ok: boolean;
  /** Describes the difference from the expected result; empty when `ok`. Holds ids, but no customer data. */
  readonly detail: string;
}

/**
 * Runs the cross-tenant attacks and reports the result of each. A successful attack is in the report, never thrown.
 *
 * @throws ConfigurationError for an unknown option: a misspelled `attackWrites` would attack no write.
 * @throws TypeError when both tenants are equal or share a customer, because the attacks would then prove nothing.
 * @example
 * import assert from "node:assert/strict";
 * import { checkTenantIsolation } from "@repo/billing/testing";
 *
 * const report = await checkTenantIsolation({
 *   billing,
 *   own: { tenantId: "acme", customerId, subscriptionId },
 *   other: { tenantId: "globex", customerId: otherCustomerId, subscriptionId: otherSubscriptionId },
 * });
 * assert.deepEqual(report.checks.filter(({ ok }) => !ok), []);
 */
export async function checkTenantIsolation(options: TenantIsolationOptions): Promise<TenantIsolationReport> {
  assertKnownKeys("checkTenantIsolation", options, OPTIONS);
  const { own, other } = options;
  assertKnownKeys("own", own, TENANT);
  assertKnownKeys("other", other, TENANT);
  if (own.tenantId === other.tenantId || own.customerId === other.customerId) {
    throw new TypeError("own and other must be two tenants with different tenantId and customerId.");
  }
  const checks: TenantIsolationCheck[] = [];
  for (const [name, findProblem] of listChecks(options)) {
    const detail = await findProblem().catch((error: unknown) => `threw ${errorName(error)}`);
    checks.push(Object.freeze({ name, ok: detail === "", detail }));
  }
  const failed = checks.filter(({ ok }) => !ok).length;
  return Object.freeze({ passed: checks.length - failed, failed, checks: Object.freeze(checks) });
}

const OPTIONS = [
  "billing",
  "own",
  "other",
  "attackWrites",
] as const satisfies readonly (keyof TenantIsolationOptions)[];
const TENANT = [
  "tenantId",
  "customerId",
  "subscriptionId",
  "invoiceId",
  "paymentMethodId",
] as const satisfies readonly (keyof TenantUnderTest)[];

/** A public method, to be called with the id of a tenant's object. */
interface MethodCall {
  readonly method: keyof StripeBillingService;
  readonly takes: "customerId" | "subscriptionId" | "invoiceId" | "paymentMethodId";
  readonly make: (bound: StripeBillingService, id: string) => PromiseLike<unknown>;
}

const READS: readonly MethodCall[] = [
  { method: "getCustomer", takes: "customerId", make: (bound, id) => bound.getCustomer(id) },
  {
    method: "listCustomerSubscriptions",
    takes: "customerId",
    make: (bound, id) => bound.listCustomerSubscriptions(id, { status: "all" }),
  },
  { method: "getSubscription", takes: "subscriptionId", make: (bound, id) => bound.getSubscription(id) },
  { method: "listInvoices", takes: "customerId", make: (bound, id) => bound.listInvoices(id) },
  { method: "getInvoice", takes: "invoiceId", make: (bound, id) => bound.getInvoice(id) },
  { method: "listPaymentMethods", takes: "customerId", make: (bound, id) => bound.listPaymentMethods(id) },
  { method: "listEntitlements", takes: "customerId", make: (bound, id) => bound.listEntitlements(id) },
];

const WRITES: readonly MethodCall[] = [
  {
    method: "createCustomerPortalSession",
    takes: "customerId",
    make: (bound, id) => bound.createCustomerPortalSession(id),
  },
  {
    method: "updateCustomer",
    takes: "customerId",
    make: (bound, id) => bound.updateCustomer(id, { metadata: {} }),
  },
  {
    method: "cancelSubscription",
    takes: "subscriptionId",
    make: (bound, id) => bound.cancelSubscription(id, { when: "period_end" }),
  },
  {
    method: "setDefaultPaymentMethod",
    takes: "paymentMethodId",
    make: (bound, id) => bound.setDefaultPaymentMethod(id),
  },
];

/** Resolves to a description of the problem, or to an empty string. */
type FindProblem = () => Promise<string>;

function* listChecks(options: TenantIsolationOptions): Generator<readonly [name: string, FindProblem]> {
  const { billing, own, other, attackWrites = false } = options;
  // Without these, a service that refuses every call would pass.
  for (const [who, tenant] of [["its own", own] as const, ["the other's own", other] as const]) {
    for (const { method, takes, make } of READS) {
      const id = tenant[takes];
      if (id === undefined) continue;
      yield [
        `${method} answers for ${who}`,
        () => checkAnswered(() => make(billing.forTenant(tenant.tenantId), id)),
      ];
    }
  }
  for (const { method, takes, make } of attackWrites ? [...READS, ...WRITES] : READS) {
    const id = other[takes];
    if (id === undefined) continue;
    const attack = (objectId: string, tenantId = own.tenantId) => make(billing.forTenant(tenantId), objectId);
    yield [
      `${method} refuses the other tenant's`,
      () => checkRefused(() => attack(id), ["not_found"], other),
    ];
    yield [
      `${method} answers alike for an object that nobody has`,
      () =>
        checkAlike(
          () => attack(id),
          () => attack(toMissingId(id)),
        ),
    ];
    yield [
      `${method} refuses an invalid id`,
      () => findFirstProblem(NO_IDS, (noId) => checkRefused(() => attack(noId), ["invalid_argument"], other)),
    ];
    yield [
      `${method} refuses a tenant id that is almost the other's`,
      () =>
        findFirstProblem(similarTenantIds(other.tenantId), (name) =>
          checkRefused(() => attack(id, name), UNKNOWN_TENANT_CODES, other),
        ),
    ];
  }
  yield ["listTenantProducts contains none of the other's own products", () => findForeignProducts(options)];
  yield ["concurrent calls stay apart", () => findMixedUpCalls(options)];
  yield [
    "a bound service keeps its tenant",
    () =>
      checkRefused(
        async () => billing.forTenant(own.tenantId).forTenant(other.tenantId),
        ["tenant_context"],
        other,
      ),
  ];
}

/** Strings that would change the request they are put into. */
const NO_IDS = ["", " ", ".", "..", "search", "a/b", "%2e%2e", "?limit=100", "#", "cus_1/../..", "cus_é"];

/** The errors that may refuse an unknown tenant: invalid, without an account, or without the object. */
const UNKNOWN_TENANT_CODES = ["tenant_context", "account_mismatch", "not_found"];

function similarTenantIds(tenantId: string): readonly string[] {
  const recased = [tenantId.toUpperCase(), tenantId.toLowerCase()].filter((name) => name !== tenantId);
  return [
    ...recased,
    "",
    "*",
    ` ${tenantId}`,
    `${tenantId} `,
    `${tenantId}"`,
    `${tenantId}\n`,
    `x" OR "${tenantId}`,
  ];
}

function toMissingId(id: string): string {
  return `${id.slice(0, id.indexOf("_"))}_1NobodyHasAnObjectOfThisId`;
}

async function checkAnswered(call: () => PromiseLike<unknown>): Promise<string> {
  const outcome = await settle(call);
  return "answer" in outcome ? "" : `was refused: ${errorName(outcome.error)}`;
}

async function checkRefused(
  call: () => PromiseLike<unknown>,
  codes: readonly string[],
  { tenantId, customerId, subscriptionId, invoiceId, paymentMethodId }: TenantUnderTest,
): Promise<string> {
  const outcome = await settle(call);
  if ("answer" in outcome) return "succeeded";
  const { error } = outcome;
  if (!codes.includes(String(readFields(error)["code"])))
    return `was refused with the wrong error: ${errorName(error)}`;
  const text = toText(error);
  const revealed = [tenantId, customerId, subscriptionId, invoiceId, paymentMethodId].filter(
    (name) => name !== undefined && text.includes(name),
  );
  return revealed.length === 0 ? "" : `the error reveals ${revealed.join(", ")}`;
}

async function checkAlike(
  call: () => PromiseLike<unknown>,
  control: () => PromiseLike<unknown>,
): Promise<string> {
  const [asked, missed] = [await settle(call), await settle(control)];
  if ("answer" in asked || "answer" in missed) return "succeeded";
  return toText(asked.error) === toText(missed.error)
    ? ""
    : "an existing id and a missing one can be told apart";
}

async function findForeignProducts({ billing, own, other }: TenantIsolationOptions): Promise<string> {
  const foreign = new Set<string>();
  for await (const { id, shared } of billing
    .forTenant(other.tenantId)
    .listTenantProducts({ active: "all" })) {
    if (!shared) foreign.add(id);
  }
  const seen: string[] = [];
  for await (const { id } of billing.forTenant(own.tenantId).listTenantProducts({ active: "all" })) {
    if (foreign.has(id)) seen.push(id);
  }
  return seen.length === 0 ? "" : `shows ${seen.join(", ")}`;
}

async function findMixedUpCalls({ billing, own, other }: TenantIsolationOptions): Promise<string> {
  const callers = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? own : other));
  const customers = await Promise.all(
    callers.map(({ tenantId, customerId }) => billing.forTenant(tenantId).getCustomer(customerId)),
  );
  const mixedUp = customers.filter(({ id }, at) => id !== callers[at]?.customerId);
  return mixedUp.length === 0 ? "" : `${mixedUp.length} of ${callers.length} got another tenant's customer`;
}

async function findFirstProblem<T>(
  values: readonly T[],
  find: (value: T) => Promise<string>,
): Promise<string> {
  for (const value of values) {
    const problem = await find(value);
    if (problem !== "") return `${JSON.stringify(value)} ${problem}`;
  }
  return "";
}

async function settle(call: () => PromiseLike<unknown>): Promise<{ answer: unknown } | { error: unknown }> {
  try {
    return { answer: await call() };
  } catch (error) {
    return { error };
  }
}

/** Everything of an error that an application could pass on. */
function toText(error: unknown): string {
  const { message } = error instanceof Error ? error : { message: String(error) };
  return `${errorName(error)} ${message} ${JSON.stringify(readFields(error))}`;
}

function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Reads fields by name, because the service may come from another copy of this package. */
function readFields(error: unknown): Readonly<Record<string, unknown>> {
  return typeof error === "object" && error !== null ? { ...error } : {};
}
