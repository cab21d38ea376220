import { randomUUID } from "node:crypto";
import { wasStopped } from "../../deadline.js";
import { IsolationError } from "../../errors.js";
import {
  type Answer,
  CALLS,
  type Call,
  changesSomething,
  type ListCall,
  type ListRule,
  type Params,
  type PathIds,
  type RetrieveCall,
  type SearchCall,
  type SiftCall,
  type WriteCall,
} from "../../stripe/calls.js";
import { type IdempotencyKey, scopeIdempotencyKey } from "../../stripe/idempotency.js";
import type { SearchQuery } from "../../stripe/search-query.js";
import { type Change, outcomeUnknown, send } from "../../stripe/send.js";
import { notFound } from "../../stripe/translate-error.js";
import type { Transport } from "../../stripe/transport.js";
import type { AuditEvent, AuditListener } from "../audit.js";
import { SHARED } from "../metadata-mark.js";
import { areCodesForAll, letsTypeCodes, type PromotionCodes } from "../typed-codes.js";
import { AnswerCheck, type AnswerCheckOptions } from "./answer-check.js";
import { isLookupKeyOf } from "./lookup-key.js";
import { markedParams } from "./marked-params.js";
import { isUsageOf } from "./meter-payload.js";
import { namedIds } from "./named-ids.js";
import { Proofs, type ProofsOptions } from "./proofs.js";
import { type RequestTarget, requestTarget } from "./request-target.js";
import { isStripeObject, topObjects } from "./stripe-objects.js";

export interface GateOptions extends ProofsOptions, AnswerCheckOptions {
  readonly transport: Transport;
  readonly onAudit: AuditListener;
  readonly promotionCodes?: PromotionCodes | undefined;
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

/** What a scope needs of its gate. */
export type GateToStripe = Pick<Gate, "retrieve" | "list" | "search" | "sift" | "write">;

/**
 * The second wall: the only way to Stripe, for one tenant and one call of the service.
 *
 * It knows nothing of what capabilities checked. A write or list passes only if every object it names was seen, by this
 * gate, in an answer that is the tenant's; an answer passes only if every object in it is. A capability that forgets to
 * ask is stopped here, before anything is sent.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #proofs: Proofs;
  readonly #answers: AnswerCheck;
  #randomKey: string | undefined;
  /** The last change that the call has made. */
  #made: Change | undefined;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#proofs = new Proofs(options);
    this.#answers = new AnswerCheck(options, this.#proofs, (type, call) => this.#audit(type, call));
  }

  /** Reads one object by id, which needs no proof: reading is how a proof is had. @throws NotFoundError when it is not the tenant's. */
  async retrieve<C extends RetrieveCall>(call: C, ids: PathIds<C>, params: Params<C>): Promise<Answer<C>> {
    const answer = await this.#send(requestTarget(call, ids), params);
    // guard (if true): what is read is the tenant's
    if (await this.#answers.admits(answer, call)) return answer as Answer<C>; // the shape that the call's API promises
    // guard: what is foreign is audited
    this.#audit("foreign_object", call);
    throw notFound();
  }

  async list<C extends ListCall>(call: C, params: Params<C>, ids: object = {}): Promise<Answer<C>> {
    const request = requestTarget(call, ids);
    // guard: a list names only what was proved
    this.#assertNamesOnlyProved(call, params);
    // guard: a list is kept to the tenant's
    // guard (reorder): the id in a list's path cannot be hidden behind a parameter
    if (!this.#isScoped(CALLS[call], { ...params, ...ids })) throw this.#breach(call);
    // guard (argument 2): a list holds nothing of others
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
    const request = requestTarget(call, {});
    // guard: a search names only what was proved
    this.#assertNamesOnlyProved(call, params);
    const answer = await this.#send(request, { ...params, query });
    const hits: Hit<C>[] = [];
    const found = topObjects(answer).filter((hit) => isWanted(hit as Hit<C>)); // as above
    for (const hit of found) {
      await this.#link(hit);
      // guard (if true): a hit is the tenant's
      if (await this.#answers.admits(hit, call)) hits.push(hit as Hit<C>); // as above
    }
    // guard: foreign hits are counted
    if (hits.length < found.length) this.#audit("foreign_search_hit", call, found.length - hits.length);
    const nextPage = isStripeObject(answer) && "next_page" in answer ? answer.next_page : undefined;
    return { hits, nextPage: typeof nextPage === "string" ? nextPage : null };
  }

  /**
   * A list that cannot be kept to the tenant's: page by page, without what is others'. Where a page ends is the gate's
   * own to know, since the object there may be another tenant's.
   */
  async *sift<C extends SiftCall>(call: C, params: Params<C>): AsyncGenerator<readonly SiftHit<C>[]> {
    const request = requestTarget(call, {});
    // guard: a sifted list names only what was proved
    this.#assertNamesOnlyProved(call, params);
    for (let cursor = {}; ; ) {
      const answer = await this.#send(request, { ...params, ...cursor });
      const candidates = topObjects(answer);
      const hits: SiftHit<C>[] = [];
      for (const hit of candidates) {
        // guard (if true): a sifted list holds nothing of others
        if (await this.#answers.admits(hit, call)) hits.push(hit as SiftHit<C>); // as above
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
    const request = requestTarget(call, ids);
    for (const id of Object.values({ ...ids })) {
      // guard (operand 2): a write is to something of the tenant's
      // guard (if !this.#proofs.accessTo(id)): a write is to nothing that is shared
      if (typeof id !== "string" || this.#proofs.accessTo(id) !== "own") throw this.#breach(call);
    }
    // guard: a write names only what was proved
    this.#assertNamesOnlyProved(call, params);
    const { account, tenancy } = this.#options;
    const tenantId = this.#ownerOfMade(call, params);
    const marked = markedParams(call, params, tenancy, tenantId);
    // guard (operand 1): a write forges no mark
    // guard (operand 2): a write adds to nothing of others and takes no name of theirs
    if (marked === undefined || !this.#changesOnlyOwn(call, params)) throw this.#breach(call);
    const named = step === undefined ? call : `${call} ${step}`;
    // No tenant's key may meet another's: under the one owner that all share, different content has different keys.
    const isEveryones = tenantId === SHARED && CALLS[call].mark === "share";
    // guard (if false): tenants that make something shared share no idempotency key
    const keyedCall = isEveryones ? `${named} ${JSON.stringify(marked)}` : named;
    const key = call.startsWith("POST ")
      ? scopeIdempotencyKey(idempotencyKey ?? this.#ownKey(), { account, tenantId, call: keyedCall }) // guard (part 2): a write's key is the tenant's; guard (part 1): a write's key is the account's
      : undefined;
    const answer = await this.#send(request, marked, key);
    if (changesSomething(call)) this.#made = { idempotencyKey: key };
    try {
      if (CALLS[call].mark === "create") await this.#link(answer);
      // guard (argument 2): a write answers with the tenant's
      return await this.#admitted(call, answer);
    } catch (error) {
      // Stripe has made the change; it is the directory that did not answer in time.
      throw wasStopped(error) ? outcomeUnknown(error, key) : error;
    }
  }

  /** Whose something made by a call is: the tenant's, or everyone's where it may be shared and is of nothing else. */
  #ownerOfMade(call: WriteCall, params: object): string {
    if (CALLS[call].mark !== "share") return this.#options.tenantId;
    const named = [...namedIds({ ...params })];
    const isShared = named.every((id) => typeof id === "string" && this.#proofs.accessTo(id) === "shared");
    // guard (if true): what is made is shared only where it is of nothing else
    return isShared ? SHARED : this.#options.tenantId;
  }

  /** Links a customer that bears the tenant's mark to the tenant, where a directory decides and does not know it yet. */
  async #link(object: unknown): Promise<void> {
    const { tenancy, tenantId, deadline } = this.#options;
    if (tenancy.link === undefined || !isStripeObject(object) || object.object !== "customer") return;
    const { id } = object;
    if (typeof id !== "string" || object.deleted === true) return;
    const access = await deadline.race(tenancy.customerAccess(tenantId, { ...object, id }));
    // guard (if access !== "own"): only what bears the tenant's mark and is nobody's is linked
    if (access === "unlinked") await deadline.race(tenancy.link(tenantId, id));
  }

  /** Whether everything that a write adds to or takes a name in is the tenant's own to change. */
  #changesOnlyOwn(call: WriteCall, params: object): boolean {
    const { account, tenantId, promotionCodes } = this.#options;
    const given = new Map<string, unknown>(Object.entries(params));
    // guard: no codes are typed in an account that tenants share
    if (letsTypeCodes(params) && !areCodesForAll(account, promotionCodes)) return false;
    const { within, customerIn } = CALLS[call];
    // guard: usage is of one customer that is the tenant's
    if (customerIn !== undefined && !isUsageOf(given.get(customerIn), (id) => this.#owns(id))) return false;
    const owner = within === undefined ? undefined : given.get(within);
    // guard: something is made within the tenant's own
    if (within !== undefined && (typeof owner !== "string" || this.#proofs.accessTo(owner) !== "own"))
      return false;
    const lookupKey = given.get("lookup_key");
    if (lookupKey === undefined || lookupKey === "") return true;
    if (typeof lookupKey !== "string") return false;
    // guard (as true): a lookup key is the tenant's to give
    return isLookupKeyOf(tenantId, account, lookupKey) || this.#proofs.ownsLookupKey(lookupKey);
  }

  #owns(id: string): boolean {
    return this.#proofs.accessTo(id) === "own";
  }

  /** One for the whole call, so that whoever retries with it repeats none of the call's writes. */
  #ownKey(): string {
    this.#randomKey ??= randomUUID();
    return this.#randomKey;
  }

  #send(target: RequestTarget, params: object, idempotencyKey?: IdempotencyKey): Promise<unknown> {
    const { transport, tenantId, account, deadline } = this.#options;
    const { call, method, path } = target;
    const request = {
      call,
      method,
      path,
      params: { ...params },
      tenantId,
      // guard: a request is sent to the tenant's account
      account,
      idempotencyKey,
      after: this.#made,
    };
    return send(transport, request, deadline);
  }

  #assertNamesOnlyProved(call: Call, params: object): void {
    for (const id of namedIds({ ...params })) {
      // guard (operand 2): every id that a request names was proved
      if (typeof id !== "string" || this.#proofs.accessTo(id) === undefined) throw this.#breach(call);
    }
  }

  /** Whether a list can hold nobody else's objects: by its tenant's own account, or by a filter on what is proved. */
  #isScoped({ scopedBy, orByAccount, holds }: ListRule, params: object): boolean {
    const filter = new Map<string, unknown>(Object.entries(params)).get(scopedBy);
    if (scopedBy === "account" || (orByAccount && filter === undefined)) {
      // guard (as true): a list of a whole account needs an account of the tenant's own
      return this.#options.account !== undefined;
    }
    const access = typeof filter === "string" ? this.#proofs.accessTo(filter) : undefined;
    // guard (if true): a list that tells no owners is of the tenant's own
    return holds === undefined ? access !== undefined : access === "own";
  }

  async #admitted<C extends Call>(call: C, answer: unknown): Promise<Answer<C>> {
    for (const object of topObjects(answer)) {
      // guard (if false): everything in an answer is the tenant's
      if (!(await this.#answers.admits(object, call))) throw this.#breach(call);
    }
    return answer as Answer<C>; // the shape that the call's API promises
  }

  #breach(call: Call): IsolationError {
    // guard: a breach is audited
    this.#audit("isolation_breach", call);
    return new IsolationError(
      `${call} named or returned an object that was not proved to be the tenant's. Please report this.`,
    );
  }

  #audit(type: AuditEvent["type"], call: Call, count = 1): void {
    this.#options.onAudit(Object.freeze({ type, tenantId: this.#options.tenantId, call, count }));
  }
}
