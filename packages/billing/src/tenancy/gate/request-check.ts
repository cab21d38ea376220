import { SHARED } from "../metadata-mark.js";
import { allowsCodeEntry, mayEnterAnyCode, type PromotionCodes } from "../promotion-code-entry.js";
import { isLookupKeyOf } from "./lookup-key.js";
import { isUsageOf } from "./meter-payload.js";
import { namedIds } from "./named-ids.js";
import type { Proofs } from "./proofs.js";
import type { ListRule, WriteRule } from "./rules.js";

export interface RequestCheckOptions {
  readonly tenantId: string;
  readonly account: string | undefined;
  readonly promotionCodes?: PromotionCodes | undefined;
}

/** Checks requests against their calls' rules and against what was proved, before anything is sent. */
export class RequestCheck {
  readonly #options: RequestCheckOptions;
  readonly #proofs: Proofs;

  constructor(options: RequestCheckOptions, proofs: Proofs) {
    this.#options = options;
    this.#proofs = proofs;
  }

  /** Tells if every id in the parameters was proved to be the tenant's, or shared. */
  namesOnlyProved(params: object): boolean {
    // guard (operand 2): every id that a request names was proved
    return this.#named(params).every(
      (id) => typeof id === "string" && this.#proofs.accessTo(id) !== undefined,
    );
  }

  /** Tells if a list is limited to the tenant's objects: by the tenant's own account, or by a filter that was proved. */
  isScoped({ scopedBy, orByAccount, holds }: ListRule, params: object): boolean {
    const filter = new Map<string, unknown>(Object.entries(params)).get(scopedBy);
    if (scopedBy === "account" || (orByAccount && filter === undefined)) {
      // guard (as true): a list of a whole account needs an account of the tenant's own
      return this.#options.account !== undefined;
    }
    const access = typeof filter === "string" ? this.#proofs.accessTo(filter) : undefined;
    // guard (if true): a list that tells no owners is of the tenant's own
    return holds === undefined ? access !== undefined : access === "own";
  }

  /** Tells if every object in a write's path is the tenant's own. */
  isToOwn(ids: object): boolean {
    // guard (operand 2): a write is to something of the tenant's
    // guard (as this.namesOnlyProved({ id: Object.values(ids)[0] ?? "" })): a write is to nothing that is shared
    return Object.values(ids).every((id: unknown) => typeof id === "string" && this.#owns(id));
  }

  /** Tells if a write adds only to the tenant's own objects, and takes only lookup keys of its own. */
  changesOnlyOwn({ within, customerIn }: WriteRule, params: object): boolean {
    const { account, tenantId, promotionCodes } = this.#options;
    const given = new Map<string, unknown>(Object.entries(params));
    // guard: no codes are typed in an account that tenants share
    if (allowsCodeEntry(params) && !mayEnterAnyCode(account, promotionCodes)) return false;
    // guard: usage is of one customer that is the tenant's
    if (customerIn !== undefined && !isUsageOf(given.get(customerIn), (id) => this.#owns(id))) return false;
    const parent = within === undefined ? undefined : given.get(within);
    // guard: something is made within the tenant's own
    if (within !== undefined && (typeof parent !== "string" || !this.#owns(parent))) return false;
    const lookupKey = given.get("lookup_key");
    if (lookupKey === undefined || lookupKey === "") return true;
    if (typeof lookupKey !== "string") return false;
    // guard (as true): a lookup key is the tenant's to give
    return isLookupKeyOf(tenantId, account, lookupKey) || this.#proofs.ownsLookupKey(lookupKey);
  }

  /** The owner to mark a new object with: shared if the call allows it and every id named is shared, else the tenant. */
  ownerFor({ mark }: WriteRule, params: object): string {
    if (mark !== "share") return this.#options.tenantId;
    const isShared = this.#named(params).every(
      (id) => typeof id === "string" && this.#proofs.accessTo(id) === "shared",
    );
    // guard (if true): a new object is shared only if it names nothing of one tenant's
    return isShared ? SHARED : this.#options.tenantId;
  }

  #named(params: object): readonly unknown[] {
    return [...namedIds({ ...params })];
  }

  #owns(id: string): boolean {
    return this.#proofs.accessTo(id) === "own";
  }
}
