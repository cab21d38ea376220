import type { SearchCall, StripeAnswer, StripeParams } from "../../stripe/calls.js";
import type { SearchQuery } from "../../stripe/search-query.js";
import type { AnswerCheck } from "./answer-check.js";
import type { RequestCheck } from "./request-check.js";
import { requestTarget } from "./request-target.js";
import type { AccountListCall } from "./rules.js";
import type { Sender } from "./sender.js";
import { isStripeObject, topObjects } from "./stripe-objects.js";

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

export type Hit<C extends SearchCall> = StripeAnswer<C>["data"][number];
export type AccountHit<C extends AccountListCall> = StripeAnswer<C>["data"][number];

/** Looks through what is the whole account's, and keeps what is the tenant's. */
export class Finder {
  readonly #sender: Sender;
  readonly #requests: RequestCheck;
  readonly #answers: AnswerCheck;

  constructor(sender: Sender, requests: RequestCheck, answers: AnswerCheck) {
    this.#sender = sender;
    this.#requests = requests;
    this.#answers = answers;
  }

  /**
   * Searches for candidates. Drops those that `isWanted` refuses, then drops and counts those that are not the tenant's.
   * A customer is read before it counts: search lags behind, and it may have been deleted or given to another tenant
   * meanwhile. One that was made for the tenant and never linked is linked.
   */
  async search<C extends SearchCall>(
    call: C,
    query: SearchQuery,
    params: SearchParams,
    isWanted: (hit: Hit<C>) => boolean = () => true,
  ): Promise<SearchPage<C>> {
    const request = requestTarget(call, {});
    // guard: a search names only proved objects
    if (!this.#requests.namesOnlyProved(params)) throw this.#sender.breach(call);
    const answer = await this.#sender.send(request, { ...params, query });
    const hits: Hit<C>[] = [];
    let foreign = 0;
    for (const found of topObjects(answer)) {
      // Both are of the shape that Stripe promises for this call.
      if (!isWanted(found as Hit<C>)) continue;
      const current = (await this.#sender.readIfCustomer(found)) as Hit<C> | undefined;
      if (current === undefined || !isWanted(current)) continue;
      await this.#sender.link(current);
      // guard (if true): a hit is the tenant's
      if (await this.#answers.admits(current, call)) hits.push(current);
      else foreign += 1;
    }
    // guard: foreign hits are counted
    if (foreign > 0) this.#sender.audit("foreign_search_hit", call, foreign);
    const nextPage = isStripeObject(answer) && "next_page" in answer ? answer.next_page : undefined;
    return { hits, nextPage: typeof nextPage === "string" ? nextPage : null };
  }

  /**
   * Lists the whole account page by page and drops other tenants' objects. The cursor is not returned, because it may be
   * the id of another tenant's object.
   */
  async *listAccount<C extends AccountListCall>(
    call: C,
    params: StripeParams<C>,
  ): AsyncGenerator<readonly AccountHit<C>[]> {
    const request = requestTarget(call, {});
    // guard: a list of the account names only proved objects
    if (!this.#requests.namesOnlyProved(params)) throw this.#sender.breach(call);
    for (let cursor = {}; ; ) {
      const answer = await this.#sender.send(request, { ...params, ...cursor });
      const candidates = topObjects(answer);
      const hits: AccountHit<C>[] = [];
      for (const hit of candidates) {
        // guard (if true): a list of the account holds nothing of others
        if (await this.#answers.admits(hit, call)) hits.push(hit as AccountHit<C>); // Stripe's shape for this call
      }
      yield hits;
      const last = candidates.at(-1);
      const hasMore = isStripeObject(answer) && "has_more" in answer && answer.has_more === true;
      if (!hasMore || !isStripeObject(last)) return;
      cursor = { starting_after: last.id };
    }
  }
}
