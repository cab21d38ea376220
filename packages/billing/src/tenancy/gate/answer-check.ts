import type { Deadline } from "../../deadline.js";
import { ModeMismatchError } from "../../errors.js";
import type { StripeCall } from "../../stripe/calls.js";
import type { Mode } from "../../stripe/client.js";
import type { AuditEvent } from "../audit.js";
import { SHARED } from "../metadata-mark.js";
import type { ProductAccess, Tenancy } from "../tenancy.js";
import { namedIds } from "./named-ids.js";
import type { Access, Proofs } from "./proofs.js";
import { RULES } from "./rules.js";
import { isStripeObject, objectsIn, type StripeObject } from "./stripe-objects.js";

export interface AnswerCheckOptions {
  readonly tenancy: Tenancy;
  readonly tenantId: string;
  readonly mode: Mode | undefined;
  readonly deadline: Deadline;
}

/** Checks that the objects in Stripe's answers are the tenant's, and records those that are as proved. */
export class AnswerCheck {
  readonly #options: AnswerCheckOptions;
  readonly #proofs: Proofs;
  readonly #audit: (type: AuditEvent["type"], call: StripeCall) => void;

  constructor(
    options: AnswerCheckOptions,
    proofs: Proofs,
    audit: (type: AuditEvent["type"], call: StripeCall) => void,
  ) {
    this.#options = options;
    this.#proofs = proofs;
    this.#audit = audit;
  }

  /**
   * Tells if an object, and everything expanded in it, is the tenant's, and remembers it if so.
   *
   * @throws ModeMismatchError
   */
  async admits(top: unknown, call: StripeCall): Promise<boolean> {
    // guard (as true): an answer that is no object is nobody's
    if (!isStripeObject(top)) return false;
    const { mode } = this.#options;
    const objects = objectsIn(top);
    for (const object of objects) {
      const { livemode } = object;
      // A refund does not say its mode, but the charge that comes with it does.
      // guard: an answer is of the service's mode
      if (mode !== undefined && typeof livemode === "boolean" && livemode !== (mode === "live")) {
        throw new ModeMismatchError(
          `Stripe answered with an object of the other mode; this service is in ${mode} mode.`,
        );
      }
      // guard (if false): every customer in an answer is the tenant's
      if (object.object === "customer" && !(await this.#ownsCustomer(object, call))) return false;
    }
    const isHeld = isHeldBy(call, top);
    // guard (if false): every object in an answer is the tenant's
    if (!objects.every((object) => this.#belongs(object, object === top, isHeld))) return false;
    this.#remember(top, isHeld);
    for (const { object, id, customer } of objects) {
      // An item names no customer; its subscription does.
      // guard (as idOf(top.customer)): what is nested without an owner is not the tenant's to change
      const customerId = idOf(object === "subscription_item" ? top.customer : customer);
      if (customerId !== undefined && typeof id === "string") this.#proofs.addObject(id, customerId);
    }
    // A change to a subscription may repeat what the subscription refers to already.
    // guard (receiver): only subscriptions and their schedules lend their references
    if (REFERRING.has(top.object)) this.#proofs.addReferences(top);
    return true;
  }

  async #ownsCustomer(customer: StripeObject, call: StripeCall): Promise<boolean> {
    const { id } = customer;
    if (typeof id !== "string") return false;
    // A deleted customer has no metadata, so only an earlier proof tells its owner.
    // guard (as true): a deleted customer was the tenant's
    if (customer.deleted === true) return this.#proofs.accessTo(id) === "own";
    const { tenancy, tenantId, deadline } = this.#options;
    const access = await deadline.race(tenancy.customerAccess(tenantId, { ...customer, id }));
    // guard: a conflict of authorities is audited
    if (access === "conflict" || access === "unlinked") this.#audit("ownership_conflict", call);
    if (access !== "own") this.#proofs.forgetCustomer(id);
    // guard: the tenancy says whose an answered customer is
    if (access !== "own") return false;
    this.#proofs.add(id, "own");
    return true;
  }

  /** Tells if an object is the tenant's. A nested object that names no owner, such as a subscription's item, is its parent's. */
  #belongs(object: StripeObject, isTop: boolean, isHeld: boolean): boolean {
    if (object.object === "customer") return true;
    // guard (as true): what an answer says is deleted was the tenant's
    if (isTop && object.deleted === true) return this.#proofs.accessTo(idOf(object.id)) === "own";
    // guard (as true): an answered product is one that the tenant sees
    if (object.object === "product") return this.#productAccess(object) !== "none";
    // guard (as true): an answered price is of a product that the tenant sees
    if (object.object === "price" && isTop) return this.#catalogAccess(object) !== undefined;
    // guard: an answered coupon, code or configuration is marked for the tenant
    if (isTop && MARKED.has(object.object) && this.#markedAccess(object) === "none") return false;
    if (isTop && MARKED.has(object.object) && (object.customer ?? null) === null) return true;
    if (isTop && object.object === "payment_method" && object.customer === null) return this.#wasOwn(object);
    if (isTop && OF_A_CHARGE.has(object.object)) return this.#isOfOwnCharge(object);
    if ("customer" in object && (isTop || object.customer !== null))
      // guard (as true): an answered object's customer is the tenant's
      return this.#proofs.accessTo(idOf(object.customer)) === "own";
    // A meter event names its customer in the payload, under a key that the meter defines.
    // guard (as true): an answered meter event is of the tenant's customer
    if (isTop && object.object === "billing.meter_event") return this.#namesOnlyOwn(object.payload);
    // guard (as true): an answer without a known owner is nobody's
    return !isTop || isHeld;
  }

  /** A detached payment method has no customer any more: it was the tenant's if that was proved before, or is marked so. */
  #wasOwn(method: StripeObject): boolean {
    // guard (if true): a payment method without a customer was the tenant's
    if (typeof method.id === "string" && this.#proofs.accessTo(method.id) === "own") return true;
    // guard (as true): a payment method without a customer is marked for the tenant
    return this.#productAccess(method) === "own";
  }

  /** A dispute or refund is whose its charge is, which has to come with it, and with a customer. */
  #isOfOwnCharge({ charge }: StripeObject): boolean {
    // guard (as true): a dispute or refund is of a charge of the tenant's customer
    return isStripeObject(charge) && this.#proofs.accessTo(idOf(charge.customer)) === "own";
  }

  #namesOnlyOwn(payload: unknown): boolean {
    return [...namedIds({ payload })].every(
      (id) => typeof id === "string" && this.#proofs.accessTo(id) === "own",
    );
  }

  /** Returns the access to a price, which is that of its product; if the product is not expanded, as it was proved. */
  #catalogAccess({ product }: StripeObject): Access | undefined {
    // guard (as "own"): a price without its product has the owner proved for that product
    if (!isStripeObject(product)) return this.#proofs.accessTo(idOf(product));
    const access = this.#productAccess(product);
    return access === "none" ? undefined : access;
  }

  #productAccess(product: StripeObject): ProductAccess {
    const { tenancy, tenantId } = this.#options;
    if (typeof product.id !== "string") return "none";
    const access = tenancy.productAccess(tenantId, { ...product, id: product.id });
    // Only an operator may change what all tenants share.
    // guard (operand 2): only the operator changes a shared product
    return access === "shared" && tenantId === SHARED ? "own" : access;
  }

  /** Returns the access shown by metadata. Every tenant may also use the account's default portal configuration, and the given ones. */
  #markedAccess(object: StripeObject): ProductAccess {
    const access = this.#productAccess(object);
    // guard (operand 2): nothing but a portal configuration is everyone's without a mark
    if (access !== "none" || object.object !== "billing_portal.configuration") return access;
    const isGiven = typeof object.id === "string" && this.#proofs.has(object.id);
    // guard (if true): an unmarked portal configuration is the default or a given one
    return isGiven || object.is_default === true ? "shared" : "none";
  }

  #remember(top: StripeObject, isHeld: boolean): void {
    if (typeof top.id !== "string") return;
    const access = isHeld ? "own" : this.#accessShownBy(top);
    if (access === undefined || access === "none") return;
    this.#proofs.add(top.id, access);
    // Features have lookup keys as well, and they don't name prices.
    // guard (operand 1): no lookup key but a price's is lent
    if (top.object === "price" && typeof top.lookup_key === "string")
      this.#proofs.addLookupKey(top.lookup_key, access);
    // The expanded product proves the price, so it is proved as well.
    const product = top.object === "price" && isStripeObject(top.product) ? top.product.id : undefined;
    if (typeof product === "string") this.#proofs.add(product, access);
  }

  #accessShownBy(top: StripeObject): ProductAccess | undefined {
    if (top.object === "product" || MARKED.has(top.object)) return this.#markedAccess(top);
    return top.object === "price" ? this.#catalogAccess(top) : undefined;
  }
}

/** Kinds whose metadata names their owner, as a product's does. Nested in another object, they belong to that one's owner. */
const MARKED: ReadonlySet<string> = new Set(["coupon", "promotion_code", "billing_portal.configuration"]);

/** Kinds that name no customer, but a charge that has one. */
const OF_A_CHARGE: ReadonlySet<string> = new Set(["dispute", "refund"]);

/** Kinds whose references are sent again with every change: prices, discounts, tax rates. */
const REFERRING: ReadonlySet<string> = new Set(["subscription", "subscription_schedule"]);

/** Tells if an object that names no owner is of the kind listed for one of the tenant's objects. */
function isHeldBy(call: StripeCall, { object }: StripeObject): boolean {
  const rule: object = RULES[call];
  // guard (operand 2): a list lends its owner only to objects of its own kind
  return "holds" in rule && rule.holds === object;
}

/** Reads the id from a reference, which is an id or, where it was expanded, an object. */
function idOf(reference: unknown): string | undefined {
  if (typeof reference === "string") return reference;
  return isStripeObject(reference) && typeof reference.id === "string" ? reference.id : undefined;
}
