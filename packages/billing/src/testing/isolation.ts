/**
 * Proves an application's own wiring: its tenancy, its directory, its Stripe client and whatever it put around the
 * service. The attacks go through the public methods, in the name of one tenant, against another that exists.
 */
import type { StripeBillingService } from "../index.js";

/** One tenant, and what it has at Stripe. What is left out is not attacked. */
export interface TenantUnderTest {
  readonly tenantId: string;
  readonly customerId: string;
  readonly subscriptionId?: string;
  readonly invoiceId?: string;
  readonly paymentMethodId?: string;
}

export interface TenantIsolationOptions {
  /** The service as the application makes it, bound to no tenant. */
  readonly billing: StripeBillingService;
  /** In whose name the attacks are made. */
  readonly own: TenantUnderTest;
  /** Who is attacked. */
  readonly other: TenantUnderTest;
  /**
   * Attacks the writing methods as well. Where the isolation holds, nothing is written. Where it is broken, one gets
   * through, so each is made with the arguments that do the least: a portal session whose link is thrown away, a change
   * of nothing, a cancellation at the end of the period or another default, which can be taken back. Default: false.
   */
  readonly attackWrites?: boolean;
}

export interface TenantIsolationReport {
  readonly passed: number;
  readonly failed: number;
  readonly checks: readonly TenantIsolationCheck[];
}

export interface TenantIsolationCheck {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen in place of what should be; empty where all is well. It holds ids, and nothing of a customer's. */
  readonly detail: string;
}

/**
 * Runs the cross-tenant attacks, and reports what each came to: a broken promise is in the report, never thrown.
 *
 * @throws TypeError when both are the same tenant or have the same customer, which would show nothing.
 * @example
 * const report = await checkTenantIsolation({ billing, own: acme, other: globex });
 * assert.deepEqual(report.checks.filter(({ ok }) => !ok), []);
 */
export async function checkTenantIsolation(options: TenantIsolationOptions): Promise<TenantIsolationReport> {
  const { own, other } = options;
  if (own.tenantId === other.tenantId || own.customerId === other.customerId) {
    throw new TypeError("checkTenantIsolation needs two tenants, each with a customer of its own.");
  }
  const checks: TenantIsolationCheck[] = [];
  for (const [name, findProblem] of checksFor(options)) {
    const detail = await findProblem().catch((error: unknown) => `threw ${nameOf(error)}`);
    checks.push(Object.freeze({ name, ok: detail === "", detail }));
  }
  const failed = checks.filter(({ ok }) => !ok).length;
  return Object.freeze({ passed: checks.length - failed, failed, checks: Object.freeze(checks) });
}

/** A public method, called for what one tenant has. */
interface Call {
  readonly method: keyof StripeBillingService;
  readonly takes: "customerId" | "subscriptionId" | "invoiceId" | "paymentMethodId";
  readonly make: (bound: StripeBillingService, id: string) => PromiseLike<unknown>;
}

const READS: readonly Call[] = [
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

const WRITES: readonly Call[] = [
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

/** Resolves to what is wrong; to nothing, where all is well. */
type FindProblem = () => Promise<string>;

function* checksFor(options: TenantIsolationOptions): Generator<readonly [name: string, FindProblem]> {
  const { billing, own, other, attackWrites = false } = options;
  // A service that refuses everyone everything would pass all the rest.
  for (const [who, tenant] of [["its own", own] as const, ["the other's own", other] as const]) {
    for (const { method, takes, make } of READS) {
      const id = tenant[takes];
      if (id === undefined) continue;
      yield [
        `${method} answers for ${who}`,
        () => unlessAnswered(() => make(billing.forTenant(tenant.tenantId), id)),
      ];
    }
  }
  for (const { method, takes, make } of attackWrites ? [...READS, ...WRITES] : READS) {
    const id = other[takes];
    if (id === undefined) continue;
    const attack = (objectId: string, tenantId = own.tenantId) => make(billing.forTenant(tenantId), objectId);
    yield [
      `${method} refuses the other tenant's`,
      () => unlessRefused(() => attack(id), ["not_found"], other),
    ];
    yield [
      `${method} answers alike for what nobody has`,
      () =>
        unlessAlike(
          () => attack(id),
          () => attack(missing(id)),
        ),
    ];
    yield [
      `${method} refuses what is no id`,
      () => firstProblem(NO_IDS, (noId) => unlessRefused(() => attack(noId), ["invalid_argument"], other)),
    ];
    yield [
      `${method} takes no tenant for the other that is called almost the same`,
      () =>
        firstProblem(almost(other.tenantId), (name) =>
          unlessRefused(() => attack(id, name), STRANGER, other),
        ),
    ];
  }
  yield ["listTenantProducts holds nothing of the other's own", () => foreignProducts(options)];
  yield ["calls at the same time stay apart", () => mixedUpCalls(options)];
  yield [
    "a service that is bound stays with its tenant",
    () =>
      unlessRefused(
        async () => billing.forTenant(own.tenantId).forTenant(other.tenantId),
        ["tenant_context"],
        other,
      ),
  ];
}

/** Texts that would make another request of the one they are put into. */
const NO_IDS = ["", " ", ".", "..", "search", "a/b", "%2e%2e", "?limit=100", "#", "cus_1/../..", "cus_é"];

/** How a tenant may be refused that has nothing: as none, as one without an account, or as the owner of nothing. */
const STRANGER = ["tenant_context", "account_mismatch", "not_found"];

function almost(tenantId: string): readonly string[] {
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

function missing(id: string): string {
  return `${id.slice(0, id.indexOf("_"))}_1NobodyHasAnObjectOfThisId`;
}

async function unlessAnswered(call: () => PromiseLike<unknown>): Promise<string> {
  const outcome = await settle(call);
  return "answer" in outcome ? "" : `was refused: ${nameOf(outcome.error)}`;
}

async function unlessRefused(
  call: () => PromiseLike<unknown>,
  codes: readonly string[],
  { tenantId, customerId, subscriptionId, invoiceId, paymentMethodId }: TenantUnderTest,
): Promise<string> {
  const outcome = await settle(call);
  if ("answer" in outcome) return "was let in";
  const { error } = outcome;
  if (!codes.includes(String(fieldsOf(error)["code"])))
    return `was refused with the wrong error: ${nameOf(error)}`;
  const said = textOf(error);
  const told = [tenantId, customerId, subscriptionId, invoiceId, paymentMethodId].filter(
    (name) => name !== undefined && said.includes(name),
  );
  return told.length === 0 ? "" : `the error tells ${told.join(", ")}`;
}

async function unlessAlike(
  call: () => PromiseLike<unknown>,
  control: () => PromiseLike<unknown>,
): Promise<string> {
  const [asked, missed] = [await settle(call), await settle(control)];
  if ("answer" in asked || "answer" in missed) return "was let in";
  return textOf(asked.error) === textOf(missed.error)
    ? ""
    : "an existing id and a missing one can be told apart";
}

async function foreignProducts({ billing, own, other }: TenantIsolationOptions): Promise<string> {
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

async function mixedUpCalls({ billing, own, other }: TenantIsolationOptions): Promise<string> {
  const callers = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? own : other));
  const customers = await Promise.all(
    callers.map(({ tenantId, customerId }) => billing.forTenant(tenantId).getCustomer(customerId)),
  );
  const mixedUp = customers.filter(({ id }, at) => id !== callers[at]?.customerId);
  return mixedUp.length === 0 ? "" : `${mixedUp.length} of ${callers.length} were given another's`;
}

async function firstProblem<T>(values: readonly T[], find: (value: T) => Promise<string>): Promise<string> {
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

/** All of an error that an application could hand on. */
function textOf(error: unknown): string {
  const { message } = error instanceof Error ? error : { message: String(error) };
  return `${nameOf(error)} ${message} ${JSON.stringify(fieldsOf(error))}`;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Read by name: the service may come from another copy of this package than this file does. */
function fieldsOf(error: unknown): Readonly<Record<string, unknown>> {
  return typeof error === "object" && error !== null ? { ...error } : {};
}
