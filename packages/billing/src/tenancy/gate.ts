import { randomUUID } from "node:crypto";
import { IsolationError, ModeMismatchError } from "../errors.js";
import {
  type Answer,
  CALLS,
  type Call,
  type ListCall,
  type ListRule,
  type Params,
  type PathIds,
  type RetrieveCall,
  type SearchCall,
  type SiftCall,
  type WriteCall,
} from "../stripe/calls.js";
import type { Mode, StripeClient } from "../stripe/client.js";
import { type Deadline, isLate } from "../stripe/deadline.js";
import { type IdempotencyKey, scopeIdempotencyKey } from "../stripe/idempotency.js";
import type { SearchQuery } from "../stripe/search-query.js";
import { outcomeUnknown, type StripeRequest, send } from "../stripe/send.js";
import { notFound } from "../stripe/translate-error.js";
import type { AuditEvent, AuditListener } from "./audit.js";
import { isLookupKeyOf } from "./lookup-key.js";
import { markedParams } from "./marked-params.js";
import { SHARED } from "./metadata-mark.js";
import { namedIds, referencesIn } from "./named-ids.js";
import type { OwnershipCache } from "./ownership-cache.js";
import { isStripeObject, objectsIn, type StripeObject, topObjects } from "./stripe-objects.js";
import type { ProductAccess, Tenancy } from "./tenancy.js";

export interface GateOptions {
  readonly client: StripeClient;
  readonly tenancy: Tenancy;
  readonly tenantId: string;
  readonly account: string | undefined;
  readonly mode: Mode | undefined;
  readonly cache: OwnershipCache;
  readonly deadline: Deadline;
  readonly onAudit: AuditListener;
  /** Ids from the application's own configuration, which tenants cannot choose. */
  readonly trusted: readonly string[];
}

/** A search's parameters beside its query, which is the tenancy's to write. */
export interface SearchParams {
  readonly limit?: number;
  readonly page?: string;
  readonly expand?: string[];
}

export interface SearchPage<C extends SearchCall> {
  readonly hits: readonly Hit<C>[];
  readonly nextPage: string | null;
}

type Hit<C extends SearchCall> = Answer<C>["data"][number];
type SiftHit<C extends SiftCall> = Answer<C>["data"][number];

/**
 * The second wall: the only way to Stripe, for one tenant and one call of the service.
 *
 * It knows nothing of what capabilities checked. A write or list passes only if every object it names was seen, by this
 * gate, in an answer that is the tenant's; an answer passes only if every object in it is. A capability that forgets to
 * ask is stopped here, before anything is sent.
 */
export class Gate {
  readonly #options: GateOptions;
  /** What this gate may name. Only {@link #remember} adds to it. */
  readonly #proved = new Map<string, Exclude<ProductAccess, "none">>();
  #randomKey: string | undefined;

  constructor(options: GateOptions) {
    this.#options = options;
    for (const id of options.trusted) this.#proved.set(id, "shared");
  }

  /** Reads one object by id, which needs no proof: reading is how a proof is had. @throws NotFoundError when it is not the tenant's. */
  async retrieve<C extends RetrieveCall>(call: C, ids: PathIds<C>, params: Params<C>): Promise<Answer<C>> {
    const answer = await this.#send(toRequest(call, ids), params);
    if (await this.#admits(answer, call)) return answer as Answer<C>; // the shape that the call's API promises
    this.#audit("foreign_object", call);
    throw notFound();
  }

  async list<C extends ListCall>(call: C, params: Params<C>): Promise<Answer<C>> {
    const request = toRequest(call, {});
    this.#assertNamesOnlyProved(call, params);
    if (!this.#isScoped(CALLS[call], params)) throw this.#breach(call);
    return this.#admitted(call, await this.#send(request, params));
  }

  /**
   * Hits are candidates: those that are not the tenant's are dropped and counted. What `isWanted` leaves out is dropped
   * unseen; of the rest, a customer that was made for the tenant and never linked to it is linked now.
   */
  async search<C extends SearchCall>(
    call: C,
    query: SearchQuery,
    params: SearchParams,
    isWanted: (hit: Hit<C>) => boolean = () => true,
  ): Promise<SearchPage<C>> {
    const request = toRequest(call, {});
    this.#assertNamesOnlyProved(call, params);
    const answer = await this.#send(request, { ...params, query });
    const hits: Hit<C>[] = [];
    const found = topObjects(answer).filter((hit) => isWanted(hit as Hit<C>)); // as above
    for (const hit of found) {
      await this.#link(hit);
      if (await this.#admits(hit, call)) hits.push(hit as Hit<C>); // as above
    }
    if (hits.length < found.length) this.#audit("foreign_search_hit", call, found.length - hits.length);
    const nextPage = isStripeObject(answer) && "next_page" in answer ? answer.next_page : undefined;
    return { hits, nextPage: typeof nextPage === "string" ? nextPage : null };
  }

  /**
   * A list that cannot be kept to the tenant's: page by page, without what is others'. Where a page ends is the gate's
   * own to know, since the object there may be another tenant's.
   */
  async *sift<C extends SiftCall>(call: C, params: Params<C>): AsyncGenerator<readonly SiftHit<C>[]> {
    const request = toRequest(call, {});
    this.#assertNamesOnlyProved(call, params);
    for (let cursor = {}; ; ) {
      const answer = await this.#send(request, { ...params, ...cursor });
      const candidates = topObjects(answer);
      const hits: SiftHit<C>[] = [];
      for (const hit of candidates) {
        if (await this.#admits(hit, call)) hits.push(hit as SiftHit<C>); // as above
      }
      yield hits;
      const last = candidates.at(-1);
      const hasMore = isStripeObject(answer) && "has_more" in answer && answer.has_more === true;
      if (!hasMore || !isStripeObject(last)) return;
      cursor = { starting_after: last.id };
    }
  }

  async write<C extends WriteCall>(
    call: C,
    ids: PathIds<C>,
    params: Params<C>,
    idempotencyKey?: string,
    step?: string,
  ): Promise<Answer<C>> {
    const request = toRequest(call, ids);
    for (const id of Object.values({ ...ids })) {
      if (typeof id !== "string" || this.#accessTo(id) !== "own") throw this.#breach(call);
    }
    this.#assertNamesOnlyProved(call, params);
    const { account, tenancy } = this.#options;
    const tenantId = this.#ownerOfMade(call, params);
    const marked = markedParams(call, params, tenancy, tenantId);
    if (marked === undefined || !this.#changesOnlyOwn(call, params)) throw this.#breach(call);
    const key = call.startsWith("POST ")
      ? scopeIdempotencyKey(idempotencyKey ?? this.#ownKey(), {
          account,
          tenantId,
          call: step === undefined ? call : `${call} ${step}`,
        })
      : undefined;
    const answer = await this.#send(request, marked, key);
    try {
      if (CALLS[call].mark === "create") await this.#link(answer);
      return await this.#admitted(call, answer);
    } catch (error) {
      // Stripe has made the change; it is the directory that did not answer in time.
      throw isLate(error) ? outcomeUnknown(error, key) : error;
    }
  }

  /** Whose something made by a call is: the tenant's, or everyone's where it may be shared and is of nothing else. */
  #ownerOfMade(call: WriteCall, params: object): string {
    if (CALLS[call].mark !== "share") return this.#options.tenantId;
    const named = [...namedIds({ ...params })];
    const isShared = named.every((id) => typeof id === "string" && this.#accessTo(id) === "shared");
    return isShared ? SHARED : this.#options.tenantId;
  }

  /** Links a customer that bears the tenant's mark to the tenant, where a directory decides and does not know it yet. */
  async #link(object: unknown): Promise<void> {
    const { tenancy, tenantId, deadline } = this.#options;
    if (tenancy.link === undefined || !isStripeObject(object) || object.object !== "customer") return;
    const { id } = object;
    if (typeof id !== "string" || object.deleted === true) return;
    const access = await deadline.race(tenancy.customerAccess(tenantId, { ...object, id }));
    if (access === "unlinked") await deadline.race(tenancy.link(tenantId, id));
  }

  /** Whether everything that a write adds to or takes a name in is the tenant's own to change. */
  #changesOnlyOwn(call: WriteCall, params: object): boolean {
    const { account, tenantId } = this.#options;
    const given = new Map<string, unknown>(Object.entries(params));
    const { within } = CALLS[call];
    const owner = within === undefined ? undefined : given.get(within);
    if (within !== undefined && (typeof owner !== "string" || this.#accessTo(owner) !== "own")) return false;
    const lookupKey = given.get("lookup_key");
    if (lookupKey === undefined || lookupKey === "") return true;
    if (typeof lookupKey !== "string") return false;
    return isLookupKeyOf(tenantId, account, lookupKey) || this.#proved.get(nameOf(lookupKey)) === "own";
  }

  /** One for the whole call, so that whoever retries with it repeats none of the call's writes. */
  #ownKey(): string {
    this.#randomKey ??= randomUUID();
    return this.#randomKey;
  }

  #send(target: Target, params: object, idempotencyKey?: IdempotencyKey): Promise<unknown> {
    const { client, account, deadline } = this.#options;
    return send(client, { ...target, params: { ...params }, account, idempotencyKey }, deadline);
  }

  #assertNamesOnlyProved(call: Call, params: object): void {
    for (const id of namedIds({ ...params })) {
      if (typeof id !== "string" || this.#accessTo(id) === undefined) throw this.#breach(call);
    }
  }

  /** Whether a list can hold nobody else's objects: by its tenant's own account, or by a filter on what is proved. */
  #isScoped({ scopedBy, orByAccount }: ListRule, params: object): boolean {
    const filter = new Map<string, unknown>(Object.entries(params)).get(scopedBy);
    if (scopedBy === "account" || (orByAccount && filter === undefined)) {
      return this.#options.account !== undefined;
    }
    return typeof filter === "string" && this.#accessTo(filter) !== undefined;
  }

  async #admitted<C extends Call>(call: C, answer: unknown): Promise<Answer<C>> {
    for (const object of topObjects(answer)) {
      if (!(await this.#admits(object, call))) throw this.#breach(call);
    }
    return answer as Answer<C>; // the shape that the call's API promises
  }

  /** Whether an object, with all that is expanded in it, is the tenant's; what passes is remembered. */
  async #admits(top: unknown, call: Call): Promise<boolean> {
    if (!isStripeObject(top)) return false;
    const { mode } = this.#options;
    if (mode !== undefined && typeof top.livemode === "boolean" && top.livemode !== (mode === "live")) {
      throw new ModeMismatchError(
        `Stripe answered with an object of the other mode; this service is in ${mode} mode.`,
      );
    }
    const objects = objectsIn(top);
    for (const object of objects) {
      if (object.object === "customer" && !(await this.#ownsCustomer(object, call))) return false;
    }
    if (!objects.every((object) => this.#belongs(object, object === top))) return false;
    this.#remember(top);
    // An item is its subscription's, and has no owner of its own to tell it by.
    for (const { object, id, customer } of objects) {
      const isOwn = object === "subscription_item" || (customer ?? null) !== null;
      if (isOwn && typeof id === "string") this.#proved.set(id, "own");
    }
    // What a subscription refers to already, its change may name again; that does not make it the tenant's to change.
    if (REFERRING.has(top.object)) {
      for (const id of referencesIn(top)) if (!this.#proved.has(id)) this.#proved.set(id, "shared");
    }
    return true;
  }

  async #ownsCustomer(customer: StripeObject, call: Call): Promise<boolean> {
    const { id } = customer;
    if (typeof id !== "string") return false;
    // A deleted customer has no metadata left to tell its owner by.
    if (customer.deleted === true) return this.#accessTo(id) === "own";
    const { tenancy, tenantId, deadline } = this.#options;
    const access = await deadline.race(tenancy.customerAccess(tenantId, { ...customer, id }));
    if (access === "conflict" || access === "unlinked") this.#audit("ownership_conflict", call);
    if (access !== "own") return false;
    this.#proved.set(id, "own");
    return true;
  }

  /** Nested objects without an owner of their own, such as a subscription's items and their prices, are their parent's. */
  #belongs(object: StripeObject, isTop: boolean): boolean {
    if (object.object === "customer") return true;
    if (object.object === "product") return this.#productAccess(object) !== "none";
    if (object.object === "price" && isTop) return this.#catalogAccess(object) !== undefined;
    if (isTop && MARKED.has(object.object) && this.#markedAccess(object) === "none") return false;
    if (isTop && MARKED.has(object.object) && (object.customer ?? null) === null) return true;
    if ("customer" in object && (isTop || object.customer !== null))
      return this.#accessTo(idOf(object.customer)) === "own";
    return !isTop;
  }

  /** A price is whose its product is; without the product beside it, whose that was proved to be. */
  #catalogAccess({ product }: StripeObject): Exclude<ProductAccess, "none"> | undefined {
    if (!isStripeObject(product)) return this.#accessTo(idOf(product));
    const access = this.#productAccess(product);
    return access === "none" ? undefined : access;
  }

  #productAccess(product: StripeObject): ProductAccess {
    const { tenancy, tenantId } = this.#options;
    if (typeof product.id !== "string") return "none";
    const access = tenancy.productAccess(tenantId, { ...product, id: product.id });
    // What is shared by all is its operator's to change.
    return access === "shared" && tenantId === SHARED ? "own" : access;
  }

  /** The account's default portal configuration is every tenant's to use, and one that the settings name this one's. */
  #markedAccess(object: StripeObject): ProductAccess {
    const access = this.#productAccess(object);
    if (access !== "none" || object.object !== "billing_portal.configuration") return access;
    const isGiven = typeof object.id === "string" && this.#proved.has(object.id);
    return isGiven || object.is_default === true ? "shared" : "none";
  }

  #remember(top: StripeObject): void {
    if (typeof top.id !== "string") return;
    const access = this.#accessShownBy(top);
    if (access === undefined || access === "none") return;
    this.#proved.set(top.id, access);
    if (typeof top.lookup_key === "string") this.#proved.set(nameOf(top.lookup_key), access);
    // A price is proved by the product that came with it, which is proved as well.
    const product = top.object === "price" && isStripeObject(top.product) ? top.product.id : undefined;
    if (typeof product === "string") this.#proved.set(product, access);
  }

  #accessShownBy(top: StripeObject): ProductAccess | undefined {
    if (top.object === "product" || MARKED.has(top.object)) return this.#markedAccess(top);
    return top.object === "price" ? this.#catalogAccess(top) : this.#accessTo(idOf(top.customer));
  }

  #accessTo(id: string | undefined): Exclude<ProductAccess, "none"> | undefined {
    if (id === undefined) return undefined;
    // An account of the tenant's own holds nothing else, and every request names it.
    if (this.#options.account !== undefined) return "own";
    const proved = this.#proved.get(id);
    if (proved !== undefined) return proved;
    const customerId = this.#options.cache.customerOf(this.#options, id);
    if (customerId === undefined) return this.#accessForAll(id);
    // Kept for the rest of the call, in case the cache forgets them half-way.
    this.#proved.set(id, "own").set(customerId, "own");
    return "own";
  }

  /** What was found lately to be shared by all. */
  #accessForAll(id: string): "shared" | undefined {
    const { account, cache } = this.#options;
    return cache.customerOf({ account, tenantId: SHARED }, id) === undefined ? undefined : "shared";
  }

  #breach(call: Call): IsolationError {
    this.#audit("isolation_breach", call);
    return new IsolationError(
      `${call} named or returned an object that was not proved to be the tenant's. Please report this.`,
    );
  }

  #audit(type: AuditEvent["type"], call: Call, count = 1): void {
    this.#options.onAudit(Object.freeze({ type, tenantId: this.#options.tenantId, call, count }));
  }
}

/** No id has a space in it. */
function nameOf(lookupKey: string): string {
  return `lookup key ${lookupKey}`;
}

type Target = Pick<StripeRequest, "method" | "path">;

/** Whose they are stands in their metadata, as with products. Within another object they are that one's. */
const MARKED: ReadonlySet<string> = new Set(["coupon", "promotion_code", "billing_portal.configuration"]);

/** What holds references that are written again with every change: prices, discounts, tax rates. */
const REFERRING: ReadonlySet<string> = new Set(["subscription", "subscription_schedule"]);

/** Ids are put into the path as they are: every one of them is letters, digits, underscores and hyphens. */
function toRequest(call: Call, ids: object): Target {
  const [method, template = ""] = Object.hasOwn(CALLS, call) ? call.split(" ") : [];
  const named = new Map<string, unknown>(Object.entries(ids));
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const id = named.get(name);
    if (typeof id !== "string" || !/^[\w-]+$/.test(id))
      throw new IsolationError(`${call} needs a well-formed ${name} id.`);
    return id;
  });
  if (method === "GET" || method === "POST" || method === "DELETE") return { method, path };
  throw new IsolationError("A request was asked for that this package does not know.");
}

/** A reference is an id, or the whole object where it was expanded. */
function idOf(reference: unknown): string | undefined {
  if (typeof reference === "string") return reference;
  return isStripeObject(reference) && typeof reference.id === "string" ? reference.id : undefined;
}
