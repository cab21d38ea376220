import { inspect } from "node:util";
import type { LocalStripe } from "@repo/local-stripe";
import { type AnyBillingError, type AuditEvent, isBillingError } from "../../src/index.js";
import type { TenantOptions } from "../stripe-world.js";
import { bytesOf, type Console, canaryName, namedIn, Owners } from "./leaks.js";
import { type Invocation, invoke, type Target } from "./method-row.js";
import { endSubscription, type Neighbours } from "./neighbours.js";
import { isBackdoor, type Realm } from "./realms.js";
import type { TenantIds } from "./tenants.js";

export type Request = LocalStripe["requests"][number];
export type ErrorCode = AnyBillingError["code"];

/** One attack with one value, and what must become of it. */
export interface Case {
  readonly name: string;
  readonly act: () => PromiseLike<unknown>;
  /** The errors that may come of it; none, where the call is the tenant's right. */
  readonly refusedAs?: readonly ErrorCode[];
  /** Both outcomes are right, as long as nothing of anyone else's is in them. */
  readonly mayAlsoSucceed?: boolean;
  readonly sends: "nothing" | "reads" | "writes";
  /** Who calls, where it is not A. */
  readonly caller?: TenantIds;
  /** The account that requests must name, where it is not the caller's. */
  readonly account?: string;
  /** What the attacker brings itself, which may therefore come back to it. */
  readonly brings?: readonly string[];
}

/** What came of a case. */
export interface Outcome {
  readonly result: unknown;
  readonly error: unknown;
  /** Whether an error was thrown, or told of in the result. */
  readonly refused: boolean;
  readonly requests: readonly Request[];
  readonly audits: readonly AuditEvent[];
}

/** Yields its cases one by one, gets each one's outcome back, and arranges and restores the world in between. */
export type Attack = (siege: Siege) => AsyncGenerator<Case, void, Outcome>;

/** Who makes an own call: the victim, one with A's e-mail, one whose subscription has ended, or anyone else. */
export type Role = "victim" | "namesake" | "ended" | "other";

/** One method of one realm under attack: A calls, B is the victim, C has A's e-mail. */
export interface Siege {
  readonly realm: Realm;
  readonly target: Target;
  readonly a: TenantIds;
  readonly b: TenantIds;
  readonly c: TenantIds;
  /** A's and C's. */
  readonly email: string;
  /** A tenant of the attack's own, which it may change and ruin. */
  readonly newTenant: (options?: { readonly email?: string }) => Promise<TenantIds>;
  /** A tenant that calls the method itself. It is new where that changes what it has, else one of the neighbours. */
  readonly caller: (role: Role) => Promise<TenantIds>;
  /** Calls the method for A, with A's own valid arguments but for those given. */
  readonly call: (given?: Partial<Invocation>) => PromiseLike<unknown>;
  /** Calls the method for another tenant, with that one's own valid arguments. */
  readonly callFor: (tenant: TenantIds, given?: Partial<Invocation>) => PromiseLike<unknown>;
  /** The options of a valid call of a tenant's. */
  readonly validOptions: (tenant: TenantIds) => Record<string, unknown>;
  /** The id that the method is about, of a tenant's; undefined where it takes none. */
  readonly objectIdOf: (tenant: TenantIds) => string | undefined;
  readonly owners: Owners;
  /** Whether the neighbours still have exactly what they had. */
  readonly victimsAreUnchanged: () => Promise<boolean>;
}

export async function openSiege(realm: Realm, target: Target, neighbours: Neighbours): Promise<Siege> {
  const { b, c, d, ended, email, portraits } = neighbours;
  const changes = target.does === "write";
  const owners = new Owners();
  const add = async (role: string, options: TenantOptions = {}) => {
    const tenant = await realm.addTenant(canaryName(role), options);
    owners.claim(tenant.tenantId, JSON.stringify([tenant, realm.accountOf(tenant.tenantId)]));
    return tenant;
  };
  for (const [tenant, portrait] of portraits) {
    owners.claim(tenant.tenantId, JSON.stringify([tenant, realm.accountOf(tenant.tenantId), portrait]));
  }
  const a = changes ? await add("caller", { email }) : neighbours.a;
  const victims = changes ? [b, c] : [b, c, ended];
  const validOptions = (tenant: TenantIds) => ({ ...target.valid?.(tenant) });
  const objectIdOf = (tenant: TenantIds) => (target.takes === undefined ? undefined : tenant[target.takes]);
  const callFor = async (tenant: TenantIds, given: Partial<Invocation> = {}) =>
    invoke(target, {
      billing: realm.service(),
      tenantId: tenant.tenantId,
      objectId: (isOwn(given) ? await target.renew?.(realm, tenant) : undefined) ?? objectIdOf(tenant),
      options: validOptions(tenant),
      ...given,
    });
  return {
    realm,
    target,
    a,
    b,
    c,
    email,
    newTenant: (options = {}) => add("other", options),
    caller: async (role) => {
      if (!changes) return { victim: b, namesake: c, ended, other: d }[role];
      const tenant = await add("other", role === "namesake" ? { email } : {});
      if (role === "ended") await endSubscription(realm, tenant);
      return tenant;
    },
    call: (given) => callFor(a, given),
    callFor,
    validOptions,
    objectIdOf,
    owners,
    victimsAreUnchanged: async () => {
      const now = await Promise.all(victims.map((victim) => realm.portraitOf(victim)));
      return victims.every((victim, at) => now[at] === portraits.get(victim));
    },
  };
}

/** Only a tenant's own call succeeds, and so uses anything up. */
function isOwn(given: Partial<Invocation>): boolean {
  return !("tenantId" in given || "objectId" in given);
}

/** Runs an attack and returns how many cases it had, with one sentence for everything that went wrong. */
export async function runAttack(
  attack: Attack,
  siege: Siege,
  console: Console,
): Promise<{ readonly cases: number; readonly failures: readonly string[] }> {
  const failures: string[] = [];
  const steps = attack(siege);
  let cases = 0;
  for (let step = await steps.next(); step.done !== true; cases++) {
    const { value } = step;
    const outcome = await carryOut(value, siege, console);
    for (const failure of judge(value, outcome, siege, console)) failures.push(`${value.name}: ${failure}`);
    step = await steps.next(outcome);
  }
  return { cases, failures };
}

async function carryOut({ act }: Case, { realm, target }: Siege, console: Console): Promise<Outcome> {
  const { local } = realm.world;
  local.clearRequests();
  console.clear();
  const heard = realm.audits.length;
  let result: unknown;
  let error: unknown;
  try {
    result = await act();
  } catch (caught) {
    error = caught;
  }
  const requests = local.requests.filter((request) => !isBackdoor(request));
  const refused = error !== undefined || target.tellsRefusal?.(result) === true;
  return { result, error, refused, requests, audits: realm.audits.slice(heard) };
}

function* judge(
  { refusedAs = [], mayAlsoSucceed, sends, caller, account, brings = [] }: Case,
  { result, error, refused, requests, audits }: Outcome,
  { realm, target, a, owners }: Siege,
  console: Console,
): Generator<string> {
  const expected = refusedAs.join(" or ");
  if (!refused && refusedAs.length > 0 && !mayAlsoSucceed) yield `succeeded, not ${expected}`;
  if (error !== undefined && !isBillingError(error))
    yield `threw ${inspect(error)}, which is no BillingError`;
  if (isBillingError(error) && !refusedAs.includes(error.code))
    yield `threw ${error}, not ${expected || "at all"}`;

  const sent = requests.map(({ method, path }) => `${method} ${path}`).join(", ");
  const mayLookOn = target.tellsRefusal !== undefined;
  if (sends === "nothing" && sent.length > 0 && !mayLookOn) yield `sent ${sent}`;
  if (sends !== "writes" && requests.some(({ method }) => method !== "GET")) yield `wrote ${sent}`;

  const { tenantId } = caller ?? a;
  const foreignIn = (text: string) =>
    owners
      .foreignIn(text, tenantId)
      .filter((telling) => !brings.some((brought) => brought.includes(telling)));
  for (const request of requests) yield* misconduct(request, account ?? realm.accountOf(tenantId), foreignIn);
  for (const [place, value] of Object.entries({ result, error, audits, logged: console.lines })) {
    for (const telling of foreignIn(bytesOf(value))) yield `the ${place} holds ${telling}`;
  }
}

/** What no request of a tenant's may do, whatever the attack. */
function* misconduct(
  request: Request,
  account: string | undefined,
  foreignIn: (text: string) => string[],
): Generator<string> {
  const { method, path, query, headers, idempotencyKey } = request;
  const name = `${method} ${path}`;
  if (headers["stripe-account"] !== account) yield `${name} was for account ${headers["stripe-account"]}`;
  for (const telling of foreignIn(namedIn(request))) yield `${name} named ${telling}`;
  if (method === "POST" && !idempotencyKey) yield `${name} had no idempotency key`;
  if (method === "GET" && LISTS_OF_CUSTOMERS.has(path) && !new URLSearchParams(query).has("customer")) {
    yield `${name} was for every customer`;
  }
}

/** Lists that hold every tenant's objects when the filter is left out. */
const LISTS_OF_CUSTOMERS = new Set([
  "/v1/customers",
  "/v1/subscriptions",
  "/v1/invoices",
  "/v1/payment_methods",
  "/v1/charges",
  "/v1/payment_intents",
  "/v1/checkout/sessions",
  "/v1/entitlements/active_entitlements",
]);
