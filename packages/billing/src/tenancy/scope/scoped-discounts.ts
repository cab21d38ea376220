import type Stripe from "stripe";
import { notFound } from "../../stripe/translate-error.js";
import type { GateOptions, GateToStripe } from "../gate/gate.js";
import { mayEnterAnyCode } from "../promotion-code-entry.js";
import type { OwnedObjects } from "./owned-objects.js";

/** Reads the coupons and promotion codes that a tenant may give: its own and the shared ones, by the mark in their metadata. */
export class ScopedDiscounts {
  readonly #options: GateOptions;
  readonly #gate: Pick<GateToStripe, "retrieve" | "listAccount">;
  readonly #owned: OwnedObjects;

  constructor(
    options: GateOptions,
    gate: Pick<GateToStripe, "retrieve" | "listAccount">,
    owned: OwnedObjects,
  ) {
    this.#options = options;
    this.#gate = gate;
    this.#owned = owned;
  }

  /** Tells if the tenant's customers may type promotion codes. */
  get mayEnterCodes(): boolean {
    return mayEnterAnyCode(this.#options.account, this.#options.promotionCodes);
  }

  /** One request. @throws NotFoundError when the coupon is missing, or neither the tenant's nor shared by all. */
  async coupon(couponId: string): Promise<Stripe.Coupon> {
    const coupon = await this.#gate.retrieve("GET /v1/coupons/{coupon}", { coupon: couponId }, {});
    // guard: a coupon is the tenant's or shared
    if (!this.#sees(coupon)) throw notFound();
    return coupon;
  }

  /** One request. @throws NotFoundError when it is missing, not the tenant's or shared, or for another's customer. */
  async promotionCode(codeId: string): Promise<Stripe.PromotionCode> {
    const ids = { promotion_code: codeId };
    // Expands the customer that the code is limited to, which proves the code.
    const params = { expand: ["customer"] };
    const code = await this.#gate.retrieve("GET /v1/promotion_codes/{promotion_code}", ids, params);
    // guard: a promotion code is one that the tenant may give
    if (!(await this.#mayGive(code))) throw notFound();
    return code;
  }

  /**
   * Finds the active promotion codes with this text, in any letter case: at most one that everybody may use, and one for
   * each customer. One request.
   */
  async activePromotionCodes(text: string): Promise<readonly Stripe.PromotionCode[]> {
    const params = { code: text, active: true, limit: 100, expand: ["data.customer"] };
    const found: Stripe.PromotionCode[] = [];
    for await (const page of this.#gate.listAccount("GET /v1/promotion_codes", params)) {
      for (const code of page) {
        const isMeant = code.code.toLowerCase() === text.toLowerCase();
        // guard (operand 2): a typed promotion code is one that the tenant may give
        if (isMeant && (await this.#mayGive(code))) found.push(code);
      }
    }
    return found;
  }

  async #mayGive(code: Stripe.PromotionCode): Promise<boolean> {
    const { customer } = code;
    // guard (if false): a promotion code is the tenant's or shared
    if (!this.#sees(code)) return false;
    // guard (as true): a promotion code's customer is the tenant's
    return customer === null || (await this.#owned.owns(customer));
  }

  /** Tells if an object that carries a mark, as products do, is the tenant's or shared by all. */
  #sees(object: { readonly id: string; readonly metadata: Stripe.Metadata | null }): boolean {
    const { tenancy, tenantId } = this.#options;
    return tenancy.productAccess(tenantId, object) !== "none";
  }
}
