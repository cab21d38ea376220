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

/** Whose the objects in Stripe's answers are. What passes is proved from then on. */
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
   * Whether an object, with all that is expanded in it, is the tenant's; what passes is remembered.
   *
   * @throws ModeMismatchError
   */
  async admits(top: unknown, call: StripeCall): Promise<boolean> {
    // guard (as true): an answer that is no object is nobody's
    if (!isStripeObject(top)) return false;
    const { mode } = this.#options;
    // guard: an answer is of the service's mode
    if (mode !== undefined && typeof top.livemode === "boolean" && top.livemode !== (mode === "live")) {
      throw new ModeMismatchError(
        `Stripe answered with an object of the other mode; this service is in ${mode} mode.`,
      );
    }
    const objects = objectsIn(top);
    for (const object of objects) {
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
    // What a subscription refers to already, its change may name again.
    // guard (receiver): only subscriptions and their schedules lend their references
    if (REFERRING.has(top.object)) this.#proofs.addReferencesOf(top);
    return true;
  }

  async #ownsCustomer(customer: StripeObject, call: StripeCall): Promise<boolean> {
    const { id } = customer;
    if (typeof id !== "string") return false;
    // A deleted customer has no metadata left to tell its owner by.
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

  /** Nested objects without an owner of their own, such as a subscription's items and their prices, are their parent's. */
  #belongs(object: StripeObject, isTop: boolean, isHeld: boolean): boolean {
    if (object.object === "customer") return true;
    // guard (as true): an answered product is one that the tenant sees
    if (object.object === "product") return this.#productAccess(object) !== "none";
    // guard (as true): an answered price is of a product that the tenant sees
    if (object.object === "price" && isTop) return this.#catalogAccess(object) !== undefined;
    // guard: an answered coupon, code or configuration is marked for the tenant
    if (isTop && MARKED.has(object.object) && this.#markedAccess(object) === "none") return false;
    if (isTop && MARKED.has(object.object) && (object.customer ?? null) === null) return true;
    // One that was detached has no customer any more, and is whose it was until then.
    if (isTop && object.object === "payment_method" && object.customer === null)
      // guard (as true): a payment method without a customer was the tenant's
      return typeof object.id === "string" && this.#proofs.accessTo(object.id) === "own";
    if ("customer" in object && (isTop || object.customer !== null))
      // guard (as true): an answered object's customer is the tenant's
      return this.#proofs.accessTo(idOf(object.customer)) === "own";
    // A meter event's customer stands in its payload, under a key that is the meter's to name.
    // guard (as true): an answered meter event is of the tenant's customer
    if (isTop && object.object === "billing.meter_event") return this.#namesOnlyOwn(object.payload);
    // guard (as true): an answer without a known owner is nobody's
    return !isTop || isHeld;
  }

  #namesOnlyOwn(payload: unknown): boolean {
    return [...namedIds({ payload })].every(
      (id) => typeof id === "string" && this.#proofs.accessTo(id) === "own",
    );
  }

  /** A price is whose its product is; without the product beside it, whose that was proved to be. */
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
    // What is shared by all is its operator's to change.
    // guard (operand 2): only the operator changes a shared product
    return access === "shared" && tenantId === SHARED ? "own" : access;
  }

  /** The account's default portal configuration is every tenant's to use, and one that the settings name this one's. */
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
    // Features have lookup keys as well, which are no prices'.
    // guard (operand 1): no lookup key but a price's is lent
    if (top.object === "price" && typeof top.lookup_key === "string")
      this.#proofs.addLookupKey(top.lookup_key, access);
    // A price is proved by the product that came with it, which is proved as well.
    const product = top.object === "price" && isStripeObject(top.product) ? top.product.id : undefined;
    if (typeof product === "string") this.#proofs.add(product, access);
  }

  #accessShownBy(top: StripeObject): ProductAccess | undefined {
    if (top.object === "product" || MARKED.has(top.object)) return this.#markedAccess(top);
    return top.object === "price" ? this.#catalogAccess(top) : undefined;
  }
}

/** Whose they are stands in their metadata, as with products. Within another object they are that one's. */
const MARKED: ReadonlySet<string> = new Set(["coupon", "promotion_code", "billing_portal.configuration"]);

/** What holds references that are written again with every change: prices, discounts, tax rates. */
const REFERRING: ReadonlySet<string> = new Set(["subscription", "subscription_schedule"]);

/** Whether a list that was asked for by something of the tenant's holds this, which does not say whose it is. */
function isHeldBy(call: StripeCall, { object }: StripeObject): boolean {
  const rule: object = RULES[call];
  // guard (operand 2): a list lends its owner only to objects of its own kind
  return "holds" in rule && rule.holds === object;
}

/** A reference is an id, or the whole object where it was expanded. */
function idOf(reference: unknown): string | undefined {
  if (typeof reference === "string") return reference;
  return isStripeObject(reference) && typeof reference.id === "string" ? reference.id : undefined;
}
