/**
 * Tests an application's own setup: its tenancy, directory, Stripe client and any wrapper around the service. Attacks
 * one existing tenant on behalf of another, through the public methods.
 */
import type { StripeBillingService } from "../../index.js";
import { assertKnownKeys } from "../../known-keys.js";
import { assertFlag } from "../assert-flag.js";
import { READS, type TenantUnderTest, WRITES } from "./attacked-methods.js";
import { NO_IDS, similarTenantIds, toMissingId, UNKNOWN_TENANT_CODES } from "./hostile-names.js";
import {
  checkAlike,
  checkAnswered,
  checkRefused,
  errorName,
  type FindProblem,
  findFirstProblem,
} from "./outcomes.js";

export interface TenantIsolationOptions {
  /** The application's service, not bound to a tenant. */
  readonly billing: StripeBillingService;
  /** The attacking tenant. */
  readonly own: TenantUnderTest;
  /** The attacked tenant. */
  readonly other: TenantUnderTest;
  /**
   * Also attacks methods that write. Intact isolation writes nothing. If isolation is broken, a write succeeds, so each
   * one does as little as possible: a portal session that is never opened, an empty update, a cancellation at the end
   * of the period, another default payment method. Default: false.
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
  assertFlag("attackWrites of checkTenantIsolation", options.attackWrites);
  const { own, other } = options;
  assertKnownKeys("own of checkTenantIsolation", own, TENANT);
  assertKnownKeys("other of checkTenantIsolation", other, TENANT);
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
