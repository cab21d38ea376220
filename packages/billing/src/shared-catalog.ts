import { type ListProductsOptions, listTenantProducts } from "./capabilities/catalog/list-products.js";
import {
  archivePrice,
  type CreatePriceOptions,
  createPrice,
  setDefaultPrice,
} from "./capabilities/catalog/prices.js";
import {
  archiveProduct,
  type CreateProductOptions,
  createProduct,
  getProduct,
  type UpdateProductOptions,
  updateProduct,
} from "./capabilities/catalog/products.js";
import { type ReplacePriceOptions, replacePrice } from "./capabilities/catalog/replace-price.js";
import {
  type CreateCouponOptions,
  createCoupon,
  deleteCoupon,
  listCoupons,
  type UpdateCouponOptions,
  updateCoupon,
} from "./operator/discounts/coupons.js";
import {
  type CreatePromotionCodeOptions,
  createPromotionCode,
  type ListPromotionCodesOptions,
  listPromotionCodes,
  type UpdatePromotionCodeOptions,
  updatePromotionCode,
} from "./operator/discounts/promotion-codes.js";
import type { OperatorBinding } from "./operator-binding.js";
import type { CallOptions } from "./stripe/deadline.js";
import type { IdempotencyOptions } from "./stripe/idempotency.js";
import { type ListOptions, type Pages, pages } from "./stripe/page.js";
import type { Coupon } from "./views/coupon.js";
import type { Price } from "./views/price.js";
import type { Product } from "./views/product.js";
import type { PromotionCode } from "./views/promotion-code.js";

type WriteOptions = CallOptions & IdempotencyOptions;

/**
 * The products, prices, coupons and promotion codes that all tenants share: `asOperator({ actor }).sharedCatalog`. Each
 * method works like the service's method of the same name, with the same options, errors and number of requests, but on
 * shared objects only. A tenant's own objects count as missing here.
 */
export class SharedCatalog<TMetadata = undefined> {
  readonly #binding: OperatorBinding<TMetadata>;

  /** @internal */
  constructor(binding: OperatorBinding<TMetadata>) {
    this.#binding = binding;
  }

  /** Lists the shared products with their active prices, as `listSharedProducts` of the service does. */
  listProducts(options: ListProductsOptions = {}): Pages<Product<TMetadata>> {
    return pages((after) => {
      const page = after === undefined ? options : { ...options, after };
      return this.#binding.runOnCatalog("sharedCatalog.listProducts", page, (scope, catalog) =>
        listTenantProducts(scope, page, catalog),
      );
    });
  }

  /** Reads a shared product. Two requests. @throws NotFoundError when it is missing or a tenant's own. */
  getProduct(productId: string, options: CallOptions = {}): Promise<Product<TMetadata>> {
    return this.#binding.runOnCatalog("sharedCatalog.getProduct", options, (scope, catalog) =>
      getProduct(scope, productId, options, catalog),
    );
  }

  /**
   * Creates a product that every tenant sees and may sell, and none may change. One request.
   *
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @throws ConflictError when the idempotency key was used with other options.
   * @see https://docs.stripe.com/api/products/create
   */
  createProduct(options: CreateProductOptions): Promise<Product<TMetadata>> {
    return this.#binding.changeCatalog("sharedCatalog.createProduct", options, (scope, catalog) =>
      createProduct(scope, options, catalog),
    );
  }

  /** Changes details of a shared product. Three requests. @throws NotFoundError when it is missing or a tenant's own. */
  updateProduct(productId: string, options: UpdateProductOptions): Promise<Product<TMetadata>> {
    return this.#binding.changeCatalog("sharedCatalog.updateProduct", options, (scope, catalog) =>
      updateProduct(scope, productId, options, catalog),
    );
  }

  /** Takes a shared product off sale. Three requests, or two. @throws NotFoundError as {@link updateProduct}. */
  archiveProduct(productId: string, options: WriteOptions = {}): Promise<Product<TMetadata>> {
    return this.#binding.changeCatalog("sharedCatalog.archiveProduct", options, (scope, catalog) =>
      archiveProduct(scope, productId, options, catalog),
    );
  }

  /**
   * Adds a price to a shared product. Two requests. Its lookup key is unique among the shared prices.
   *
   * @throws NotFoundError when the product is missing or a tenant's own.
   * @throws ConflictError when another shared price has the lookup key.
   */
  createPrice(productId: string, options: CreatePriceOptions): Promise<Price> {
    return this.#binding.changeCatalog("sharedCatalog.createPrice", options, (scope) =>
      createPrice(scope, productId, options),
    );
  }

  /**
   * Replaces a shared product's price by a new one, for new subscriptions. Three to five requests. Safe to repeat.
   *
   * @throws NotFoundError when it is missing or of a tenant's own product.
   * @throws ConflictError for a price with tiers, a meter or amounts in several currencies.
   */
  replacePrice(priceId: string, options: ReplacePriceOptions): Promise<Price> {
    return this.#binding.changeCatalog("sharedCatalog.replacePrice", options, (scope) =>
      replacePrice(scope, priceId, options),
    );
  }

  /**
   * Takes a shared product's price off sale. Two requests, or one.
   *
   * @throws NotFoundError as {@link replacePrice}.
   * @throws ConflictError when it is its product's default price.
   */
  archivePrice(priceId: string, options: WriteOptions = {}): Promise<Price> {
    return this.#binding.changeCatalog("sharedCatalog.archivePrice", options, (scope) =>
      archivePrice(scope, priceId, options),
    );
  }

  /** Makes a price the default of its shared product. Three requests, or two. @throws as {@link archivePrice}. */
  setDefaultPrice(priceId: string, options: WriteOptions = {}): Promise<Product<TMetadata>> {
    return this.#binding.changeCatalog("sharedCatalog.setDefaultPrice", options, (scope, catalog) =>
      setDefaultPrice(scope, priceId, options, catalog),
    );
  }

  /**
   * Creates a coupon that every tenant may give to its customers. One request.
   *
   * @throws ReservedMetadataError when metadata names a key that this package writes.
   * @see https://docs.stripe.com/api/coupons/create
   */
  createCoupon(options: CreateCouponOptions): Promise<Coupon> {
    return this.#binding.run("sharedCatalog.createCoupon", options, (scope) => createCoupon(scope, options));
  }

  /** Changes a shared coupon's name or metadata. Two requests. @throws NotFoundError when it is missing or a tenant's own. */
  updateCoupon(couponId: string, options: UpdateCouponOptions): Promise<Coupon> {
    return this.#binding.run("sharedCatalog.updateCoupon", options, (scope) =>
      updateCoupon(scope, couponId, options),
    );
  }

  /**
   * Deletes a shared coupon, and with it its promotion codes; customers who already have the discount keep it. Two
   * requests.
   *
   * @throws NotFoundError when it is missing or a tenant's own.
   * @see https://docs.stripe.com/api/coupons/delete
   */
  deleteCoupon(couponId: string, options: CallOptions = {}): Promise<void> {
    return this.#binding.run("sharedCatalog.deleteCoupon", options, (scope) =>
      deleteCoupon(scope, couponId, options),
    );
  }

  /**
   * Lists the shared coupons. One request a page; it reads a page of all coupons of the account, so fewer than `limit`
   * may be shared.
   */
  listCoupons(options: CallOptions & ListOptions = {}): Pages<Coupon> {
    return pages((after) => {
      const page = after === undefined ? options : { ...options, after };
      return this.#binding.run("sharedCatalog.listCoupons", page, (scope) => listCoupons(scope, page));
    });
  }

  /**
   * Creates a code that customers of every tenant may type for a shared coupon. Two requests.
   *
   * @throws NotFoundError when the coupon is missing or a tenant's own.
   * @throws InvalidArgumentError when the account has an active promotion code with the same text.
   * @see https://docs.stripe.com/api/promotion_codes/create
   */
  createPromotionCode(options: CreatePromotionCodeOptions): Promise<PromotionCode> {
    return this.#binding.run("sharedCatalog.createPromotionCode", options, (scope) =>
      createPromotionCode(scope, options),
    );
  }

  /** Ends a shared promotion code, or changes its metadata. Two requests. @throws NotFoundError as {@link updateCoupon}. */
  updatePromotionCode(promotionCodeId: string, options: UpdatePromotionCodeOptions): Promise<PromotionCode> {
    return this.#binding.run("sharedCatalog.updatePromotionCode", options, (scope) =>
      updatePromotionCode(scope, promotionCodeId, options),
    );
  }

  /**
   * Lists the shared promotion codes, or finds one by its `code`. One request a page, which may hold fewer than
   * `limit`.
   */
  listPromotionCodes(options: ListPromotionCodesOptions = {}): Pages<PromotionCode> {
    return pages((after) => {
      const page = after === undefined ? options : { ...options, after };
      return this.#binding.run("sharedCatalog.listPromotionCodes", page, (scope) =>
        listPromotionCodes(scope, page),
      );
    });
  }
}
