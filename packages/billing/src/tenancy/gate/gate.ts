import { IndeterminateError, IsolationError, ModeMismatchError, NotFoundError } from "../../errors.js";
import { sideBySide } from "../../side-by-side.js";
import {
  changesSomething,
  type PathIds,
  type RetrieveCall,
  type SearchCall,
  type StripeAnswer,
  type StripeCall,
  type StripeParams,
  type WriteCall,
} from "../../stripe/calls.js";
import { scopeIdempotencyKey } from "../../stripe/idempotency.js";
import { isReplay, isSaidToBeReplay } from "../../stripe/replay.js";
import type { SearchQuery } from "../../stripe/search-query.js";
import { changedAndGone, madeAndFailed } from "../../stripe/send.js";
import { notFound } from "../../stripe/translate-error.js";
import { SHARED } from "../metadata-mark.js";
import { AnswerCheck, type AnswerCheckOptions } from "./answer-check.js";
import { type AccountHit, Finder, type Hit, type SearchPage, type SearchParams } from "./finder.js";
import { markedParams } from "./marked-params.js";
import { namedIds } from "./named-ids.js";
import { Proofs, type ProofsOptions } from "./proofs.js";
import { RequestCheck, type RequestCheckOptions } from "./request-check.js";
import { onlyId, requestTarget } from "./request-target.js";
import { type AccountListCall, RULES, type ScopedListCall, type WriteRule } from "./rules.js";
import { Sender, type SenderOptions } from "./sender.js";
import { isStripeObject, type StripeObject, topObjects } from "./stripe-objects.js";

export interface GateOptions extends ProofsOptions, AnswerCheckOptions, RequestCheckOptions, SenderOptions {
  /** Lets writes rest on proofs of other calls, to save the request that proves anew. Default: false. */
  readonly trustsMemory?: boolean | undefined;
}

/** The methods of the gate that a scope uses. */
export type GateToStripe = Pick<
  Gate,
  "retrieve" | "list" | "search" | "listAccount" | "write" | "proveForWrite"
>;

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
  readonly #requests: RequestCheck;
  readonly #answers: AnswerCheck;
  readonly #sender: Sender;
  readonly #finder: Finder;
  /** The reads of customers by this call, beside which lists may be sent. */
  readonly #customerReads = new Map<string, Promise<unknown>>();
  #randomKey: string | undefined;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#proofs = new Proofs(options);
    this.#requests = new RequestCheck(options, this.#proofs);
    this.#sender = new Sender(options);
    this.#answers = new AnswerCheck(options, this.#proofs, (type, call) => this.#sender.audit(type, call));
    this.#finder = new Finder(this.#sender, this.#requests, this.#answers);
  }

  /** Reads one object by id and so proves it for the rest of the call. @throws NotFoundError when it is not the tenant's. */
  retrieve<C extends RetrieveCall>(
    call: C,
    ids: PathIds<C>,
    params: StripeParams<C>,
  ): Promise<StripeAnswer<C>> {
    const reading = this.#retrieve(call, ids, params);
    if ("customer" in ids && typeof ids.customer === "string") this.#customerReads.set(ids.customer, reading);
    return reading;
  }

  async #retrieve<C extends RetrieveCall>(
    call: C,
    ids: PathIds<C>,
    params: StripeParams<C>,
  ): Promise<StripeAnswer<C>> {
    for (const id of Object.values(ids)) if (typeof id === "string") this.#proofs.hold(id);
    const answer = await this.#sender.read(requestTarget(call, ids), params);
    // guard (if true): what is read is the tenant's
    if (await this.#answers.admits(answer, call)) return answer as StripeAnswer<C>; // the shape that the call's API promises
    return this.#sender.refuse(call);
  }

  /**
   * Lists objects of something that was proved. A list of a customer whose read is under way is sent beside that read, to
   * save the wait; its answer is kept back until the customer has turned out to be the tenant's.
   */
  async list<C extends ScopedListCall>(
    call: C,
    params: StripeParams<C>,
    ids: object = {},
  ): Promise<StripeAnswer<C>> {
    const request = requestTarget(call, ids);
    const proof = this.#findCustomerRead(params);
    const named = proof === undefined ? params : { ...params, customer: undefined };
    // guard: a list names only proved objects
    if (!this.#requests.namesOnlyProved(named)) throw this.#sender.breach(call);
    // guard (if proof === undefined): a list is kept to the tenant's before it is sent
    if (proof === undefined && !this.#isScoped(call, params, ids)) throw this.#sender.breach(call);
    // Asked before the answer, which may show that the owner has changed.
    const [stale] = this.#staleCustomers([...Object.values(ids), ...namedIds({ ...named })]);
    const [, answer] = await sideBySide(proof, this.#sender.send(request, params));
    // guard: a list that was sent beside a proof is kept to the tenant's
    if (!this.#isScoped(call, params, ids)) throw this.#sender.breach(call);
    const refuse = (object: unknown) =>
      stale !== undefined || isOfNamed(object, params)
        ? this.#sender.foreign(call)
        : this.#sender.breach(call);
    // guard (argument 2): a list holds nothing of others
    return this.#admitted(call, answer, refuse);
  }

  #isScoped(call: ScopedListCall, params: object, ids: object): boolean {
    // guard (reorder): the id in a list's path cannot be hidden behind a parameter
    return this.#requests.isScoped(RULES[call], { ...params, ...ids });
  }

  /** Finds the read of a list's customer, if nothing else proved that customer. */
  #findCustomerRead(params: object): Promise<unknown> | undefined {
    const customer: unknown = "customer" in params ? params.customer : undefined;
    if (typeof customer !== "string" || this.#proofs.accessTo(customer) !== undefined) return undefined;
    return this.#customerReads.get(customer);
  }

  /** Searches for candidates, and keeps those that are wanted and the tenant's. See {@link Finder.search}. */
  search<C extends SearchCall>(
    call: C,
    query: SearchQuery,
    params: SearchParams,
    isWanted?: (hit: Hit<C>) => boolean,
  ): Promise<SearchPage<C>> {
    return this.#finder.search(call, query, params, isWanted);
  }

  /** Lists the whole account page by page, and keeps what is the tenant's. See {@link Finder.listAccount}. */
  listAccount<C extends AccountListCall>(
    call: C,
    params: StripeParams<C>,
  ): AsyncGenerator<readonly AccountHit<C>[]> {
    return this.#finder.listAccount(call, params);
  }

  async write<C extends WriteCall>(
    call: C,
    ids: PathIds<C>,
    params: StripeParams<C>,
    idempotencyKey?: string,
    step?: string,
  ): Promise<StripeAnswer<C>> {
    const request = requestTarget(call, ids);
    const rule: WriteRule = RULES[call];
    if (!this.#requests.isToOwn(ids)) throw this.#sender.breach(call);
    // guard: a write names only proved objects
    if (!this.#requests.namesOnlyProved(params)) throw this.#sender.breach(call);
    const { account, tenancy } = this.#options;
    const tenantId = this.#requests.ownerFor(rule, params);
    const marked = markedParams(rule, params, tenancy, tenantId);
    // guard (operand 1): a write forges no mark
    // guard (operand 2): a write adds to nothing of others and takes no name of theirs
    if (marked === undefined || !this.#requests.changesOnlyOwn(rule, params)) throw this.#sender.breach(call);
    const named = step === undefined ? call : `${call} ${step}`;
    // No tenant's key may meet another's: under the one owner that all share, different content has different keys.
    const isEveryones = tenantId === SHARED && rule.mark === "share";
    // guard (if false): tenants that make something shared share no idempotency key
    const keyedCall = isEveryones ? `${named} ${JSON.stringify(marked)}` : named;
    const key = call.startsWith("POST ")
      ? scopeIdempotencyKey(idempotencyKey ?? this.#ownKey(), { account, tenantId, call: keyedCall }) // guard (part 2): a write's key is the tenant's; guard (part 1): a write's key is the account's
      : undefined;
    // guard: a write rests on no proof of another call
    if (changesSomething(call)) await this.proveForWrite([...Object.values(ids), ...namedIds({ ...params })]);
    const answer = await this.#sender.send(request, marked, key);
    if (changesSomething(call)) this.#sender.noteChange({ idempotencyKey: key });
    try {
      if (isStripeObject(answer)) {
        const readBy = readerOfReplay(rule, answer);
        if (readBy !== undefined)
          return (await this.#readReplayed(readBy, answer, params)) as StripeAnswer<C>; // the same kind of object
      }
      if (rule.mark === "create") await this.#sender.link(answer);
      const refuse = isNamed(answer, ids) ? () => changedAndGone(this.#sender.foreign(call), key) : undefined;
      // guard (argument 2): a write answers with the tenant's
      return await this.#admitted(call, answer, refuse);
    } catch (error) {
      throw isFinal(error) ? error : madeAndFailed(error, key);
    }
  }

  /**
   * Proves again what another call proved, because an operator may have given the customer to another tenant since. Asks
   * the tenancy's own record if it has one, else Stripe. Does nothing where the settings trust the memory.
   *
   * @throws NotFoundError when one of them is no longer the tenant's.
   */
  async proveForWrite(ids: readonly unknown[]): Promise<void> {
    const { tenancy, tenantId, deadline, trustsMemory } = this.#options;
    if (trustsMemory) return;
    for (const customer of this.#staleCustomers(ids)) {
      if (tenancy.isLinked !== undefined && (await deadline.race(tenancy.isLinked(tenantId, customer)))) {
        this.#proofs.add(customer, "own");
      } else {
        const current = await this.retrieve("GET /v1/customers/{customer}", { customer }, {});
        // guard: nothing is written to a deleted customer
        if (current.deleted) throw notFound();
      }
    }
  }

  /** The customers of these objects that only another call has proved. */
  *#staleCustomers(ids: readonly unknown[]): Generator<string> {
    for (const id of ids) {
      const customer = typeof id === "string" ? this.#proofs.findStaleCustomer(id) : undefined;
      if (customer !== undefined) yield customer;
    }
  }

  /**
   * Reads the object of a replayed answer. Stripe replays what it stored for the idempotency key; the object may have been
   * deleted or given to another tenant since.
   */
  async #readReplayed(call: RetrieveCall, { id }: StripeObject, params: object): Promise<unknown> {
    const current = await this.#sender.send(
      requestTarget(call, onlyId(call, id)),
      "expand" in params ? { expand: params.expand } : {},
    );
    // guard: what was deleted after it was made is gone
    if (isStripeObject(current) && current.deleted === true) throw notFound();
    await this.#sender.link(current);
    // guard (if true): what was made before is the tenant's still
    if (await this.#answers.admits(current, call)) return current;
    throw this.#sender.foreign(call);
  }

  /** Returns one key for the whole call, so that a retry with it repeats none of the call's writes. */
  #ownKey(): string {
    this.#randomKey ??= crypto.randomUUID();
    return this.#randomKey;
  }

  /** @param refuse the error for an answer of someone else's, where the owner may have changed since the proof. */
  async #admitted<C extends StripeCall>(
    call: C,
    answer: unknown,
    refuse: (object: unknown) => Error = () => this.#sender.breach(call),
  ): Promise<StripeAnswer<C>> {
    for (const object of topObjects(answer)) {
      // guard (if true): everything in an answer is the tenant's
      if (await this.#answers.admits(object, call)) continue;
      throw refuse(object);
    }
    return answer as StripeAnswer<C>; // the shape that the call's API promises
  }
}

/** What reads the object of a replayed answer; undefined where the answer is new, or stands as it is. */
function readerOfReplay({ readBy, readAgainBy }: WriteRule, answer: StripeObject): RetrieveCall | undefined {
  if (readBy !== undefined && isReplay(answer)) return readBy;
  return isSaidToBeReplay(answer) ? readAgainBy : undefined;
}

/** Tells if an answer is of what the path names, which was the tenant's when the write was sent. */
function isNamed(answer: unknown, ids: object): boolean {
  return isStripeObject(answer) && Object.values(ids).includes(answer.id);
}

/** Tells if a listed object comes with the customer that the list names, which was the tenant's when it was asked for. */
function isOfNamed(object: unknown, params: object): boolean {
  const customer = isStripeObject(object) && isStripeObject(object.customer) ? object.customer.id : undefined;
  return customer !== undefined && "customer" in params && params.customer === customer;
}

/** Tells if an error after a write needs no wrapping: the object is gone, the package is wrong, or it says "unknown". */
function isFinal(error: unknown): boolean {
  return (
    error instanceof NotFoundError ||
    error instanceof IsolationError ||
    error instanceof IndeterminateError ||
    error instanceof ModeMismatchError
  );
}
